PYTHON ?= $(firstword $(shell command -v python3.11 python3 python))
BIN := .venv/bin

.PHONY: book test quick verify site packages browser

book: packages
	@$(BIN)/python tools/book.py

test: browser
	@$(BIN)/python -m pytest -n 2 --dist worksteal

quick: packages
	@$(BIN)/python -m pytest -n 2 -m quick

verify: browser
	@$(BIN)/python tools/verify.py

site: browser
	@$(BIN)/python tools/publish.py

packages:
	@$(PYTHON) tools/install.py

browser:
	@$(PYTHON) tools/install.py --browser
