# Probity. A fresh machine needs Python 3.11+, make and git: `make run` and `make test`.

PYTHON ?= python3
BIN := .venv/bin
CRM := $(BIN)/crm
PYTEST := $(BIN)/python -m pytest

.PHONY: run test e2e soak bench lint format sure lock messages shots wheel clean help
.DEFAULT_GOAL := help

help: ## What can be made
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/.run ## Serve on 127.0.0.1:8000 with a worker; sample data if there is none
	@$(CRM) up

test: .venv/.dev ## Everything but browser and slow tests
	@$(PYTEST) -n 2 --dist worksteal -m "not browser and not soak"

e2e: .venv/.dev ## The main job in a real Chromium
	@$(PYTEST) -n 2 --dist loadfile -m "browser and not soak" tests/journeys

soak: .venv/.dev ## Slow tests: crawls, kill -9, long properties
	@$(PYTEST) -n 2 --dist worksteal -m soak --timeout 900

bench: .venv/.dev ## Speed as ratios in one run
	@$(BIN)/python -m bench

lint: .venv/.dev ## Format, lint, types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: .venv/.dev ## Put the code into its form
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

sure: lint test e2e ## Before every push

messages: .venv/.dev ## Gather new sentences for the translators
	@PYTHONPATH=. $(BIN)/pybabel -q extract --no-location --sort-output -F babel.cfg -k N_ -k lazy_gettext -o .venv/messages.pot .
	@$(BIN)/pybabel -q update -i .venv/messages.pot -d crm/translations --no-fuzzy-matching
	@rm -f .venv/messages.pot

shots: .venv/.dev ## Screenshots of every page: both languages, two widths, light and dark
	@$(BIN)/python -m tests.journeys.shots

wheel: .venv/.dev ## Build the wheel into dist/
	@$(BIN)/python -m build --no-isolation --wheel -o dist .

lock: ## Pin every dependency with its hashes
	@uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements.txt
	@uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml --group dev -o requirements-dev.txt

clean: ## Remove what was made (never the data)
	@rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The locks name every package, so nothing is left to resolve: older pips would look for the newest
# of a package that another asks for with an extra, and refuse it, since its hash is not there.
.venv/.run: requirements.txt Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Probity needs Python 3.11 or newer")'
	@test -x $(BIN)/python || { echo "Making the environment in .venv (once, about a minute) …"; $(PYTHON) -m venv .venv; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/$(BIN)/python" -m crm "$$@"\n' "$(CURDIR)" "$(CURDIR)" > $(CRM)
	@chmod +x $(CRM)
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $@

# Compiled translations are not kept in git; both programs and tests need them.
MO := $(patsubst %.po,%.mo,$(wildcard crm/translations/*/LC_MESSAGES/*.po))
$(MO): %.mo: %.po .venv/.run
	@$(BIN)/pybabel -q compile -i $< -o $@
run test e2e soak bench shots wheel: $(MO)
