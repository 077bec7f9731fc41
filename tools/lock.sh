#!/usr/bin/env bash
# Pin every package of pyproject.toml with its hashes, for all platforms, without addresses.
# usage: lock.sh VENV
set -euo pipefail
venv=$1
[ -x "$venv/bin/uv" ] || "$venv/bin/python" -m pip install --quiet uv
pin() {
  "$venv/bin/uv" pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --upgrade "$@"
}
pin --all-extras --output-file requirements-dev.txt
pin --extra kiosk --extra service --constraint requirements-dev.txt --output-file requirements.txt
