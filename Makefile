# `make help` lists the targets. They need Python 3.11+; `setup` installs everything else.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup programs demo test check gate bench serve lock audit sbom docs clean

BIN := .venv/bin
READY := .venv/ready

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: programs $(READY) ## install what is needed: system programs, .venv, locked packages

programs:
	@tools/setup.sh programs

LOCKS := requirements.lock requirements-dev.lock requirements-torch.txt

$(READY): pyproject.toml $(LOCKS) tools/setup.sh retrieval/int8/kernel.c | programs
	tools/setup.sh packages
	touch $@

demo: setup ## index the demo's documents and ask them questions
	$(BIN)/python -m demo.tour

check: setup ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test: check ## every check and every test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

gate: setup ## measure on the demo's documents; fail where a figure fell behind demo/baseline.json
	$(BIN)/pagesight eval run demo --data demo-data --json demo-data/run.json
	$(BIN)/pagesight eval compare demo/baseline.json demo-data/run.json --max-drop 0.02

bench: setup ## measure retrieval, answers, ingest, the service and search on this machine; minutes
	$(BIN)/pagesight eval run demo --data demo-data
	$(BIN)/pagesight bench memory
	$(BIN)/pagesight bench ingest
	$(BIN)/pagesight bench service
	OMP_NUM_THREADS=1 $(BIN)/pagesight bench search

serve: setup ## serve the REST API on http://127.0.0.1:8080
	$(BIN)/pagesight serve

lock: ## pin the packages again; UPGRADE=--upgrade takes the newest
	tools/lock.sh $(UPGRADE)

audit: setup ## look the locked packages up among the published vulnerabilities
	$(BIN)/python -m tools.audit

sbom: setup ## write the bill of materials of the service to build/sbom.cdx.json
	$(BIN)/python -m tools.write_sbom build/sbom.cdx.json

docs: setup ## write the generated pages of docs/
	$(BIN)/python -m tools.write_configuration
	$(BIN)/python -m tools.write_rest
	$(BIN)/python -m tools.write_metrics

clean: ## remove .venv and caches; leaves pagesight-data alone
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build *.egg-info
