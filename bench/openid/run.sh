#!/usr/bin/env bash
# Installs the yardstick (npm oidc-provider and the Node.js it supports) and runs the comparison; arguments go to bench.mjs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
for folder in "$here" "$here/../../journeys/openid"; do
    wanted=$(sha256sum "$folder/package-lock.json" | cut -d' ' -f1)
    if [ "$(cat "$folder/node_modules/.bench" 2>/dev/null)" != "$wanted" ]; then
        npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error
        echo "$wanted" >"$folder/node_modules/.bench"
    fi
done
exec node "$here/bench.mjs" "$@"
