# Every target sets up what it needs; run any of them again at will.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
KAFKA_HOME ?= ../shared/kafka
SIDE_BY_SIDE = $(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder
export HF_HUB_OFFLINE := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-thorough test-slow test-open test-all test-kafka cases check lint types contracts clean

help:  ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

.venv/ready: pyproject.toml sdk/pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "make: needs Python 3.11 or newer (set PYTHON=...)" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: $(PYTHON) is older than 3.11; choose another with make PYTHON=python3.12" >&2; exit 2; }
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@echo "installing (some minutes the first time) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' -e ./sdk 2>.venv/pip.log || \
	  { tail -n 20 .venv/pip.log >&2; echo "make: the installation failed; the whole log is .venv/pip.log" >&2; exit 1; }
	@touch $@

setup: .venv/ready  ## create .venv and install everything into it

demo: setup  ## the whole loop on real documents: drift, retrain, gate, shadow, cutover, rollback
	@$(PY) -m demo $(ARGS)

test: setup  ## the quick tests of everything (some seven minutes on 2 cores)
	@$(SIDE_BY_SIDE) -m "not slow and not thorough and not kafka" $(ARGS)

test-thorough: setup  ## the longer tests that run side by side
	@$(SIDE_BY_SIDE) -m "thorough and not slow and not kafka" $(ARGS)

test-slow: setup  ## the slow suites, one after another; those in a browser need Debian's chromium
	@if command -v chromium >/dev/null; then $(PY) -m pytest -m "slow and not kafka and not open" $(ARGS); \
	else echo "make test-slow: no chromium here (apt-get install chromium); the browser's suite does not run"; \
	  $(PY) -m pytest -m "slow and not kafka and not open and not browser" $(ARGS); fi

test-open: setup  ## checks not seen to pass yet: whole benchmarks, and wrong implementations that they must find
	@$(PY) -m pytest -m open $(ARGS)

cases: setup  ## what people met and what is expected of each, as a table; fails when one expectation does
	@$(PY) -m tests.cases $(ARGS)

test-all: test test-thorough test-slow test-kafka  ## all tests, those on a real Kafka among them

test-kafka: setup  ## the broker suites on a real Apache Kafka (KAFKA_HOME, default ../shared/kafka)
	@if [ -x "$(KAFKA_HOME)/kafka-server" ]; then \
	  KAFKA_HOME="$$(cd "$(KAFKA_HOME)" && pwd)" $(PY) -m pytest -m kafka $(ARGS); \
	else echo "make test-kafka: no Apache Kafka at KAFKA_HOME=$(KAFKA_HOME); the real-Kafka suites did not run"; fi

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup
	@$(PY) -m mypy

contracts: setup
	@$(PY) -c 'from importlinter.cli import lint_imports_command as run; run()'

check: lint types contracts  ## ruff, mypy strict and the import contracts

clean:  ## remove what the targets made, data of the embedded stack included
	rm -rf .venv .tidewheel build *.egg-info sdk/build sdk/src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
