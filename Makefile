# Each target does all of its own set-up; python3 (3.11+) and the package index are all it needs.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test check bench prove docs lock clean
demo: .venv/demo.stamp ; @$(BIN)/sanctrail demo
test: .venv/dev.stamp ; $(BIN)/pytest -n 2
check: .venv/dev.stamp ; $(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/python -m sanctrail.cli.reference --check docs/cli.md
bench: .venv/dev.stamp ; $(BIN)/python benchmarks/run.py
prove: .venv/dev.stamp ; $(BIN)/python benchmarks/prove.py && $(BIN)/python benchmarks/prove_history.py && $(BIN)/python benchmarks/prove_ledger.py && $(BIN)/python benchmarks/prove_tracing.py
docs: .venv/dev.stamp ; $(BIN)/python -m sanctrail.cli.reference docs/cli.md
lock: .venv/uv.stamp ; $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --extra report --group pyproject.toml:build pyproject.toml -o requirements.txt && $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --extra report --group pyproject.toml:build --group pyproject.toml:dev pyproject.toml -c requirements.txt -o requirements-dev.txt
clean: ; rm -rf .venv sanctrail-demo dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/uv.stamp: ; $(PYTHON) -m venv .venv && $(BIN)/pip install --quiet --disable-pip-version-check uv && touch $@
.venv/demo.stamp: requirements.txt pyproject.toml | .venv/uv.stamp ; $(BIN)/uv pip install --quiet --require-hashes -r requirements.txt && $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e . && touch $@
.venv/dev.stamp: requirements-dev.txt pyproject.toml | .venv/uv.stamp ; $(BIN)/uv pip install --quiet --require-hashes -r requirements-dev.txt && $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e . && touch $@ .venv/demo.stamp
