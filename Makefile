PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3 python; do command -v $$name && break; done)
BIN := .venv/bin

.PHONY: book test quick verify site packages browser

book: packages
	@$(BIN)/python tools/make_book.py

# Three on two cores, since some tests wait for a process or a time-out.
test: browser
	@$(BIN)/python -m pytest -n 3 --dist worksteal

quick: packages
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not (slow or installs or weekly or heavy or browser or sandbox)"

verify: browser
	@$(BIN)/python tools/verify.py

site: browser
	@$(BIN)/python tools/make_site.py

packages:
	@$(PYTHON) tools/install.py

browser:
	@$(PYTHON) tools/install.py --browser
