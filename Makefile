# Harbormaster: `make help` lists what can be done.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
# One process more than two cores: there is always one that waits for a browser, another process or the clock. A file's
# tests stay together, so that what they share is made once.
PYTEST := $(BIN)/pytest -q -n 3 --dist loadfile

# What is compiled is kept, whatever this machine says: every process that a test starts would compile it all anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check bench load run reset-demo lock migration

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 18

demo: ## the reference cycle, ready to look at, on 127.0.0.1:8000 (PORT=…)
	@.ci/setup
	@$(BIN)/grants demo

reset-demo: ## forget the demo; the next `make demo` starts anew
	rm -rf instance/demo.sqlite3* instance/demo-files instance/demo.env

run: ## your own, empty at first: asks for the first administrator (or ADMIN_EMAIL, ADMIN_NAME, ADMIN_PASSWORD)
	@.ci/setup
	@$(BIN)/grants config --make-secret
	@$(BIN)/grants migrate
	@$(BIN)/grants create-admin
	@$(BIN)/grants serve

test: ## the whole suite
	@.ci/setup --dev --browser
	$(PYTEST)

check: ## format, lint, types, import order
	@.ci/setup --dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache

bench: ## measurements, as a table
	@.ci/setup --dev
	$(BIN)/pytest -q tests/bench -m bench --timeout 0 --benchmark-columns min,median,max,rounds

load: ## load and faults, against servers of its own on this machine
	@.ci/setup --dev
	$(BIN)/pytest -q tests/load tests/twins -m load --timeout 0 -rA

LOCK = PATH="$(CURDIR)/$(BIN):$$PATH" uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate $(UPGRADE)

lock: ## write the lock files anew from pyproject.toml and package.json (UPGRADE=--upgrade takes newer versions)
	@.ci/setup
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) --group tools -o requirements-tools.lock
	cd grants/web/frontend && npm install --package-lock-only --silent

SCRATCH = ENVIRONMENT=development DATABASE_URL=sqlite:///instance/migration.sqlite3

migration: ## a new migration from the models: make migration m="say what changes"
	@test -n "$(m)" || { echo 'Say what changes: make migration m="…"'; exit 2; }
	@.ci/setup --dev
	@mkdir -p instance && rm -f instance/migration.sqlite3*
	@$(SCRATCH) $(BIN)/grants migrate
	$(SCRATCH) $(BIN)/flask --app wsgi db revision --autogenerate --message "$(m)"
	@rm -f instance/migration.sqlite3*
	@$(BIN)/ruff format -q migrations/versions
