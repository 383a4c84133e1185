# The kit's commands. Everything lives in .venv; nothing else on the machine is touched.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PERIOD ?= 2025Q3
LAB    ?=
BENCH  ?=

.PHONY: packets test bench lab setup sample lock clean

packets: sample ## packets of the sample company, one a region
	$(BIN)/kit run --config parameters/sample/company.yml --period $(PERIOD) --by region

test: setup ## the whole test suite
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

bench: setup ## how fast and how right, beside others; takes a while
	$(BIN)/python tests/benchmarks/batch.py $(BENCH)
	$(BIN)/python tests/benchmarks/snapshot.py
	$(BIN)/python tests/benchmarks/baseline.py
	$(BIN)/python tests/benchmarks/landing.py
	$(BIN)/python tests/benchmarks/false_alerts.py
	$(BIN)/python tests/benchmarks/split.py
	$(BIN)/python tests/benchmarks/quotas.py
	$(BIN)/python tests/benchmarks/causes.py

lab: sample ## JupyterLab on notebooks/; as root add LAB=--allow-root
	@$(BIN)/jupyter labextension disable --level=sys_prefix "@jupyterlab/apputils-extension:announcements" 2>/dev/null # no question about news
	$(BIN)/jupyter lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks $(LAB)

sample: setup outputs/sample/data/truths.json

outputs/sample/data/truths.json: $(wildcard kit/data/sample/*.py)
	$(BIN)/kit sample outputs/sample/data

setup: $(READY)
	@$(BIN)/python -m compileall -q kit

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("The kit needs Python 3.11 or newer; $(PYTHON) is %d.%d. Name another: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --compile --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

lock: setup ## resolve pyproject.toml anew into requirements.lock
	$(BIN)/python -m pip install -qq uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --no-header --extra test --extra build pyproject.toml --output-file requirements.lock

clean: ## all that can be made again
	rm -rf outputs $(VENV)
