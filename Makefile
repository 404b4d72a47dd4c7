# The one way to set up, run and test dondoc. Nothing is needed beforehand but make, Python >= 3.11 and a package registry.
#   make run    a working server on this machine        make test   everything a change must pass
#   make check  linters and types only                  make soak   the slow tests
#   make fmt    format                                  make lock   renew requirements.lock

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := setup
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
WORKERS ?= 2
CODE := workflow notifications scheduler web cli tests $(wildcard benchmarks)
BIN := .venv/bin

UV_VERSION := 0.13.9
UV := $(shell command -v uv || echo .tools/bin/uv)
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup run test check lint types floors soak fmt lock clean

setup: .venv/.project

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet uv==$(UV_VERSION)

.venv/pyvenv.cfg: | $(UV)
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv

.venv/.locked: requirements.lock .venv/pyvenv.cfg | $(UV)
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	touch $@

# The build backend comes from the lock, so the editable build fetches nothing that was not hash-checked.
.venv/.project: pyproject.toml .venv/.locked | $(UV)
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q workflow notifications scheduler web cli
	touch $@

run: setup
	$(BIN)/dondoc init
	exec $(BIN)/dondoc serve

test: setup check
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: lint types floors

lint: setup
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .

types: setup
	$(BIN)/mypy $(CODE)

floors: setup
	$(BIN)/lint-imports --no-logo --no-cache

soak: setup
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-soak} $(BIN)/python -m pytest -m slow --timeout 3600

fmt: setup
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format --quiet .

# No registry, no path and no index line may stand in the lock: it holds on any machine.
lock: | $(UV)
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--group dev --output-file requirements.lock pyproject.toml
	! grep --line-number --extended-regexp '://|^-|^ *file:|==[^ ]*\+' requirements.lock

clean:
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
