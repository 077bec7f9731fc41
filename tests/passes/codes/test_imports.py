"""Modules that ``passes.codes`` imports: no package but ``cryptography``."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

_LOADED = """
import sys
before = set(sys.modules)
{imports}
names = {{name for name in set(sys.modules) - before if not name.startswith("_")}}
print(*sorted(name for name in names if name.partition(".")[0] == "passes"))
print(*sorted({{name.partition(".")[0] for name in names}} - sys.stdlib_module_names))
"""


@pytest.mark.parametrize(
    ("modules", "packages"),
    [
        (("barcode", "card_codes", "rotating"), {"passes"}),
        (("barcode", "card_codes", "rotating", "signed"), {"passes", "cryptography"}),
    ],
)
def test_codes_load_only_cryptography(modules: tuple[str, ...], packages: set[str]) -> None:
    code = _LOADED.format(imports="\n".join(f"import passes.codes.{name}" for name in modules))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    passes, loaded = (set(line.split()) for line in done.stdout.splitlines())
    assert passes == {
        "passes",
        "passes.errors",
        "passes.codes",
        *(f"passes.codes.{name}" for name in modules),
    }
    assert loaded == packages
