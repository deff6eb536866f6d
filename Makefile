# `make check` and `make test` do all the set-up; what is there already is not fetched again.
# `make test` runs the quick tier, `make test-all` what CI asks of a change: docs/testing.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAMPLE := examples/football
DEV := $(VENV)/.dev
EXAMPLE_READY := $(EXAMPLE)/.venv/.ready

BROWSER := $(VENV)/.browser
MUTATION := $(VENV)/.mutation
# What `make test-matrix` tries, and the tests that it tries it with.
PYTHONS := 3.11 3.12 3.13 3.14
DECIDING := tests/decide tests/model tests/load tests/plan tests/shell
NPM := $(VENV)/.npm
STRACE := $(VENV)/.strace
GITLEAKS := $(VENV)/.gitleaks
OLDEST := $(VENV)/.oldest
OPS_READY := $(EXAMPLE)/.venv/.ops
# Root on Debian gets what the tests on running services need; elsewhere these are skipped.
LIVE := $(shell [ "$$(id -u)" = 0 ] && [ -e /etc/debian_version ] && echo $(VENV)/.live)
# The Debian packages that were installed from here.
INSTALLED := $(abspath $(VENV))/.installed
# What the tests need, and how they are run: files as units, divided finer by tests/support/scheduling.py.
TESTED := $(DEV) $(EXAMPLE_READY) $(OPS_READY) $(GITLEAKS) $(BROWSER) $(NPM) $(STRACE) $(OLDEST) $(LIVE)
PYTEST := $(BIN)/python -m compileall -q readiness checks && $(BIN)/python -m pytest -n auto --maxprocesses 6 --dist loadfile
# Those that failed, one by one: a shared machine may stand still for a moment.
AGAIN := { echo "Tests failed, as said above: those that did are tried again, one by one." >&2; false; } || \
	$(BIN)/python -m pytest --last-failed --last-failed-no-failures none --maxfail 3
# With the further rows of tables of breaks, and the proof of the whole board.
NIGHTLY := --tier nightly -m 'breaks or proof or not (live or network)'
ADVISORIES := https://api.osv.dev/v1/query
QUESTION := {"package": {"ecosystem": "PyPI", "name": "pip"}, "version": "1"}
ASK := import sys, urllib.request; urllib.request.urlopen(sys.argv[1], sys.argv[2].encode())
ANSWERS = timeout 2 $(BIN)/python -c '$(ASK)' $(or $(OSV_URL),$(ADVISORIES)) '$(QUESTION)' 2>/dev/null
STACK := cd $(EXAMPLE) && .venv/bin/python -m ops.stack

.PHONY: check docs gate release-gate pictures llms test-matrix test test-all test-nightly test-live test-breaks test-versions durations lint format bench scale mutation mutation-deciding stack stack-check stack-down clean

# Whatever asks an advisory service is measured where one answers.
check: $(DEV) $(EXAMPLE_READY) $(GITLEAKS)  ## run the board against examples/football
	@if $(ANSWERS); then \
	    profile=online; echo "An advisory service answers: profile online." >&2; \
	else \
	    profile=local; echo "No advisory service answers within 2 s: profile local, which leaves" \
	        "vulnerabilities out." >&2; \
	fi; $(BIN)/readiness check --profile $$profile

test: $(TESTED)  ## run the quick tier of the tests
	$(PYTEST) --tier quick $(PYTEST_ARGS)

test-all: $(TESTED)  ## run the full tier, which a change has to pass
	@$(PYTEST) --tier full $(PYTEST_ARGS) || $(AGAIN) --tier full $(PYTEST_ARGS)

test-nightly: $(TESTED) $(MUTATION)  ## run what the full tier leaves out; best with nothing beside
	@failed=; \
	$(PYTEST) $(NIGHTLY) $(PYTEST_ARGS) || $(AGAIN) $(NIGHTLY) $(PYTEST_ARGS) || failed="$$failed tests"; \
	for target in test-live test-versions mutation-deciding; do \
	    $(MAKE) --no-print-directory $$target PYTEST_ARGS= || failed="$$failed $$target"; \
	done; \
	test -z "$$failed" || { echo "Failed:$$failed" >&2; exit 1; }

