# Swingphase: `make run` starts it, `make test` proves it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
TESTS ?= tests
PORT ?= 8000
# A path with spaces or a dollar sign reaches the shell as a variable, not as text of a command.
export FILES

.PHONY: help
help: ## say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.PHONY: run
run: setup ## set up and serve on 127.0.0.1:8000; FILES=path imports that first, PORT=n moves it
	@if [ -n "$$FILES" ]; then \
		code=0; \
		if [ -e "$$FILES" ]; then $(BIN)/swingphase import "$$FILES" || code=$$?; \
		else $(BIN)/swingphase import $$FILES || code=$$?; fi; \
		case $$code in 0|3) ;; *) exit $$code ;; esac; \
		$(BIN)/swingphase today; \
	fi
	@exec $(BIN)/swingphase serve --port $(PORT)

.PHONY: setup
setup: $(VENV)/.runtime ## prepare .venv/bin/swingphase from the hashed lock

$(VENV)/.runtime: requirements.lock pyproject.toml
	@.ci/machine venv "$(PYTHON)" "$(VENV)"
	@echo "Setting up $(VENV) (the first time takes a minute) ..." >&2
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

.PHONY: dev
dev: $(VENV)/.dev ## add what tests and checks need

.PHONY: test
test: dev ## set up and pass every test
	@.ci/machine chromium
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

.PHONY: check
check: dev ## lint, types, architecture, lock files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/pyright
	@$(BIN)/python docs/generate.py --check

.PHONY: format
format: dev ## lay the code out
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

.PHONY: docs
docs: dev ## write the generated pages of docs/
	@$(BIN)/python docs/generate.py

.PHONY: wheel
wheel: setup ## build dist/*.whl, nothing downloaded
	@$(BIN)/python -m hatchling build -t wheel

.PHONY: bench
bench: dev ## speed as ratios, each measured in one run
	@$(BIN)/python -m bench

.PHONY: fuzz
fuzz: dev ## 200,000 damaged files through every importer; FUZZ="--minutes 5" as you like
	@$(BIN)/python -m bench.fuzz $(FUZZ)

.PHONY: lock
lock: dev ## renew the lock files from the ranges in pyproject.toml
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header \
		--extra postgres --group build pyproject.toml --output-file requirements.lock
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --constraint requirements.lock \
		--extra postgres --group build --group dev pyproject.toml --output-file requirements-dev.lock

.PHONY: clean
clean: ## remove what was built; your data stays
	@rm -rf $(VENV) dist build .pytest_cache .ruff_cache .hypothesis
