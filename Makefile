# What a developer can do here. The two that matter: `make demo` and `make test`.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
PULLED ?= $(shell $(BIN)/python -c "from companion import locations; print(locations.models_dir())" 2>/dev/null)
DATA   ?= ../shared

.DEFAULT_GOAL := help
.PHONY: help setup models demo test lint format bench soak eval train clean

help:  ## list what can be done
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1\t\2/' | expand -t 10

setup: $(STAMP)  ## create .venv with everything the program and its tests need

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV); echo "The environment could not be made. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@echo "Installing into $(VENV) (a few minutes the first time; what is there already is not fetched again) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1" && \
	  $(BIN)/python -m pip install --disable-pip-version-check --progress-bar on --quiet --editable . --group dev || { \
	  echo "The installation stopped. Check the connection and run the same command again; it goes on where it stopped."; exit 1; }
	@touch $@

models: $(STAMP)  ## pull the speech model (150 MB, once; verified and kept in the user's cache)
	@$(BIN)/companion models pull base

demo: models  ## set everything up and watch the bundled call
	@$(BIN)/companion demo

test: models  ## set everything up and run the tests
	@$(BIN)/python -m pytest

lint: $(STAMP)  ## ruff, mypy, and the layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP)  ## let ruff write the code the way it should look
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: models  ## how quick it is: latency, speed, start-up, memory; whose words are they on loudspeakers
	@$(BIN)/python bench/pipeline.py
	@$(BIN)/python bench/review.py
	@$(BIN)/python bench/screen.py
	@$(BIN)/python bench/speech.py --quick
	@$(BIN)/python bench/echo.py
	@$(BIN)/python bench/echo_first.py

soak: $(STAMP)  ## an hour of capture at normal speed: drift, overflow, memory (needs PulseAudio)
	@$(BIN)/python bench/soak.py

eval: models  ## how well it understands: lines, calls, voices (reads ../shared where there is one)
	@$(BIN)/python bench/evaluate.py
	@$(BIN)/companion models pull speakers
	@$(BIN)/python bench/speakers.py
	@$(BIN)/python bench/simulated_users.py

train: $(STAMP)  ## train the text readers again, in an environment of its own (some hours)
	@$(BIN)/companion models pull mpnet minilm
	@test -x .venv-train/bin/python || $(PYTHON) -m venv .venv-train
	@.venv-train/bin/python -m pip install --quiet -r models/training/requirements.txt
	@cd models/training && BASE="$(PULLED)/mpnet" SMALL="$(PULLED)/minilm" GOEMOTIONS="$(abspath $(DATA)/data/goemotions)" CASINO="$(abspath $(DATA)/data/casino)" \
	  DEV="$(wildcard $(abspath $(DATA)/eval/dev))" PYTHON="$(abspath .venv-train)/bin/python" bash train.sh

clean:  ## remove environments and caches (models and sessions stay)
	rm -rf .venv .venv-train build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
