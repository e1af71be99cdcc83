# The house's commands. Each works as root, without a terminal, in a fresh clone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# What Python compiles is kept, whatever the caller's environment says: tests start some thousand processes.
export PYTHONDONTWRITEBYTECODE :=
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := venv
.PHONY: venv run test soak lint bench docs fuzz clean

venv: $(STAMP)

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable '.[all]' --group dev
	touch $@

run: $(STAMP)
	$(BIN)/python examples/main_job.py

test: $(STAMP)
	tools/test-packages
	tools/test-readers
	$(BIN)/pytest -n 3 --dist loadgroup -q

soak: $(STAMP)
	tools/test-packages
	$(BIN)/pytest -m soak -s
	HYPOTHESIS_PROFILE=many $(BIN)/pytest -n 3 --dist loadgroup -q -m "random and not soak"

lint: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m benchmarks

fuzz: $(STAMP)
	tools/fuzz $(or $(FUZZ_SECONDS),30) $(or $(FUZZ_SEED),0) $(FUZZ_RUNS)

docs: $(STAMP)
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

clean:
	rm -rf $(VENV) build dist docs/_build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests tools benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
