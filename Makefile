# Every target sets up what it needs: `make run` and `make test` work from a fresh clone.
.DEFAULT_GOAL := help
.PHONY: help run test check audit bench compare soak lock format screenshots

VENV := .venv
# Tests start many processes; what they import is compiled once.
unexport PYTHONDONTWRITEBYTECODE
PYTHON := $(VENV)/bin/python
# What is in one file of tests runs in one process; files are taken in the order of the collection.
WORKERS := -n $(shell echo $$(( $$(nproc) + 1 ))) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

help: ## List the targets.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/.run: requirements.txt tools/setup.sh
	@bash tools/setup.sh $(VENV) requirements.txt && touch $@

$(VENV)/.dev: requirements-dev.txt tools/setup.sh
	@bash tools/setup.sh $(VENV) requirements-dev.txt && touch $@ $(VENV)/.run

run: $(VENV)/.run ## Open the kiosk with an embedded service and, at first, a demo club.
	@$(PYTHON) main.py

test: $(VENV)/.dev ## Run all tests.
	@$(PYTHON) -m pytest -q -m "not soak" $(WORKERS) --durations=15

check: $(VENV)/.dev ## Format, lint, types, import contracts, dead code, links, rules of the house.
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/vulture
	$(PYTHON) -m tools.check_links
	$(PYTHON) -m tools.check_house

audit: ## Look the pinned packages up in the advisory database, which needs the network.
	@bash tools/audit.sh .audit requirements-dev.txt

bench: $(VENV)/.dev ## Measure every figure of README and docs/figures.md; ONLY=frames,start for some.
	@$(PYTHON) -m bench $(if $(ONLY),--only $(ONLY))

compare: $(VENV)/.dev ## Run benches on another commit and here: make compare REV=main~5 BENCH=start,suite
	@$(PYTHON) -m tools.compare $(REV) $(BENCH) $(if $(ROUNDS),--rounds $(ROUNDS))

screenshots: $(VENV)/.dev ## Draw each page in its states and looks; ONLY=desk,customer for some.
	@$(PYTHON) -m tools.screenshots $(if $(ONLY),--only $(ONLY))

soak: $(VENV)/.dev ## The long tests.
	@$(PYTHON) -m pytest -q -m soak

format: $(VENV)/.dev ## Format the code and sort the imports.
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

lock: ## Pin all packages anew, with hashes and without addresses.
	@bash tools/lock.sh $(VENV)
