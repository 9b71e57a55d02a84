# Every command of Dormouse. Lines that run long are simple commands: make starts them without a shell between,
# so that a Ctrl-C or a SIGTERM reaches them.

PYTHON ?= python3
STAGE ?=
ROUNDS ?= 15
WRITE ?=
YES ?=
TABLES ?=

.DEFAULT_GOAL := help
.PHONY: help run test check drill rehearse fuzz peers lint format bench deploy destroy clean audit sbom lock environments

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: environments ## run everything here: the app on an embedded AWS, and a stand-in for Jira
	@.venv/bin/python -m devkit run

test: environments ## run all tests
	@.venv/bin/python -m pytest --numprocesses=2 --dist=loadscope

drill: environments ## send 10,000 webhooks through each fault; takes about two hours
	@.venv/bin/python -m pytest tests/drills tests/end_to_end/test_publish.py --drill=10000

rehearse: environments ## take a stage through deploy, change, rollback and destroy on the embedded AWS, timed
	@.venv/bin/python -m pytest tests/end_to_end/test_rehearsal.py -s --drill=1 --timeout=0

fuzz: environments ## draw a million inputs of every kind, and see that none does harm
	@.venv/bin/python -m pytest tests/security/test_fuzz.py tests/security/test_fuzz_stored.py -s --fuzz-inputs=90000 --timeout=0
	@.venv/bin/python -m tests.security.guided

peers: environments ## compare the stand-in for Jira with Atlassian's own packages for Node, where Node is present
	@.venv/bin/python -m pytest tests/peers --peers

check: lint test ## both of these: lint, then test

lint: environments ## check format, style and types
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy

format: environments ## format the code, and mend what ruff can mend
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

bench: environments ## measure here what the app takes: make bench ROUNDS=15; WRITE=1 also writes it into the document
	@.venv/bin/python -m devkit bench --rounds=$(ROUNDS) $(if $(WRITE),--write)

deploy: environments ## deploy to your AWS account: make deploy STAGE=dev; YES=1 does not ask
	@.venv/bin/python -m devkit deploy --stage=$(STAGE) $(if $(YES),--yes)

destroy: environments ## take a stage away again: make destroy STAGE=dev; of prod the tables stay, unless TABLES=1
	@.venv/bin/python -m devkit destroy --stage=$(STAGE) $(if $(YES),--yes) $(if $(TABLES),--tables)

audit: environments ## compare the shipped packages with the published faults
	@.venv/bin/python -m devkit audit

sbom: environments ## print what is shipped, as a bill of materials: make -s sbom > sbom.json
	@.venv/bin/python -m devkit sbom

lock: environments ## pin all packages anew, with their digests, from requirements*.in
	@.venv/bin/python -m devkit lock

clean: ## remove the environments and all that local runs have stored
	@$(PYTHON) -m devkit.bootstrap clean

environments:
	@$(PYTHON) -m devkit.bootstrap
