# Every target sets up what it needs: Python 3.11, pip, git and make are enough.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
STORIES ?= 1000
SEED ?= 1
WORKERS ?= 2
RUNS ?= 20
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint format chaos walk airflow-demo airflow-chaos bench docs pins clean
.DEFAULT_GOAL := test

$(READY): pyproject.toml constraints.txt $(wildcard plugins/*/pyproject.toml)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' \
	  $(foreach plugin,$(wildcard plugins/*/pyproject.toml),-e $(dir $(plugin)))
	touch $@

demo: $(READY)  ## run the main job between two local systems
	$(BIN)/oppbridge demo

test: $(READY)  ## pass every test
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup

lint: $(READY)  ## ruff, formatting, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)  ## let the formatter decide
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

chaos: $(READY)  ## the fault catalogue and bad inputs, with a line for each family
	$(BIN)/python -m pytest -q --all tests/chaos tests/inputs

walk: $(READY)  ## the long random walk: make walk STORIES=n SEED=s
	$(BIN)/python -m tests.walk --stories $(STORIES) --seed $(SEED)

airflow-demo: $(READY)  ## a real Airflow on loopback: a scheduled sync, a held quote, the page
	$(BIN)/python -m tests.airflow.demo

airflow-chaos: $(READY)  ## a real Airflow, killed, cleared and doubled: make airflow-chaos RUNS=n
	$(BIN)/python -m tests.airflow.chaos --runs $(RUNS) --seed $(SEED)

bench: $(READY)  ## every benchmark, printed as ratios
	for file in bench/[a-z]*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

docs: $(READY)  ## write the generated reference pages anew
	$(BIN)/python docs/generate.py

pins: $(READY)  ## write constraints.txt anew for what every extra needs
	$(BIN)/python tests/house/pins.py > .venv/pins.txt && mv .venv/pins.txt constraints.txt

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache
