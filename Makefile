# `make run` and `make test` set up what they need; nothing is done twice while pyproject.toml stays.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
CHECKS := $(VENV)/checks
LOCKING := $(VENV)/locking
LOCK = $(BIN)/python docker/requirements.py
COMPILE = $(BIN)/uv pip compile - --quiet --no-config --no-header --universal \
  --python-version 3.11 --generate-hashes
BENCH := $(VENV)/bench
BENCHED := $(BENCH)/installed

help:
	@echo 'make run      install, then the bot and its poet (without a token: a chat in the terminal)'
	@echo 'make test     install, then lint, types, floors and tests'
	@echo 'make install  only install, into $(VENV)'
	@echo 'make test-postgres: the tests that touch the store, on a PostgreSQL server of their own'
	@echo 'make lint     ruff, mypy and import-linter alone'
	@echo 'make check    the slow proofs, and the steps of the Dockerfile in a clean environment'
	@echo 'make lock     pin what the container installs, with digests, after a change of dependencies'
	@echo 'make sbom     list what the container installs, as CycloneDX'
	@echo 'make bench    every number that README and docs quote'
	@echo 'make bench-speed, bench-candidates, bench-pairs: parts of it; see docs/training.md'
	@echo 'make bench-serving: the worker beside its poet and LitServe, some minutes; FULL=1: an hour'
	@echo 'make bench-updates: updates a second, beside a bare echo bot'
	@echo 'make bench-growth: every command on 10,000 and on 1,000,000 poems (4 GB, minutes); SMALL=1: a quick look'
	@echo 'make bench-growth-postgres: the same on a PostgreSQL server of its own, up to an hour'
	@echo 'make bench-daily: rounds of the poem of the day for 10,000 and for 100,000 chats'
	@echo 'make models   train and measure every model, and compare them in docs/models.md (hours)'
	@echo 'make plots    the pictures of docs/models.md, from the files of a run'
	@echo 'make docs     run every page as written, and write down what was answered'

install: $(INSTALLED)

run: $(INSTALLED)
	@$(BIN)/qibu run

test: lint
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 -m 'not slow'

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# What touches the store, on PostgreSQL; .ci/run may install it where it is missing.
STORED := tests/bot/store tests/bot/usecases tests/bot/handlers tests/bot/gallery tests/bot/observe \
  tests/migrations tests/bot/test_inbox.py tests/bot/test_privacy.py tests/bot/test_retention.py \
  tests/bot/test_schedule.py tests/bot/test_sending.py tests/bot/test_stored.py \
  tests/bot/processes/test_killed.py \
  tests/bot/processes/test_both_killed.py tests/bot/processes/test_several_bots.py \
  tests/bot/fuzz tests/benchmarks/test_growth_postgres.py

test-postgres: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/python tools/with_postgres.py $(if $(CI),--install) \
	  $(BIN)/pytest -n 2 $(STORED)

check: $(INSTALLED) $(CHECKS) test-postgres
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose*.yaml
	$(BIN)/shellcheck .ci/run
	@if $(BIN)/pytest -m slow --collect-only >/dev/null; then \
	  OMP_NUM_THREADS=1 $(BIN)/pytest -m slow; fi
	$(BIN)/python .ci/image.py

bench: $(INSTALLED) data/corpus/corpus.json
	$(BIN)/qibu evaluate transformer
	@$(MAKE) --no-print-directory bench-speed bench-candidates bench-serving

bench-speed: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.poet_speed
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.first_verse
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.batches
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.sampler
	OMP_NUM_THREADS=1 $(BIN)/python -W ignore -m benchmarks.precision
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.pool_hits

# docs/performance.md keeps what it prints.
bench-serving: $(INSTALLED) $(BENCHED)
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.serving $(if $(FULL),--full) \
	  --litserve $(BENCH)/bin/python --write docs/performance.md

# docs/performance.md keeps what it prints; SMALL=1 for a quick look.
bench-growth: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.growth \
	  $(if $(SMALL),--small,--write docs/performance.md)

# The same on a PostgreSQL server of its own.
bench-growth-postgres: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/python tools/with_postgres.py $(BIN)/python -m benchmarks.growth_postgres \
	  $(if $(SMALL),--small,--write docs/performance.md)

# Up to half an hour.
bench-daily: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.daily_rounds --write docs/performance.md

bench-updates: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.updates_rate --write docs/performance.md

bench-taste: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.taste

bench-candidates: $(INSTALLED) data/corpus/corpus.json
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.candidates

bench-pairs: $(INSTALLED) data/corpus/corpus.json
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.pairs

# Each is trained to its end once, in runs/NAME, and measured once for each file of weights.
models: $(INSTALLED) data/corpus/corpus.json
	$(BIN)/python -m benchmarks.models

# From a run's curve.jsonl, its weights, and the report.json of `qibu evaluate --keep-json`.
plots: $(INSTALLED) data/corpus/corpus.json
	$(BIN)/python tools/draw_plots.py runs/transformer

data/corpus/corpus.json: | $(INSTALLED)
	$(BIN)/qibu corpus

# What the container installs, each file by its digest; after a change of dependencies.
lock: $(LOCKING)
	@mkdir -p docker/lock
	$(LOCK) bot | $(COMPILE) --output-file docker/lock/bot.txt
	$(LOCK) poet | $(COMPILE) --constraint docker/lock/bot.txt --output-file docker/lock/poet.txt
	$(LOCK) torch | $(COMPILE) --constraint docker/lock/poet.txt --output-file docker/lock/torch.txt

# What is in the container, as CycloneDX: for scanners, and for who must answer what one ships.
sbom: $(LOCKING)
	cat docker/lock/poet.txt docker/lock/torch.txt | $(BIN)/cyclonedx-py requirements - \
	  --pyproject pyproject.toml --output-reproducible --output-file sbom.cdx.json
	@echo sbom.cdx.json

docs: $(INSTALLED)
	$(BIN)/python docs/as_written.py
	$(BIN)/python docs/conversation.py

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo 'qibu: there is no $(PYTHON): install Python 3.11 or newer,' \
	    'or name one: make $(MAKECMDGOALS) PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "qibu: $(PYTHON) is $$($(PYTHON) -V 2>&1), and Qibu needs 3.11 or newer:" \
	    'make $(MAKECMDGOALS) PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "qibu: $(PYTHON) cannot make virtual environments:" \
	    'on Debian and Ubuntu, sudo apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -e '.[poet,postgres,train,dev]'
	@touch $@

$(CHECKS): pyproject.toml | $(INSTALLED)
	$(BIN)/python -m pip install --disable-pip-version-check -e '.[check]'
	@touch $@

# An environment on top of the other one: what LitServe brings along, uvicorn would use, too.
PURELIB := -c "import sysconfig; print(sysconfig.get_path('purelib'))"
$(BENCHED): pyproject.toml | $(INSTALLED)
	$(BIN)/python -m venv $(BENCH)
	$(BIN)/python $(PURELIB) > "$$($(BENCH)/bin/python $(PURELIB))/beneath.pth"
	$(BENCH)/bin/python -m pip install --disable-pip-version-check -e '.[bench]'
	@touch $@

$(LOCKING): pyproject.toml | $(INSTALLED)
	$(BIN)/python -m pip install --disable-pip-version-check -e '.[lock]'
	@touch $@

# PIP_EXTRA_INDEX_URL and the like reach pip through the environment.
.PHONY: help install run test test-postgres lint check lock sbom docs \
  bench bench-speed bench-serving bench-growth bench-growth-postgres bench-daily bench-updates bench-taste bench-candidates bench-pairs models plots
