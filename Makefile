# Interval. `make demo` to look at it, `make test` to check it; both set up whatever is missing first.

PYTHON ?= python3
PYTEST_ARGS ?=
BIN := .venv/bin
SCREEN := -screen 0 1920x1200x24 -nolisten tcp
PEERS := .venv-peers

# The X server of the tests is a virtual one, whatever screen there is: no window jumps into your work.
WITH_SCREEN = $(if $(shell command -v xvfb-run),env -u WAYLAND_DISPLAY QT_QPA_PLATFORM=xcb xvfb-run -a -s "$(SCREEN)",)

.PHONY: help demo test bench bench-with-napari screenshot lint format types clean system-run system-test

help:
	@echo "make demo    open the demo study (without a screen: write its reading to a folder)"
	@echo "make test    run all tests, the real window's on a virtual screen"
	@echo "make bench   measure, beside peers where there are some (napari: make bench-with-napari)"
	@echo "make screenshot   take the README's picture of the demo study anew"
	@echo "make lint    check style        make format  put it right"
	@echo "make types   check types"
	@echo "make clean   remove .venv and everything that was generated"

demo: .venv/.runtime system-run
	@$(BIN)/python main.py demo

test: .venv/.test system-test
	@command -v xvfb-run >/dev/null || echo "No xvfb-run here: the journeys through the real window are skipped."
	$(WITH_SCREEN) $(BIN)/pytest $(PYTEST_ARGS)

bench: .venv/.test system-test
	$(WITH_SCREEN) $(BIN)/pytest tests/benchmarks -o addopts="-ra --strict-markers" --benchmark-only -s $(PYTEST_ARGS)

bench-with-napari: $(PEERS)/.napari
	@INTERVAL_PEERS=$(abspath $(PEERS)/bin/python) $(MAKE) bench

screenshot: .venv/.test system-test
	$(WITH_SCREEN) $(BIN)/python docs/take_screenshot.py docs/screenshot.png

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: .venv/.test
	$(BIN)/mypy

clean:
	rm -rf .venv $(PEERS) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .benchmarks .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

system-run:
	@setup/system-packages needed window

system-test:
	@setup/system-packages needed window test

.venv/.runtime: pyproject.toml setup/environment
	@PYTHON="$(PYTHON)" setup/environment
	@touch $@

.venv/.test: pyproject.toml setup/environment
	@PYTHON="$(PYTHON)" setup/environment test
	@touch $@ .venv/.runtime

# A peer to be measured against lives apart: its dependencies are not ours.
$(PEERS)/.napari: pyproject.toml
	@$(PYTHON) -m venv --clear $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check "napari>=0.5" "PySide6-Essentials<6.12"
	@touch $@
