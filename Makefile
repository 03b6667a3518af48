# Everything works on a fresh machine with Python 3.11 or newer: `make lab` and `make test` do all
# set-up themselves. Versions come from constraints.txt.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LAB_ARGS ?=
APP_ARGS ?=
TEST_ARGS ?=
BENCH_ARGS ?=
BASE ?=
# JupyterLab refuses to run as root unless told (containers, CI).
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
# JupyterLab would look for newer versions and news on the internet; pages here ask nobody.
QUIET_LAB := --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate --LabApp.news_url=None
# No box that asks about news; F9 and a button that show the page.
LAB_SETTINGS := JUPYTER_CONFIG_PATH=$(CURDIR)/app/lab$(if $(JUPYTER_CONFIG_PATH),:$(JUPYTER_CONFIG_PATH))
INSTALL := $(BIN)/python -m pip install --quiet --quiet --constraint constraints.txt --editable

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help lab app site test soak coverage mutants check review hub-test bench data data-report \
  notebooks hashes clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab: $(VENV)/.app ## open the notebooks in JupyterLab (LAB_ARGS="--no-browser" without a screen)
	$(LAB_SETTINGS) $(BIN)/jupyter lab $(AS_ROOT) $(QUIET_LAB) $(LAB_ARGS) notebooks/00_start_here.ipynb

app: $(VENV)/.app ## serve the notebooks as pages without code (APP_ARGS="--help" for options)
	$(BIN)/python app/serve.py $(APP_ARGS)

site: $(VENV)/.app ## the pages as files to read offline, without Python: build/site/index.html (minutes)
	$(BIN)/therapy-comparison site build/site

test: $(VENV)/.test ## run every test, every notebook, and the browser journeys (one by one: TEST_ARGS="-n 0")
	$(BIN)/python -m pytest -m "not soak" -n 2 --no-loadscope-reorder \
	  --nbval --nbval-current-env --nbval-cell-timeout=120 tests notebooks $(TEST_ARGS)

soak: $(VENV)/.hub ## the long runs, by hand: ends with counts of what was tried
	$(BIN)/python -m pytest -p tests.counting -m soak tests $(TEST_ARGS)

coverage: $(VENV)/.test ## the tests again, counting lines and branches of the library (at least 95%)
	$(BIN)/python -m pytest -m "not soak and not browser" tests --cov --cov-fail-under=95 \
	  --cov-report=term-missing:skip-covered --cov-report=json:build/coverage.json $(TEST_ARGS)
	$(BIN)/python -m tools.branches build/coverage.json 95

mutants: $(VENV)/.test ## spoil the arithmetic in small ways, by hand: do the tests notice? (30 minutes)
	$(BIN)/python -m pip install --quiet --quiet "mutmut>=3.8,<4"
	$(BIN)/mutmut run
	$(BIN)/mutmut results

check: $(VENV)/.dev ## formatting, lint, types, rooms, data, form of the notebooks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.data check
	$(BIN)/python -m tools.notebooks check

review: $(VENV)/.app ## rerun the notebooks: which numbers moved, since when (BASE=a commit), which rows of data
	$(BIN)/python -m tools.review $(BASE)

hub-test: $(VENV)/.hub ## three readers under JupyterHub, in a browser (needs npm)
	$(BIN)/python -m pytest -m soak tests/browser/test_hub.py $(TEST_ARGS)

bench: $(VENV)/.test ## measure speed, alone on an idle machine: prints a table, writes build/bench.json
	$(BIN)/python benchmarks/run.py $(BENCH_ARGS)

data: $(VENV)/.app ## after an edit in data/: check all tables, rewrite hashes and dictionary
	$(BIN)/python -m tools.data write

data-report: $(VENV)/.app ## rows, blanks, verification and age of each table
	$(BIN)/python -m tools.data report

notebooks: $(VENV)/.app ## rerun the notebooks and store the output of their digest cells
	$(BIN)/python -m tools.notebooks store

hashes: $(VENV)/.app ## write the pinned packages with their hashes to build/requirements-hashed.txt
	$(BIN)/python -m tools.hashes

clean: ## remove what was made
	rm -rf $(VENV) build dist mutants

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("Python 3.11 or newer is needed; this is %d.%d. Name another: make PYTHON=python3.12 ..." % v[:2])'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.app: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) ".[test]"
	@touch $@ $(VENV)/.app

$(VENV)/.hub: pyproject.toml constraints.txt | $(BIN)/python
	@command -v npm >/dev/null || { echo "JupyterHub's proxy needs npm: install Node.js"; exit 1; }
	$(INSTALL) ".[test,hub]"
	npm install --silent --no-fund --no-audit --prefix build/hub configurable-http-proxy@5.3.0
	@touch $@ $(VENV)/.test $(VENV)/.app

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) ".[test,dev]"
	@touch $@ $(VENV)/.test $(VENV)/.app
