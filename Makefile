# `make demo` lints the examples, `make test` runs every test, `make bench` measures how fast lstmlint is; each makes the
# environment it needs in .venv first. What is installed in place pip does not compile, and what is not compiled starts at
# half the speed.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python3 -m pip --disable-pip-version-check install --quiet

.PHONY: demo test bench clean

# Findings are the point of the demonstration and no failure.
demo: $(VENV)/installed
	$(BIN)/lstmlint examples --exit-zero

# pytest comes last, so that its summary is the last line. The frameworks compute on one thread each: the tests already
# run side by side, and what they compute is small.
test: export OMP_NUM_THREADS := 1
test: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/mypy --strict lstmlint benchmarks
	$(BIN)/python3 -m pytest --numprocesses auto

# Fetches what it lints; BENCH=--quick lints generated files only, BENCH="dense tree" measures these parts.
BENCH ?=
bench: $(VENV)/installed
	$(BIN)/python3 -m benchmarks $(BENCH)

$(VENV)/installed: pyproject.toml | $(BIN)/python3
	$(PIP) --editable .
	$(BIN)/python3 -m compileall -q lstmlint
	touch $@

$(VENV)/tested: pyproject.toml | $(BIN)/python3
	$(PIP) --editable ".[test]"
	$(BIN)/python3 -m compileall -q lstmlint
	touch $@ $(VENV)/installed

$(BIN)/python3:
	$(PYTHON) -m venv $(VENV)

clean:
	rm -rf $(VENV) .benchmarks
