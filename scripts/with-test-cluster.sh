#!/usr/bin/env bash
# Runs a command and afterwards stops the PostgreSQL cluster that the tests started for themselves.
set -uo pipefail
"$@"
status=$?
cargo run -q --locked -p store --example stop_test_cluster || true
exit $status
