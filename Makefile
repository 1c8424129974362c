# make help. Every target makes the machine ready first; when it is, that takes a tenth of a second.
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test browsers bench lint format openapi clean

PYTHON := .venv/bin/python
PORT ?= 8000
ARGS ?=
EMPTY ?=

# exec: Ctrl-C and kill reach the program itself, no shell in between.
ready = @command -v python3 >/dev/null || { echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2; exit 1; }; exec python3 pops/local/bootstrap.py

help:
	@echo "make demo         run everything on this machine, with sample data (PORT=8000; EMPTY=1: without any)"
	@echo "make demo-reset   delete the demo's data (EMPTY=1: of the empty one)"
	@echo "make test         every check and test; only some tests: ARGS=\"tests/local -k port\""
	@echo "make browsers     the patient's path and the desk's day in WebKitGTK, Firefox and Chromium (ARGS=firefox)"
	@echo "make bench        measure (ARGS=...)"
	@echo "make lint         style, layers, types"
	@echo "make format       put the code into shape"
	@echo "make openapi      write docs/openapi.yaml anew, after a change of the API"
	@echo "make clean        delete .venv and caches; the demo's data stays"

demo:
	$(ready) demo
	@exec $(PYTHON) -m pops.local demo --port $(PORT) $(if $(EMPTY),--empty)

demo-reset:
	$(ready) lint
	@exec $(PYTHON) -m pops.local reset $(if $(EMPTY),--empty)

test:
	$(ready) test
	@exec $(PYTHON) -m pops.local with --throwaway -- $(PYTHON) -m pops.local.checks test $(ARGS)

browsers:
	$(ready) browsers
	@exec $(PYTHON) -m pops.local with --throwaway -- $(PYTHON) -m tests.browsers $(ARGS)

bench:
	$(ready) bench
	@exec $(PYTHON) -m pops.local with --durable -- $(PYTHON) -m benchmarks $(ARGS)

lint:
	$(ready) lint
	@exec $(PYTHON) -m pops.local.checks lint

format:
	$(ready) lint
	@$(PYTHON) -m ruff check --fix --quiet . ; $(PYTHON) -m ruff format .

openapi:
	$(ready) lint
	@$(PYTHON) -m pops.local.checks openapi

clean:
	rm -rf .venv .data/cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
