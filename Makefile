# The one door for contributors: every target brings its own .venv along.

PYTHON  ?= python3
WORKERS ?= logical
TESTS   ?= tests
DATABASE ?= postgresql
PHASES  ?= single,cluster
SEED    ?= 1

BIN     := .venv/bin
LOCKED  := .venv/.locked
READY   := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo up test proofs check faults faults-short format words docs lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## make .venv from requirements.lock (again only when the lock changed)

demo: $(READY) ## play a whole engagement on a real bus and tell its story
	@$(BIN)/throughline demo

up: $(READY) ## start everything at 127.0.0.1:8000, data in throughline-data/
	@$(BIN)/throughline up

test: $(READY) ## run all tests; some of them: make test TESTS=tests/unit
	@$(BIN)/pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal $(TESTS)

proofs: $(READY) ## run the tests that take minutes: disasters, and bugs on purpose that must be found
	@$(BIN)/pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal -m proof $(TESTS)

check: $(READY) ## style, format, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

faults-short: $(READY) ## break everything once, in some minutes; also: DATABASE=sqlite PHASES=single
	@$(BIN)/python -m benchmarks.faults --short --database $(DATABASE) --seed $(SEED) --minutes 2 \
	    --faults 45 --facts 2000 --rate 8 --phases $(PHASES)

faults: $(READY) ## break everything by the hundred, for about half an hour; another order: SEED=2
	@$(BIN)/python -m benchmarks.faults --database $(DATABASE) --seed $(SEED) --minutes 30 \
	    --faults 420 --facts 42000 --rate 12

words: docs ## the same as docs

docs: $(READY) ## write the pages that are made from the code again
	$(BIN)/throughline events docs > .venv/events.md
	@mv .venv/events.md docs/events.md
	$(BIN)/throughline http docs > .venv/http.md
	@mv .venv/http.md docs/http.md

lock: $(READY) ## write requirements.lock again after a change of pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --extra dev \
	    --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

clean: ## remove .venv and all caches; throughline-data/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The lock holds every version and hash, so nothing is resolved again here (--no-deps), and --clear
# leaves nothing behind that is not locked.
$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Throughline needs Python 3.11 or newer; tell make which: make PYTHON=python3.12 setup"; exit 1; }
	@echo "The first time, .venv is made from requirements.lock; that takes a minute or two."
	@$(PYTHON) -m venv --clear .venv || \
	    { echo "Python's venv module is missing; on Debian: apt install python3-venv"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