durations: $(TESTED)  ## run all tests, and record how long each takes: what is quick follows from it
	$(PYTEST) --record-durations $(PYTEST_ARGS)

test-live: $(DEV) $(EXAMPLE_READY) $(LIVE)  ## run those on a whole production; best with nothing beside
	@$(BIN)/python -m pytest -m live $(PYTEST_ARGS) || $(AGAIN) -m live

test-breaks: $(DEV) $(EXAMPLE_READY) $(LIVE)  ## break the example, and a whole production, in every way of both tables
	@failed=0; \
	$(BIN)/python -m pytest -n auto tests/breaks -m 'breaks or not breaks' $(PYTEST_ARGS) || failed=1; \
	$(BIN)/python -m pytest -m live tests/live -k 'breaks or ordinary' $(PYTEST_ARGS) || failed=1; \
	exit $$failed

test-versions: $(DEV)  ## try the checks with the oldest and the newest tools that they are said to work with
	$(BIN)/python -m tests.support.tool_versions $(PYTEST_ARGS)

test-matrix: $(DEV)  ## try each Python that can be had, with the oldest and the newest libraries
	for python in $(PYTHONS); do for libraries in lowest-direct highest; do \
	  echo "Python $$python, $$libraries"; \
	  $(BIN)/uv run -q --no-project --isolated --python $$python --resolution $$libraries --with . \
	    --with 'pytest-xdist>=3.8' --with 'pytest>=8.4' --with 'hypothesis>=6.130' --with 'jsonschema>=4.23' --with 'pyyaml>=6.0.2' \
	    python -m pytest -q -p no:cacheprovider $(DECIDING) $(PYTEST_ARGS) || exit 1; \
	done; done

lint: $(DEV)  ## types and style
	$(BIN)/mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	@! git log --no-merges --format=%s 9ed398f.. 2>/dev/null | \
		grep -E '.{73}|^[^:]*[^a-z0-9_/:-]|^[^:]*$$|:$$' || \
		{ echo 'subjects of commits: `area: what changes`, at most 72 characters'; exit 1; }

gate: $(DEV)  ## hold the line of this project's own board, by what is cheap to measure
	$(BIN)/readiness score --board examples/readiness/board.yaml --hold-line

release-gate: $(MUTATION)  ## ask all of it: an hour
	$(BIN)/readiness score --board examples/readiness/board.yaml --profile release

format: $(DEV)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV)  ## measure readiness beside its peers; sets them up; see bench/README.md
	$(BIN)/python bench/run.py $(BENCH_ARGS)

scale: $(DEV)  ## measure how cost grows with boards, histories, output and fleets
	$(BIN)/python bench/run.py --setup
	$(BIN)/python bench/scale.py $(BENCH_ARGS)

docs: $(DEV)  ## build the documents into build/docs, and follow their links; nothing is fetched
	NO_COLOR=1 $(BIN)/zensical build --strict --clean

mutation: $(TESTED)  ## see whether the tests notice faults, in a sample of all code: hours; docs/testing.md
	$(BIN)/python -m tests.support.mutation $(MUTATION_ARGS)

mutation-deciding: $(MUTATION)  ## put every fault into the code that decides
	$(BIN)/mutmut run --max-children 1
	$(BIN)/mutmut results

pictures: $(DEV)  ## run examples/shop, and draw the pictures of README and docs anew
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.support.picture

llms: $(DEV)  ## make docs/llms.txt of the documents
	$(BIN)/python -m tests.support.llms

$(DEV): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	$(BIN)/python -m compileall -q readiness
	touch $@

# Without it, the criterion about secrets is an error.
$(GITLEAKS): $(DEV)
	@if command -v gitleaks >/dev/null; then \
	    touch $@; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends gitleaks; then \
	    touch $@; \
	else \
	    echo "no gitleaks: whether there are secrets is not measured (apt-get install gitleaks)" >&2; \
	fi

