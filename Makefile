# `make` alone lists the targets. Everything lives in .venv; nothing is installed elsewhere.
PYTHON ?= python3
BIN := .venv/bin
PYTEST_ARGS ?=

# Tests and checks find buf and the command `exchanges` here.
test check soak: export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run test check bench proto soak clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "captured-exchanges needs Python 3.11 or later, this is " + sys.version.split()[0])'
	@echo "setting up .venv (a minute or two on a cold package cache)" >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group dev -e '.[channelz,httpx,httpx2,demo,tls]'
	@touch $@

run: .venv/ready ## Crawl a real SCIM directory and explain one of its users
	@$(BIN)/exchanges demo

test: .venv/ready ## Run the tests; what this machine lacks is skipped with a reason
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: .venv/ready ## Lint, types, layers, protobuf: exactly what CI runs
	@.ci/check

bench: .venv/ready ## Measure; prints medians and ratios
	@$(BIN)/python -m benchmarks

proto: .venv/ready ## Regenerate the protobuf code
	@.ci/proto

soak: .venv/ready ## The long forms of the fault and property tests
	@SOAK=1 $(BIN)/python -m pytest --timeout 3600 $(PYTEST_ARGS)

clean: ## Remove everything that was made here
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
