#!/usr/bin/env bash
# Installs what `make demo` (run) or `make test` (test) needs beyond make and Rust, on Debian and Ubuntu.
# Where it may not install, it says exactly what to install and stops.
set -euo pipefail
purpose=${1:-run}
missing=()

newest_postgres() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n | tail -n 1; }
postgres_major() { local dir; dir=$(newest_postgres); [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && basename "$(dirname "$dir")" || echo 0; }

command -v cargo >/dev/null || { echo "Rust is missing: install it from https://rustup.rs and run make again." >&2; exit 1; }
command -v cc >/dev/null || missing+=(gcc libc6-dev)
[ "$(postgres_major)" -ge 15 ] || missing+=(postgresql)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
if [ "$purpose" = test ]; then
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
  # Other people's OpenID clients. apache2-bin is the program alone: no service is set up.
  [ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || missing+=(apache2-bin libapache2-mod-auth-openidc)
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
fi
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ]; then as_root=(env); elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root=(sudo); else as_root=(); fi
if ! command -v apt-get >/dev/null || [ ${#as_root[@]} -eq 0 ]; then
  echo "Please install: ${missing[*]}   (Debian/Ubuntu: sudo apt-get install ${missing[*]}), then run make again." >&2
  exit 1
fi
echo "Installing ${missing[*]} …"
"${as_root[@]}" apt-get update -qq
export DEBIAN_FRONTEND=noninteractive
case " ${missing[*]} " in *" postgresql "*)
  # Sen runs a private cluster of its own: keep the package from starting one.
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
    "${as_root[@]}" sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  fi ;;
esac
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
[ "$(postgres_major)" -ge 15 ] || {
  echo "PostgreSQL 15 or newer is needed; this system offers $(postgres_major). See https://www.postgresql.org/download/linux/ubuntu/" >&2
  exit 1
}