# The oldest libraries that readiness may be installed with.
$(OLDEST): $(DEV)
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(VENV)/oldest
	$(BIN)/uv pip install --quiet --python $(VENV)/oldest --resolution lowest-direct -r pyproject.toml
	touch $@

$(MUTATION): $(DEV)
	$(BIN)/python -m pip install --quiet --editable '.[mutation]'
	touch $@

# A lock is whole: whoever resolves it anew meets releases that came after it.
$(EXAMPLE_READY): $(EXAMPLE)/requirements-dev.lock
	test -x $(EXAMPLE)/.venv/bin/python || $(PYTHON) -m venv $(EXAMPLE)/.venv
	$(EXAMPLE)/.venv/bin/python -m pip install --quiet --no-deps --require-hashes -r $<
	touch $@

# A browser, and letters for its Chinese pages; without them the tests of the page are skipped.
$(BROWSER): $(DEV)
	@if command -v chromium >/dev/null && [ -n "$$(fc-list :lang=zh 2>/dev/null)" ]; then \
	    touch $@; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
	        chromium fontconfig fonts-noto-cjk; then \
	    touch $@; \
	else \
	    echo "no chromium: the tests of the page are skipped (apt-get install chromium fonts-noto-cjk)"; \
	fi

# What validates the page, and the tools of Node.js; without them their tests are skipped.
$(NPM): $(DEV) tests/support/npm.py
	@if $(BIN)/python -m tests.support.npm; then \
	    touch $@; \
	else \
	    echo "not all npm packages could be installed: the tests of the page's markup, and of checks" \
	        "for Node.js, are skipped"; \
	fi

# Without strace, the tests of what commands start are skipped; without bubblewrap, some of walls.
$(STRACE): $(DEV)
	@if command -v strace >/dev/null && command -v bwrap >/dev/null; then \
	    touch $@; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends strace bubblewrap; then \
	    touch $@; \
	else \
	    echo "no strace or no bubblewrap: tests are skipped (apt-get install strace bubblewrap)"; \
	fi

stack: $(DEV) $(OPS_READY)  ## start a whole production beside the example; YES=1 installs without asking
	@absent="$$($(STACK) missing)"; if [ -n "$$absent" ]; then \
	    echo "These Debian packages are missing: $$absent"; \
	    if [ "$(YES)" != 1 ]; then \
	        printf 'Install them? [y/N] '; read answer; [ "$$answer" = y ] || exit 1; \
	    fi; \
	    INSTALLED=$(INSTALLED) sh $(EXAMPLE)/ops/install.sh $$absent; \
	fi
	$(STACK) up

stack-check: $(DEV)  ## measure all of the board on the running stack
	@$(ANSWERS) || echo "No advisory service answers within 2 s: the criteria about vulnerabilities will be" \
	    "errors. OSV_URL names another service." >&2
	.stack/run $(abspath $(BIN))/readiness check --profile production --jobs 6

stack-down:  ## end the stack, and say what of it stays
	$(STACK) down
	@[ ! -e $(INSTALLED) ] || echo "What it was built of stays, started by nobody:" \
	    "apt-get remove $$(sort -u $(INSTALLED) | tr '\n' ' ')"

$(VENV)/.live: $(EXAMPLE)/ops/stack/services.py $(OPS_READY)
	@absent="$$($(STACK) missing)"; if [ -z "$$absent" ] || INSTALLED=$(INSTALLED) sh $(EXAMPLE)/ops/install.sh $$absent; then \
	    touch $@; \
	else \
	    echo "not all could be installed: the tests on a whole production are skipped"; \
	fi

$(OPS_READY): $(EXAMPLE)/requirements-ops.lock $(EXAMPLE_READY)
	$(EXAMPLE)/.venv/bin/python -m pip install --quiet --no-deps --require-hashes -r $<
	touch $@

clean:
	rm -rf $(VENV) $(EXAMPLE)/.venv .readiness
