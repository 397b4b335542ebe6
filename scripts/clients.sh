#!/usr/bin/env bash
# Installs what the tests with other people's OpenID clients need: npm packages beside the tests, Python packages in a
# folder of their own (the first argument). Versions stand in package-lock.json and requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${1:?the folder for the Python packages}
tests=journeys/openid

stamped() { # FILE… — whether the stamp says these files; the stamp is $stamp
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(cat "$@" | sha256sum)" ]
}

stamp=$tests/node_modules/.installed
if ! stamped $tests/package-lock.json; then
  echo "Installing OpenID clients from npm …"
  npm ci --prefix $tests --no-audit --no-fund --loglevel=error
  cat $tests/package-lock.json | sha256sum >"$stamp"
fi
stamp=$venv/.installed
if ! stamped $tests/requirements.txt; then
  echo "Installing Authlib from PyPI …"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-input --requirement $tests/requirements.txt
  cat $tests/requirements.txt | sha256sum >"$stamp"
fi
