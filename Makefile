PYTHON ?= $(firstword $(shell command -v python3.11 python3 python))
BIN := .venv/bin

.PHONY: book test verify site

book: .venv/ready
	$(BIN)/python tools/book.py

test: .venv/ready
	$(BIN)/python -m pytest -n 2 --dist loadfile

verify: .venv/ready
	$(BIN)/python tools/verify.py

site: .venv/ready
	$(BIN)/python tools/publish.py

.venv/ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	touch $@
	@$(BIN)/python tools/browsing.py
