#!/usr/bin/env bash
# cargo-nextest where it is installed (a process for each test), cargo's own runner elsewhere.
set -euo pipefail
if cargo nextest --version >/dev/null 2>&1; then
  exec cargo nextest run --workspace --locked --no-fail-fast "$@"
fi
exec cargo test --workspace --locked --lib --bins --tests --no-fail-fast "$@"
