# Everything that is needed is made on the way: python >= 3.11, make and git are enough.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
# The lists are complete, so nothing is resolved again.
PIP := -m pip --disable-pip-version-check install -qq --require-hashes --no-deps
PINS := infra/requirements
RUNTIME ?= $(shell .venv/bin/python -c 'from infra.local.stage import this_machine as m; print(m().runtime)')
ARCHITECTURE ?= $(shell .venv/bin/python -c 'from infra.local.stage import this_machine as m; print(m().architecture)')
# uv and SAM CLI have nothing to report to anybody
export SAM_CLI_TELEMETRY := 0
export AWS_DEFAULT_REGION ?= us-east-1

.PHONY: help setup demo test check build bench prove weights contracts pins clean python

help: ## Show what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: .venv/dev.stamp .venv-emulator/stamp ## Make the environments: project with tests, emulator

demo: .venv/local.stamp .venv-emulator/stamp ## Run a small company for a day on this machine and show what happened
	.venv/bin/guanxi demo

test: setup ## Run every test: unit, property, integration, end to end
	.venv/bin/pytest -n 2 --dist loadgroup --no-loadscope-reorder

check: setup .venv-sam/stamp ## Format, lint, types, import rules, template: everything but the tests
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/pytest tests/unit/test_template_rules.py tests/unit/test_template_permissions.py
	.venv/bin/cfn-lint infra/template.yaml infra/provider-events.yaml
	.venv/bin/cfn-lint --regions cn-north-1 cn-northwest-1 --template infra/template.yaml
	.venv/bin/python -m infra.local.stage
	.venv-sam/bin/sam validate --lint --template infra/template.yaml
	.venv-sam/bin/sam build --template infra/template.yaml --build-dir .aws-sam/build \
		--parameter-overrides Runtime=$(RUNTIME) Architecture=$(ARCHITECTURE)

build: .venv/local.stamp ## Stage code and layers; RUNTIME=python3.13 ARCHITECTURE=arm64 for what `sam deploy` takes
	.venv/bin/python -m infra.local.stage --runtime $(RUNTIME) --architecture $(ARCHITECTURE)

bench: setup ## Measure: each bench prints its figures beside their floor or peer
	for bench in $(basename $(notdir $(wildcard tests/bench/bench_*.py))); do \
		echo "== $$bench"; .venv/bin/python -m tests.bench.$$bench; done

weights: setup ## Learn the weights of identity anew from seeded tables: the same file, bit for bit
	.venv/bin/python -m tests.bench.learn_weights

prove: setup ## Prove the send ledger: 100,000 messages under faults, and every mutant caught (some ten minutes)
	.venv/bin/python -m tests.bench.prove_ledger --messages 100000

contracts: .venv/local.stamp ## Write docs/contracts/ and docs/field-dictionary.md from the models
	.venv/bin/python -m infra.local.contracts

LOCK := uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links --upgrade
pins: ## Resolve all requirements anew (needs uv)
	$(LOCK) pyproject.toml --extra local --extra dev $(PINS)/dev.in -o $(PINS)/dev.txt
	$(LOCK) pyproject.toml --extra local $(PINS)/local.in -c $(PINS)/dev.txt -o $(PINS)/local.txt
	for layer in $(basename $(notdir $(wildcard $(PINS)/layer-*.in))); do \
		$(LOCK) $(PINS)/$$layer.in -c $(PINS)/dev.txt -o $(PINS)/$$layer.txt; done
	$(LOCK) $(PINS)/emulator.in -o $(PINS)/emulator.txt
	$(LOCK) $(PINS)/sam.in -o $(PINS)/sam.txt

clean: ## Remove what was built; keeps environments and the state of `guanxi run`
	rm -rf .build .aws-sam out build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find functions shared infra tests -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@test -n "$(PYTHON)" || { echo "python 3.11 or later (with venv) is needed; PYTHON=/path/to/python names one" >&2; exit 1; }

.venv/local.stamp: $(PINS)/local.txt pyproject.toml | python
	test -x .venv/bin/python || "$(PYTHON)" -m venv .venv
	.venv/bin/python $(PIP) -r $(PINS)/local.txt
	.venv/bin/python -m pip --disable-pip-version-check install -qq --no-deps --no-index --no-build-isolation -e .
	touch $@

.venv/dev.stamp: $(PINS)/dev.txt .venv/local.stamp
	.venv/bin/python $(PIP) -r $(PINS)/dev.txt
	touch $@

.venv-emulator/stamp: $(PINS)/emulator.txt | python
	test -x .venv-emulator/bin/python || "$(PYTHON)" -m venv .venv-emulator
	.venv-emulator/bin/python $(PIP) -r $(PINS)/emulator.txt
	touch $@

.venv-sam/stamp: $(PINS)/sam.txt | python
	test -x .venv-sam/bin/python || "$(PYTHON)" -m venv .venv-sam
	.venv-sam/bin/python $(PIP) -r $(PINS)/sam.txt
	touch $@
