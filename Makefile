# What there is to type. Every target first brings .venv in step, which takes no time when it is.
# Another Python: make PYTHON=/path/to/python3.12 ...

PYTHON ?= python3
SET_UP := $(PYTHON) -m scripts.set_up
BIN := .venv/bin
PYTEST = MAKEFLAGS= MAKELEVEL= WORKBENCH_TEST_CACHE=$(TEST_CACHE) $(BIN)/python -m pytest -q
TEST_CACHE := $(CURDIR)/.cache/tests

# Many an image of Python sets it; then each process that loads TensorFlow compiles it anew, 8 s of CPU instead of 3.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup samples report lab test test-fast faults faults-table lint audit lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

report: samples ## run every scenario on the sample data and write reports/index.html
	@$(BIN)/workbench report --all

lab: samples ## open JupyterLab on the notebooks, for this machine only
	@$(BIN)/workbench lab

samples: setup ## fetch the sample models, photos and clips into data/
	@$(BIN)/workbench samples fetch

test: ## everything: lint, unit, notebook, browser and packaging tests, and OpenCV 4
	@$(SET_UP) chromium opencv4
	@rm -rf $(TEST_CACHE)
	@$(MAKE) --no-print-directory samples
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target $(PARTS)

# The parts of `test`, three at a time on two cores, since many a test waits for a process or a page; the longest first.
# What a part prints comes when it has ended.
PARTS := test-packaging test-notebooks test-parts test-reports test-models test-faults test-browser test-opencv4 test-lint
APART := models samples diagnose reports cluster
.PHONY: $(PARTS)

test-lint: # what needs no test
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml workbench scripts
	@$(BIN)/lint-imports  | tail -n 3

test-models: # every runtime and conversion
	@$(PYTEST) tests/unit/models tests/unit/samples

test-reports: # what is found in many frames and many runs
	@$(PYTEST) tests/unit/diagnose tests/unit/reports tests/unit/cluster

test-parts: # the rest of the package
	@$(PYTEST) tests/architecture tests/unit $(addprefix --ignore=tests/unit/,$(APART))

test-notebooks: # executed, as reports and by hand
	@$(PYTEST) tests/notebooks

test-browser: # JupyterLab in a browser
	@$(PYTEST) tests/browser

test-packaging: # installations, and what the README has to type
	@$(PYTEST) tests/packaging

test-faults: # broken and hostile input, really caused
	@$(PYTEST) tests/faults

# PyAV, TensorFlow and the ends of connections are the same on both; pixels, clips and OpenCV DNN need not be.
ON_4 := not pyav and (tflite or not (tf or tensorflow)) and (cv2 or not test_reconnecting)
test-opencv4: # what goes through OpenCV, on OpenCV 4
	@PYTHONPATH=.cache/opencv4 $(BIN)/python -c 'import cv2; assert cv2.__version__[0] == "4"; print("OpenCV", cv2.__version__)'
	@PYTHONPATH=.cache/opencv4 $(PYTEST) -k "$(ON_4)" tests/unit/frames tests/unit/recipes tests/unit/models/opencv \
		--ignore=tests/unit/recipes/test_presets.py --ignore=tests/unit/recipes/test_recipe.py

test-fast: samples ## the tests that take little time each, about two minutes in all
	@$(BIN)/python -m pytest -q -m "not slow and not browser and not packaging"

faults: samples ## damage thousands of files and end hundreds of runs, and write what came into docs/faults.md
	@$(PYTEST) tests/faults/long --long --write-table

faults-table: samples ## write what the fault tests see into docs/faults.md
	@$(PYTEST) tests/faults --write-table

lint: setup ## ruff, mypy, bandit and the import layers
	@$(MAKE) --no-print-directory test-lint

audit: setup ## hold the locks against advisories: ADVISORIES=all.zip, OSV's export for PyPI; without a network
	@$(BIN)/python -m scripts.advisories $(ADVISORIES)

setup: ## make .venv, or bring it in step with the lock
	@$(SET_UP)

lock: ## resolve pyproject.toml into the locks; UPGRADE=1 takes the newest versions
	@$(SET_UP) lock
	@$(SET_UP)

clean: ## remove .venv, caches and built files; data/ and reports/ stay
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
