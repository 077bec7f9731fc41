"""`make audit` never says that all is well of packages that were not looked up."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "audit.sh"
PIP_AUDIT = """#!/usr/bin/env bash
# As pip-audit does: packages that the database does not have are skipped, and fail with --strict.
for each in "$@"; do strict=${strict:-}$([ "$each" = --strict ] && echo yes || true); done
if [ "$OUTCOME" = skipped ]; then
    [ -n "$strict" ] && exit 1
    echo "No known vulnerabilities found"
fi
[ "$OUTCOME" != vulnerable ]
"""


@pytest.mark.parametrize(("outcome", "code"), [("clean", 0), ("vulnerable", 1), ("skipped", 1)])
def test_a_package_that_was_not_looked_up_fails(tmp_path: Path, outcome: str, code: int) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("python", "#!/bin/sh\n"), ("pip-audit", PIP_AUDIT)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o700)
    done = subprocess.run(
        ["bash", str(SCRIPT), str(tmp_path), "requirements.txt"],
        env={**os.environ, "OUTCOME": outcome},
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == code, done.stderr
