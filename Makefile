# Zapis, by hand. `make` alone prints this list.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ZAPIS_DATA ?= .zapis
export PYTHONPATH := functions
# What is compiled once need not be compiled by each process that starts.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run reset test messages pictures campaign model bench lint pins clean

help: ## Print what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/run ## Start Zapis on this machine, the demo season laid out
	@$(BIN)/python -m local up

reset: $(VENV)/run ## Forget all local data; the next run starts over
	@$(BIN)/python -m local reset

test: $(VENV)/test ## Run every check and every test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -n 4 --dist loadgroup --no-loadscope-reorder

messages: $(VENV)/test ## Collect what the site says, and compile its translations (templates/locale)
	@mkdir -p build
	@$(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --keyword N_ --keyword counted:1,2 \
		--add-location=file --sort-output --project Zapis --output-file build/zapis.pot .
	@$(BIN)/pybabel --quiet update --domain zapis --input-file build/zapis.pot --output-dir templates/locale \
		--ignore-pot-creation-date --no-fuzzy-matching --ignore-obsolete --width 120
	@$(BIN)/pybabel --quiet compile --domain zapis --directory templates/locale

pictures: $(VENV)/test ## Take the pictures in docs/ anew: pages, letters, spreadsheets
	@ZAPIS_PICTURES=docs/pictures $(BIN)/python -m pytest -q -k "picture or three_roles" \
		tests/site/test_pictures.py tests/mail/test_preview.py tests/walk/test_three_roles.py
	@ZAPIS_PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/walk/test_desks.py
	@mv docs/pictures/share.png templates/static/

campaign: $(VENV)/test ## Play N seeded scenarios of the worst minutes (make campaign N=100000)
	@$(BIN)/python -m tests.campaign --count $(or $(N),1000)

model: ## Explore every interleaving of the protocol, and take its safeguards out (spin)
	@$(PYTHON) -m model

lint: $(VENV)/test ## Check style and types, and mend what can be mended by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/mypy

bench: $(VENV)/test ## Measure it on this machine, beside the usual way to do it (twenty minutes)
	@PYTHONPATH=functions:. $(BIN)/python -m bench

pins: $(VENV)/test ## Write the pinned requirements anew from pyproject.toml
	@$(BIN)/python -m pip install --quiet pip-tools
	@cd functions && ../$(BIN)/pip-compile $(PINS) --output-file requirements.txt ../pyproject.toml
	@$(BIN)/pip-compile $(PINS) --extra local --constraint functions/requirements.txt --output-file local/requirements.txt pyproject.toml
	@$(BIN)/pip-compile $(PINS) --extra local --extra test --constraint functions/requirements.txt --output-file tests/requirements.txt pyproject.toml

PINS := --quiet --upgrade --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

clean: ## Remove what was installed and built (local data stay)
	@rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/run: local/requirements.txt pyproject.toml
	@echo "Making the environment in $(VENV) (a minute, the first time only)"
	@$(PYTHON) -c 'import sys; sys.exit("Zapis needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which to use: make PYTHON=python3.11 run") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -r local/requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --editable .
	@touch $@

$(VENV)/test: $(VENV)/run tests/requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -r tests/requirements.txt
	@touch $@
