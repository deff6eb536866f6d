# `make check` and `make test` do all the set-up; what is there already is not fetched again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAMPLE := examples/football
DEV := $(VENV)/.dev
EXAMPLE_READY := $(EXAMPLE)/.venv/.ready

.PHONY: check test lint format bench clean

check: $(DEV) $(EXAMPLE_READY)  ## run the board against examples/football
	$(BIN)/readiness check

test: $(DEV) $(EXAMPLE_READY)  ## run the tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(DEV)  ## types and style
	$(BIN)/mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(DEV)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV)  ## measure readiness beside its peers; see bench/README.md
	$(BIN)/python bench/run.py

$(DEV): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	$(BIN)/python -m compileall -q readiness
	touch $@

$(EXAMPLE_READY): $(EXAMPLE)/requirements-dev.lock
	test -x $(EXAMPLE)/.venv/bin/python || $(PYTHON) -m venv $(EXAMPLE)/.venv
	$(EXAMPLE)/.venv/bin/python -m pip install --quiet --require-hashes -r $<
	touch $@

clean:
	rm -rf $(VENV) $(EXAMPLE)/.venv .readiness
