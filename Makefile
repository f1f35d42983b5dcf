# Everything here needs python3 (3.11 or newer) and make, nothing else: each target makes .venv,
# installs what it needs with the versions of constraints.txt, and runs. A second call skips what
# is done: stamp files inside .venv, one for each set of packages.

PYTHON ?= python3
WORKERS ?= auto
SLOW ?= tests
SEEDS ?= 0 1 2 3 4

# Threads of LAPACK wait for each other: with busy cores a small SVD takes 100 times as long.
export OPENBLAS_NUM_THREADS ?= 1

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
PINNED := pyproject.toml constraints.txt

RUNTIME := $(VENV)/.installed-runtime
DEV := $(VENV)/.installed-dev
DOCS := $(VENV)/.installed-docs

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow check papers docs format clean distclean constraints
.DELETE_ON_ERROR:

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## Complete a photograph with half its pixels missing; pictures and report go to demo/.
	@$(PY) examples/demo.py

# A file stays on one worker, so that what it compiles and runs for all its tests is done once.
test: $(DEV) ## Run the tests, in parallel, without those marked slow.
	@$(PY) -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile -m "not slow and not papers" --benchmark-disable

test-slow: $(DEV) ## Run the tests marked slow, in parallel: all but the papers' own presets; SLOW=folder for some.
	@$(PY) -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile -m "slow and not papers" --benchmark-disable $(SLOW)

check: $(DEV) ## Run the linters, the type checker and the import contracts.
	@$(PY) -m ruff check --quiet
	@$(PY) -m ruff format --check --quiet
	@$(VENV)/bin/codespell
	@$(VENV)/bin/lint-imports --no-logo
	@$(PY) -m pyright

papers: $(DEV) ## Run every experiment as in its paper, from SEEDS (hours); writes benchmarks/papers.md.
	@$(PY) -m benchmarks.papers --seeds $(SEEDS)

docs: $(DOCS) ## Build the documentation into docs/_build/html; warnings are errors.
	@$(PY) -m sphinx --jobs auto --fail-on-warning --keep-going --quiet docs docs/_build/html
	@$(PY) docs/check_offline.py docs/_build/html
	@echo "The documentation: docs/_build/html/index.html"

format: $(DEV) ## Format the code, and repair what the linter can.
	@$(PY) -m ruff check --fix --quiet
	@$(PY) -m ruff format

clean: ## Remove what the targets made, but for .venv.
	rm -rf demo docs/_build docs/jupyter_execute build dist
	rm -rf .pytest_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find src tests docs examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## Remove .venv as well.
	rm -rf $(VENV)

constraints: $(DEV) $(DOCS) ## Write constraints.txt anew from the versions in .venv.
	@$(PIP) freeze --exclude-editable --exclude tacit-lowrank --exclude torch > constraints.new
	@mv constraints.new constraints.txt

# The environment, and one set of packages a stamp.

$(PY):
	@command -v $(PYTHON) > /dev/null || { \
	  echo "Tacit needs Python 3.11 or newer, and there is no command $(PYTHON)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Tacit needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) --version 2>&1`." >&2; \
	  echo "Name a newer one, for example: make PYTHON=python3.12 demo" >&2; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) -m venv failed, as printed above. Debian and Ubuntu keep it in a package of" >&2; \
	  echo "its own: sudo apt install python3-venv" >&2; exit 1; }

$(RUNTIME): $(PINNED) | $(PY)
	@echo "Installing Tacit and what it runs on (a minute or so) ..."
	@$(PIP) install -c constraints.txt -e '.[lab,media]'
	@touch $@

$(DEV): $(PINNED) | $(PY)
	@echo "Installing Tacit with its test and check tools (a minute or two) ..."
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@ $(RUNTIME)

$(DOCS): $(PINNED) | $(PY)
	@echo "Installing Tacit with what builds its documentation (a minute or so) ..."
	@$(PIP) install -c constraints.txt -e '.[docs]'
	@touch $@ $(RUNTIME)
