# Everything there is to do here, on a machine with git, make and Python. `make help` lists it.

PORT ?= 8000
ARGS ?=

# The first Python that will do: 3.11, 3.12 or 3.13.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 \
	&& command -v $$python && break; done)

VENV := .venv
BIN := $(VENV)/bin
CODE := bot playbooks knowledge scheduler
COVERING := tests/playbooks tests/bot/conversation
WORDING := README.md CHANGELOG.md CONTRIBUTING.md docs benchmarks $(CODE)

LINTERS := 'ruff format --check' 'ruff check' 'mypy $(CODE) tests benchmarks' lint-imports 'deptry .'

# Run every command, whatever the others say, and fail if one of them failed.
define run-each
failed=; for command in $(1); do \
	echo "== $$command"; $(BIN)/$$command || failed="$$failed [$$command]"; \
done; \
if [ -n "$$failed" ]; then echo "Failed:$$failed" >&2; exit 1; fi
endef

# Tests start many processes: not each of them need compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test coverage e2e proof check lint format lock bench

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.developing ## install everything for working on it, into .venv

demo: $(VENV)/.running ## start the coach with demo people on http://localhost:8000 (or PORT=…)
	$(BIN)/qms-coach demo --port $(PORT)

test: setup ## run the tests and hold the coverage (no browser needed)
	@failed=; run() { echo "== $$*"; "$$@" || failed=1; }; \
	run $(BIN)/pytest --numprocesses=2 --cov --cov-report= $(COVERING) $(ARGS); \
	run $(BIN)/pytest --numprocesses=2 $(addprefix --ignore=,$(COVERING)) $(ARGS); \
	run $(BIN)/coverage report --show-missing --skip-covered --fail-under=100; \
	test -z "$$failed"

coverage: setup ## run the same tests and see what they cover of everything (takes twice as long)
	$(BIN)/pytest --numprocesses=2 $(addprefix --cov=,$(CODE)) --cov-report=term-missing:skip-covered $(ARGS)

e2e: setup ## run the tests in a real browser, and in real clients of Slack and Teams (needs npm)
	$(BIN)/pytest -m e2e $(ARGS)

proof: setup ## run the long tests: mutations, kills, walks, simulations
	$(BIN)/pytest -m proof --hypothesis-profile=thorough $(ARGS)

check: setup ## everything CI looks at besides tests: lint, spelling and content
	@$(call run-each,$(LINTERS) 'codespell $(wildcard $(WORDING))' 'qms-coach check')

lint: setup ## style, types, arrows and dependencies
	@$(call run-each,$(LINTERS))

format: setup ## put the code into its common shape
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

bench: setup ## run every benchmark and print its figure beside its budget
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script; done

lock: ## renew both lock files from pyproject.toml (UPGRADE=1: newest versions)
	@set -e; \
	if uv=$$(command -v uv); then :; else \
		tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
		$(PYTHON) -m venv "$$tools" && "$$tools/bin/pip" install --quiet uv; uv="$$tools/bin/uv"; \
	fi; \
	compile() { "$$uv" pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) "$$@"; }; \
	compile --group build --output-file requirements.txt; \
	compile --group dev --constraint requirements.txt --output-file requirements-dev.txt; \
	! grep -nE '://|^-' requirements.txt requirements-dev.txt

# --- Set-up -----------------------------------------------------------------------------------------------------------
# Two stamps, so that a first `make demo` need not wait for browsers' drivers and type checkers.

$(VENV)/.running: requirements.txt pyproject.toml | $(BIN)/python
	@$(call install,requirements.txt)

$(VENV)/.developing: requirements-dev.txt requirements.txt pyproject.toml | $(BIN)/python
	@$(call install,requirements-dev.txt)
	@touch $(VENV)/.running

# uv is quicker where it is there; pip knows where this machine gets its packages. The hashes hold for both. The lock
# file is complete, so nothing is resolved again: pip would take `coverage[toml]` for a package without a hash.
define install
set -e; echo "Installing $(1) into $(VENV) (once; some minutes at most)"; \
export UV_COMPILE_BYTECODE=1; \
run() { \
	if command -v uv >/dev/null && uv pip "$$@" --quiet --python $(BIN)/python; then return; fi; \
	$(BIN)/python -m pip "$$@" --quiet --quiet --disable-pip-version-check; \
}; \
run install --no-deps --require-hashes --requirement $(1); \
run install --no-deps --no-build-isolation --editable .; \
touch $@
endef

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "No Python 3.11, 3.12 or 3.13 was found. Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then $(PYTHON) -m venv $(VENV); \
	elif command -v uv >/dev/null; then uv venv --quiet --python $(PYTHON) $(VENV); \
	else echo "$(PYTHON) cannot make virtual environments: its venv package is missing." >&2; \
		echo "On Debian or Ubuntu: apt-get install python3-venv. Or install uv." >&2; exit 1; fi
