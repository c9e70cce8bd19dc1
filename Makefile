# posbridge: every target installs what it needs into .venv first; nothing but Python 3.11, make and a package index is needed.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Two workers a core: much of a test is waiting for an answer.
WORKERS := $(shell $(PYTHON) -c "import os; print(2 * os.cpu_count())")

.PHONY: help install demo dev test prove bench lint format lock clean

help:  ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	@echo "Installing posbridge into $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "posbridge needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $(READY)

install: $(READY)  ## install everything into .venv

demo: $(READY)  ## both sandbox systems, every flow on a generated week, the balance of both sides
	@$(BIN)/posbridge demo

dev: $(READY)  ## sandbox and Dagster UI on http://127.0.0.1:3000
	@mkdir -p -m 700 .posbridge && rm -f .posbridge/ready.json
	@$(BIN)/posbridge sandbox --state .posbridge/sandbox --ready-file .posbridge/ready.json & sandbox=$$!; \
	trap "kill $$sandbox 2>/dev/null || true" EXIT; \
	until test -f .posbridge/ready.json; do kill -0 $$sandbox || exit 1; sleep 0.2; done; \
	export POSBRIDGE_FIRST_DAY=$${POSBRIDGE_FIRST_DAY:-$$($(PYTHON) -c 'import datetime as d; print(d.date.today() - d.timedelta(30))')}; \
	$(BIN)/dagster dev --host 127.0.0.1 --port 3000

test: $(READY)  ## every test
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

prove: $(READY)  ## slow proofs: kill points, faults, real transactions, PostgreSQL, the UI
	@$(BIN)/python -m pytest -m prove

bench: $(READY)  ## figures against the budgets, ratios in one run
	@set -e; for each in benchmarks/[a-z]*.py; do echo "== $$each"; $(BIN)/python $$each; done

lint: $(READY)  ## ruff, mypy, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY)  ## let ruff put the code in shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:  ## remove what was installed and made here
	@rm -rf $(VENV) .posbridge .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info
