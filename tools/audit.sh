#!/usr/bin/env bash
# Look the pinned packages up in the database of known vulnerabilities, by pip-audit.
# usage: audit.sh VENV REQUIREMENTS
# Its environment is its own: what audits the pins is not one of them. Not a part of `make check`,
# since it needs the database and finds something new on a day when nothing was changed. `--strict`:
# a package that the database was not asked about, or does not have, fails instead of being skipped.
set -euo pipefail
venv=$1 requirements=$2
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
[ -x "$venv/bin/pip-audit" ] || "$venv/bin/python" -m pip install --quiet pip-audit
"$venv/bin/pip-audit" --strict --require-hashes --disable-pip --progress-spinner off -r "$requirements"
