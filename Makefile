# Everything runs inside .venv; a machine needs Python 3.11 or newer, make and the package registries, nothing else.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.ONESHELL:
.SHELLFLAGS := -eu -c
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
IN := .venv/bin/python
ARGS ?=
NAME ?=
FILE ?=

.PHONY: help run test lint format messages bench backup restore setup setup-dev lock clean chromium

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

run: setup ## start everything here: make run [PORT=8000] [DEMO=0] [DATA_DIR=…]; Ctrl-C stops it
	@exec $(IN) manage.py up

test: setup-dev chromium ## the whole test suite: make test [ARGS="-k board"]
	@exec $(IN) -m pytest $(ARGS)

lint: setup-dev ## style, types, layers, templates, migrations, catalogues
	@failed=0
	check() { echo "· $$1"; shift; "$$@" || failed=1; }
	check "ruff" $(IN) -m ruff check --quiet --output-format concise .
	check "ruff format" $(IN) -m ruff format --check --quiet .
	check "mypy" $(IN) -m mypy .
	check "import-linter" $(IN) -c 'from importlinter.cli import lint_imports_command as c; c(standalone_mode=True)' --no-cache
	check "djade" .venv/bin/djade --check --target-version 5.2 $$(find templates -name '*.html')
	check "django-upgrade" $(IN) -m django_upgrade --check --target-version 5.2 $$(git ls-files '*.py')
	check "migrations" $(IN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	check "catalogues" $(IN) manage.py catalogues --check
	exit $$failed

format: setup-dev ## put code and templates into the agreed shape
	@$(IN) -m ruff check --fix-only --quiet .
	$(IN) -m ruff format .
	.venv/bin/djade --target-version 5.2 $$(find templates -name '*.html') || true

messages: setup-dev ## extract the sentences to translate into locale/*/LC_MESSAGES/django.po
	@$(IN) manage.py catalogues
	$(IN) manage.py catalogues --compile

bench: setup-dev ## figures: make bench, or make bench NAME=board
	@exec $(IN) -m bench $(NAME)

backup: setup ## copy the database into a file: make backup FILE=eslabon.dump
	@exec $(IN) manage.py backup "$(FILE)"

restore: setup ## put the database back from a file: make restore FILE=eslabon.dump
	@exec $(IN) manage.py restore "$(FILE)"

setup: .venv/.base ## make .venv with what the app needs
setup-dev: .venv/.dev ## make .venv with what tests and lint need, too

.venv/.uv: requirements/uv.txt
	@if [ -z "$(PYTHON)" ]; then
	  echo "Eslabón needs Python 3.11 or newer: install it (on Debian: apt install python3 python3-venv)." >&2; exit 1
	fi
	echo "Making .venv with $(PYTHON) …"
	if ! $(IN) -m pip --version >/dev/null 2>&1 && ! $(PYTHON) -m venv --clear .venv; then
	  rm -rf .venv
	  echo "Python cannot make a virtual environment here: see the line above (on Debian: apt install python3-venv)." >&2; exit 1
	fi
	$(IN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	touch $@

# pip is the second way for machines whose registry only pip knows.
.venv/.base .venv/.dev: .venv/.%: .venv/.uv requirements/%.txt
	@echo "Installing requirements/$*.txt …"
	$(IN) -m uv pip install --quiet --compile-bytecode --require-hashes -r requirements/$*.txt --python $(IN) \
	  || $(IN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$*.txt
	$(IN) -m compileall -q post areas requests contracts config || true
	$(IN) manage.py catalogues --compile >/dev/null
	touch $@

lock: .venv/.uv ## lock requirements/*.in anew, with hashes and without any registry's address
	@for name in uv base dev; do
	  $(IN) -m uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 --no-emit-index-url \
	    --no-annotate --no-header $$([ $$name = dev ] && echo "-c requirements/base.txt") \
	    requirements/$$name.in -o requirements/$$name.txt
	done

chromium: ## the browser that the tests drive
	@if [ -n "$${CHROMIUM:-}" ] || command -v chromium >/dev/null 2>&1; then exit 0; fi
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	  echo "Installing Chromium …"
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
	else
	  echo "The browser tests need Chromium: install it (on Debian: sudo apt install chromium) or set CHROMIUM to its path." >&2
	  exit 1
	fi

clean: ## remove .venv and caches; the data in .data stay
	@rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	find . -name __pycache__ -type d -not -path './.data/*' -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete
