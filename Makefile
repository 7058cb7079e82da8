# Everything sets itself up: `make demo` and `make test` are all that has to be typed.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTHON ?= python3
QUIET := --quiet --disable-pip-version-check
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python

# Where it is set, each start of a worker compiles all that it imports again, which is half of its time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo up unit test check format bench lock setup embedding
.DEFAULT_GOAL := demo

demo: $(READY) ## a throwaway LearnFlow: sample questions, their answers, a summary
	@$(BIN)/learnflow demo

up: $(READY) ## the same, kept between runs where it can be, until Ctrl-C
	@$(BIN)/learnflow up

unit: $(READY) ## the tests that need no broker and no database, in less than a minute
	@$(BIN)/python -m pytest --numprocesses 2 --quiet tests/unit

test: $(READY) ## every test, on genuine Kafka where Java and Maven are there
	@$(BIN)/python -m pytest --numprocesses 2 --no-loadscope-reorder

check: $(READY) ## lint, format, types, layers, and that generated files are fresh
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/learnflow contracts --check

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(READY) ## the benchmarks, as ratios against something run in the same call
	@$(BIN)/python -m benchmarks.sink
	@$(BIN)/python -m benchmarks.stream
	@$(BIN)/python -m benchmarks.recovery
	@$(BIN)/python -m benchmarks.sandbox
	@$(BIN)/python -m benchmarks.open_pages
	@$(BIN)/python -m benchmarks.instrumentation

setup: $(READY)

embedding: $(READY) ## what [struggle] similarity = embedding needs; 90 MB
	@$(INSTALL) --no-deps --require-hashes -r requirements/embedding.lock

# uv installs in seconds what pip takes a minute for; pip installs uv.
$(READY): requirements/installer.lock requirements/everything.lock pyproject.toml
	@echo "Setting up $(VENV), once; it takes less than a minute …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "LearnFlow needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install $(QUIET) --no-deps --require-hashes -r requirements/installer.lock
	@$(INSTALL) --no-deps --require-hashes -r requirements/everything.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m learnflow.sandbox prepare
	@touch $@
	@echo "Set up."

lock: $(READY) ## pin again what pyproject.toml asks for, with hashes
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --extra build --extra dev --extra embedded --extra fit --extra tracing pyproject.toml \
	    --output-file requirements/everything.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --extra build --extra tracing --constraint requirements/everything.lock pyproject.toml \
	    --output-file requirements/worker.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --extra embedding --constraint requirements/everything.lock pyproject.toml \
	    --output-file requirements/embedding.lock
