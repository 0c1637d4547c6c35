# What one does with Tenure. Each command makes or checks the environment first, which costs nothing when it is there.

.DEFAULT_GOAL := help
.PHONY: help demo test check bench soak lock env clean
PYTHON ?=
ARGS ?=
BIN := .venv/bin
PYTHONS := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
export PYTHON

help:  ## shows this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

demo: env  ## loads real customers, replays their history and serves it until Ctrl-C (ARGS=--no-serve, ARGS="--port 9000")
	@$(BIN)/python manage.py demo $(ARGS)

test: env  ## runs the tests with servers of their own (ARGS="-k name -n 0"; REQUIRE_ALL=1 makes a skip a failure)
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)

check: env  ## format, lint, types, import contracts, Django's checks, missing migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-logo
	$(BIN)/python manage.py check
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

bench: env  ## measures against hand-written SQL and other engines; writes bench.json
	@$(BIN)/python -m tests.bench $(ARGS)

soak: env  ## sends 10,000 mails while everything is killed in turn (SEED=… plays a run again); 100 hostile requests of each kind
	@KILL_STEPS=10000 $(BIN)/python -m pytest -s tests/campaigns/kill $(ARGS)
	@RANDOM_CASES=100 $(BIN)/python -m pytest --numprocesses auto tests/api/test_schema.py $(ARGS)

COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes
lock: export UV_CUSTOM_COMPILE_COMMAND := make lock
lock: env  ## writes the lock files anew (ARGS=--upgrade for newer versions)
	@$(COMPILE) --extra demo --group dev --group bench --output-file requirements/dev.lock $(ARGS)
	@$(COMPILE) --constraint requirements/dev.lock --output-file requirements/runtime.lock $(ARGS)

env:  ## makes .venv from the lock file (PYTHON=python3.12 chooses the interpreter)
	@for python in $(PYTHONS); do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exec $$python config/environment.py; fi; \
	done; echo "Tenure needs Python 3.11 or newer; none was found among: $(PYTHONS). Name one with PYTHON=/path/to/python3." >&2; exit 1

clean:  ## stops the embedded servers; removes their data, the environment and all caches
	@if [ -x $(BIN)/python ]; then $(BIN)/python manage.py servers stop >/dev/null; fi
	@if [ -e var/servers ]; then rm -rf "$$(readlink -f var/servers)"; fi
	@rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
