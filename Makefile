# `make up` brings up the whole system, `make test` checks it. Both set up what they need.
# Written for GNU make 3.81 and bash 3.2 or newer, so that macOS can run it as it comes.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# The first Python that is new enough and can make virtual environments; `make PYTHON=...` names another.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$name -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$name && break; \
	done)

START := set -euo pipefail; begin=$$(date +%s)
STOP := echo "== $$(( $$(date +%s) - begin )) s"

.PHONY: help up down status doctor setup lint format test test-hostile fuzz differential bench-reads bench-completion bench-cold bench-plan-cache bench-search bench-search-quality bench-attacks audit-http lock clean

help: ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 24

up: setup ## Start everything, with demo data in an empty graph, and say where it is.
	@$(START); echo "== make up: engines, API, worker, demo data"; $(BIN)/kith up; $(STOP)

down: setup ## Stop what `make up` started; all data stay.
	@$(START); echo "== make down"; $(BIN)/kith down; $(STOP)

status: setup ## Show addresses, process ids and versions.
	@$(BIN)/kith status

doctor: setup ## Check JDK, ports, disk, engines and versions, and say what to mend.
	@$(BIN)/kith doctor

setup: ## Make the virtual environment as requirements.lock says; nothing to do when it is so already.
	@$(START); \
	if ! cmp -s requirements.lock $(VENV)/requirements.lock || ! $(BIN)/python -c '' 2>/dev/null; then \
		if [ -z "$(PYTHON)" ]; then \
			echo "No Python 3.11 or newer with venv was found (python3 is $$(python3 --version 2>&1 || true))." >&2; \
			echo "Install one (on Debian and Ubuntu also python3-venv), or name it: make PYTHON=/path/to/python3.11" >&2; \
			exit 1; \
		fi; \
		echo "== making $(VENV) with $$($(PYTHON) --version) and the packages of requirements.lock (about a minute)"; \
		rm -rf $(VENV); $(PYTHON) -m venv $(VENV); \
		$(PIP) install --require-hashes -r requirements.lock; \
		cp requirements.lock $(VENV)/requirements.lock; \
		$(STOP); \
	fi; \
	if ! cmp -s pyproject.toml $(VENV)/pyproject.toml; then \
		echo "== installing kith itself into $(VENV)"; \
		$(PIP) install --no-deps --no-build-isolation -e .; \
		cp pyproject.toml $(VENV)/pyproject.toml; \
	fi

lint: setup ## Check style, types, the directions of imports, and that no client breaks unreviewed.
	@$(START); echo "== ruff, mypy, import-linter, the schema's changes"; \
	$(BIN)/ruff check .; $(BIN)/ruff format --check .; $(BIN)/mypy; $(BIN)/lint-imports; \
	$(BIN)/python -m schema.sdl --review; $(STOP)

format: setup ## Mend what ruff can mend.
	@$(BIN)/ruff format .; $(BIN)/ruff check --fix .

test: lint ## Run every check and every test, on engines of the tests' own. ARGS="..." goes to pytest.
	@$(START); echo "== pytest, with engines of its own"; $(BIN)/python -m pytest $(ARGS); $(STOP)

test-hostile: setup ## Send 5,000 hostile queries to the talent search, and say how long the slowest took.
	@$(START); echo "== pytest: hostile queries"; \
	KITH_HOSTILE_QUERIES=5000 $(BIN)/python -m pytest -q -s tests/search/test_talent_hostile.py -k text; $(STOP)

fuzz: setup ## Send 10,000 requests that nobody would send to a running system. EXAMPLES=... and SEED=... change which.
	@$(START); echo "== fuzz, with engines of its own"; \
	FUZZ_EXAMPLES=$${EXAMPLES:-10000} FUZZ_SEED=$${SEED:-1} $(BIN)/python -m pytest -q -s tests/api/test_fuzz.py $(ARGS); $(STOP)

differential: setup ## Compare plans with graphql-core on 3,000 random documents. DOCUMENTS=... changes how many.
	@$(START); echo "== pytest: plans and graphql-core"; \
	DIFFERENTIAL_DOCUMENTS=$${DOCUMENTS:-3000} $(BIN)/python -m pytest -q tests/schema/test_differential.py $(ARGS); $(STOP)

bench-reads: setup ## Measure reads beside @neo4j/graphql and the raw driver. ARGS="..." goes to it.
	@$(START); echo "== bench: reads"; $(BIN)/python -m bench.reads $(ARGS); $(STOP)

bench-completion: setup ## Measure completion from memory beside Strawberry, Yoga and mercurius.
	@$(START); echo "== bench: completion"; $(BIN)/python -m bench.completion $(ARGS); $(STOP)

bench-cold: setup ## Measure what a document costs that was never seen before.
	@$(START); echo "== bench: new documents"; $(BIN)/python -m bench.cold $(ARGS); $(STOP)

bench-plan-cache: setup ## Count how often Neo4j plans a statement anew for requests of one shape.
	@$(START); echo "== bench: Neo4j's plans"; $(BIN)/python -m bench.plan_cache $(ARGS); $(STOP)

bench-search: setup ## Measure indexing and searching 100,000 candidates beside Elasticsearch alone. ARGS="..." goes to it.
	@$(START); echo "== bench: search"; $(BIN)/python -m bench.search $(ARGS); $(STOP)

bench-search-quality: setup ## Measure talent search on real résumés: KITH_REALDATA=... names the folder. ARGS="..." goes to it.
	@$(START); echo "== bench: search quality"; $(BIN)/python -m bench.search_quality $(ARGS); $(STOP)

audit-http: setup ## Audit the running system: GraphQL over HTTP, WebSocket, server-sent events.
	@$(START); echo "== audit: the protocols"; $(BIN)/python -m bench.audit; $(STOP)

bench-attacks: setup ## Measure a well-behaved client while another attacks. ARGS="..." goes to it.
	@$(START); echo "== bench: attacks"; $(BIN)/python -m bench.attacks $(ARGS); $(STOP)

lock: setup ## Write requirements.lock anew from pyproject.toml.
	@$(START); echo "== resolving pyproject.toml"; \
	tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	$(PYTHON) -m venv "$$tools"; "$$tools/bin/python" -m pip install --quiet uv; \
	"$$tools/bin/uv" pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-annotate --no-header --output-file requirements.lock >/dev/null; \
	$(STOP)

clean: ## Stop everything and delete all data, the tests' engines, the virtual environment and tool caches.
	@set -euo pipefail; \
	if [ -x $(BIN)/kith ]; then \
		$(BIN)/kith reset --yes; KITH_HOME="$${KITH_TEST_HOME:-.kith-test}" $(BIN)/kith reset --yes; \
		KITH_HOME="$${KITH_BENCH_HOME:-.kith-bench}" $(BIN)/kith reset --yes; \
		KITH_HOME="$${KITH_BENCH_HOME:-.kith-bench}-search" $(BIN)/kith reset --yes; \
	fi; \
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache; \
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
