# `make demo` tries Sen; `make test` checks it. Both install what is missing.
SHELL := bash
export CARGO_TERM_PROGRESS_WHEN := never
# Where the compiled program is: CI may build outside the checkout.
TARGET := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
PORT ?= 8080
PEOPLE ?= 20000
BENCH_PEOPLE ?= 1000000
BENCH_GROUPS ?= 3000
STORY_DATA ?= /var/tmp/sen-story
BENCH_DATA ?= /var/tmp/sen-bench
CLEAN_ROWS ?= 100000
CLEAN_DATA ?= /var/tmp/sen-bench-clean
MATCH_DATA ?= /var/tmp/sen-matching
MATCH_PEOPLE ?= 1M 5M
MATCH_ROWS ?= 100k
MATCH_RUNS ?= 3
MATCH_SCALE ?= 1M:100k 2M:100k 5M:100k 10M:100k 10M:10M
INDEX_DATA ?= /var/tmp/sen-bench-index
INDEX_DOSSIERS ?= 35400000
OPENID_DATA ?= /var/tmp/sen-bench-openid
# More for bench/openid/bench.mjs, such as `--runs 5 --only refresh`.
OPENID ?=
# More for bench/matching/bench.py, such as `--only ours --part scale`.
MATCH ?=

.PHONY: demo story release test fmt lint unit doc journeys clients crash bench bench-clean bench-indicator bench-matching bench-openid audit assets setup setup-test clean

demo: setup assets ## start everything on 127.0.0.1:8080
	cargo build --locked -p sen
	exec $(TARGET)/debug/sen demo --port $(PORT) --people $(PEOPLE)

story: setup assets ## the main job, acted out over HTTP in a demo of its own; every step and proof is checked
	cargo build --locked -p sen
	$(TARGET)/debug/sen demo --story birth --data $(STORY_DATA) --people 2000

release: setup assets ## one optimised program with pack, pages and assets inside
	cargo build --release --locked -p sen

test: setup-test assets fmt lint unit doc journeys clients ## all checks
	@echo "all checks passed"

fmt:
	cargo fmt --all --check

lint:
	cargo clippy --workspace --all-targets --locked -- -D warnings

unit: ## unit, database and crash tests
	scripts/with-test-cluster.sh scripts/run-tests.sh

doc: ## the doctests that say something: code that must not compile
	cargo test --locked --doc -p exchange -p register

journeys: ## what a person does, in a real browser
	cargo build --locked -p sen
	SEN=$(TARGET)/debug/sen node --test --test-concurrency=1 journeys/*.test.mjs

clients: ## other people's OpenID clients, conformance modules and attacks, over HTTP
	cargo build --locked -p sen
	scripts/clients.sh $(TARGET)/clients/venv
	SEN=$(TARGET)/debug/sen SEN_AUTHLIB_PYTHON=$(abspath $(TARGET))/clients/venv/bin/python node journeys/openid/run.mjs

bench: ## birth groups end to end, with a plain-commit rate of the same minute as the yardstick
	cargo build --release --locked -p sen
	$(TARGET)/release/sen bench birth --people $(BENCH_PEOPLE) --groups $(BENCH_GROUPS) --data $(BENCH_DATA)

bench-clean: ## how right the data cleaning is, by level of mess and kind of error
	cargo build --release --locked -p sen
	$(TARGET)/release/sen bench clean --people $(BENCH_PEOPLE) --rows $(CLEAN_ROWS) --data $(CLEAN_DATA)

bench-indicator: ## the index of a country, with DuckDB and plain SQL beside it; installs DuckDB under target/
	cargo build --release --locked -p sen
	$(TARGET)/release/sen bench indicator --data $(INDEX_DATA) --dossiers $(INDEX_DOSSIERS) --parquet --sql
	python3 -m venv $(TARGET)/bench-indicator/venv
	$(TARGET)/bench-indicator/venv/bin/pip install --quiet --disable-pip-version-check --requirement bench/indicator/requirements.txt
	$(TARGET)/bench-indicator/venv/bin/python bench/indicator/duckdb_side.py $(INDEX_DATA)

bench-matching: ## data cleaning beside Splink: accuracy and cost; installs Splink under target/
	cargo build --release --locked -p sen
	VENV=$(TARGET)/bench-matching/venv bench/matching/run.sh --sen $(TARGET)/release/sen --data $(MATCH_DATA) \
		--out $(TARGET)/bench-matching --people $(MATCH_PEOPLE) --rows $(MATCH_ROWS) --runs $(MATCH_RUNS) \
		--scale $(MATCH_SCALE) $(MATCH)

bench-openid: ## tokens a CPU second beside npm oidc-provider, in one run
	cargo build --release --locked -p sen
	bench/openid/run.sh --sen $(TARGET)/release/sen --data $(OPENID_DATA) --out $(TARGET)/bench-openid $(OPENID)

audit: ## licences, bans and sources of every dependency
	cargo deny check licenses bans sources

assets: ## the pages' styles and fonts, from npm
	scripts/assets.sh

setup:
	scripts/setup.sh run

setup-test:
	scripts/setup.sh test

clean:
	cargo clean
	rm -rf node_modules crates/portal/assets/vendor
