# Each target sets up what it needs. `make demo ARGS=--keep` hands arguments on.
BIN := .venv/bin
.DEFAULT_GOAL := help
# Where it is set, each of the hundreds of processes of the tests compiles the whole product anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup demo test faults postgres-test ops-setup ops-test image-test lint bench docs site pictures lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install what is missing (clamd, libmagic, libarchive, PostgreSQL by apt) and make .venv with the scanner command
	@tools/setup.sh

demo: setup ## Run the main job against an emulated domain with a real clamd, and show what came of it
	@$(BIN)/python -m demo $(ARGS)

test: lint ## Everything CI runs
	$(BIN)/pytest -n 4 -m "not long and not ops" --ignore tests/ops $(ARGS)

faults: setup ## Every fault at every call of the platform: some ten minutes more
	$(BIN)/pytest -n 2 -m long $(ARGS)

postgres-test: setup ## Every journey and every fault with its ledger on PostgreSQL, of which make test runs a few: ten minutes and more
	$(BIN)/pytest -n 2 -m "not ops" --ledger postgresql $(ARGS) tests/journeys

ops-setup: setup ## Install what checks image, chart, alerts and dashboards: each script of tools/ops, by apt and pip
	@set -e; for one in tools/ops/*.sh; do "$$one"; done

ops-test: ops-setup ## Check image, chart, alerts and dashboards with the tools that operators use
	$(BIN)/pytest -n 2 -m ops $(ARGS) tests/ops

image-test: setup ## Build the image, run it as an operator would, and judge files in it: part of make ops-test
	@tools/ops/image.sh
	$(BIN)/pytest -n 2 -m ops $(ARGS) tests/ops/test_image*.py

lint: setup ## The quick half of the tests: style, types, imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup ## Measure and draw all that docs/performance.md shows: half an hour and more; ARGS=--quick only shows that all of it runs
	@$(BIN)/python -m bench $(ARGS)

site: setup ## Build the documentation as pages into .site/; any web server serves them, no other host is asked
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -q && echo .site/index.html

docs: setup ## Renew the tables in docs/ that are made from the code
	@$(BIN)/python -m tools.tables

pictures: ops-setup ## Draw both dashboards anew, from a Prometheus that watches the demo
	@$(BIN)/python -m tools.dashboards
	@$(BIN)/python -m tools.watch.pictures

lock: setup ## Renew requirements*.txt from pyproject.toml
	$(BIN)/uv pip compile -q $(LOCK) pyproject.toml --extra traces -o requirements.txt
	$(BIN)/uv pip compile -q $(LOCK) pyproject.toml --extra dev -o requirements-dev.txt
	printf 'hatchling>=1.27\nsetuptools\n' | $(BIN)/uv pip compile -q $(LOCK) - -o requirements-build.txt

LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
