# Each target sets up what it needs. `make demo ARGS=--keep` hands arguments on.
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help setup demo test faults lint bench docs lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install what is missing (clamd, libmagic, libarchive by apt) and make .venv with the scanner command
	@tools/setup.sh

demo: setup ## Run the main job against an emulated domain with a real clamd, and show what came of it
	@$(BIN)/python -m demo $(ARGS)

test: lint ## Everything CI runs
	$(BIN)/pytest -n 2 -m "not long" $(ARGS)

faults: setup ## Every fault at every call of the platform: some ten minutes more
	$(BIN)/pytest -n 2 -m long $(ARGS)

lint: setup ## The quick half of the tests: style, types, imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup ## Measure throughput beside clamdscan; results go to bench/results/
	@$(BIN)/python -m bench $(ARGS)

docs: setup ## Renew the tables in docs/ that are made from the code
	@$(BIN)/python -m tools.tables

lock: setup ## Renew requirements*.txt from pyproject.toml
	$(BIN)/uv pip compile -q $(LOCK) pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q $(LOCK) pyproject.toml --extra dev -o requirements-dev.txt

LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
