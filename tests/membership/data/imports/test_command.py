"""The command ``import``: what it prints of lines, and its exit codes."""

from pathlib import Path
from typing import Any

import pytest

from membership.base.settings import ServiceSettings
from membership.commands.import_ import import_command
from membership.store.database import open_database
from tests.membership.conftest import SQLITE, Databases
from tests.membership.data.imports.test_resuming import club


@pytest.fixture(scope="module")
def settings(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> ServiceSettings:
    """Settings of a database with a club."""
    found = databases.new(SQLITE, tmp_path_factory.mktemp("command"))
    database = open_database(found)
    club(database)
    database.engine.dispose()
    return found


class Command:
    """Runs ``import`` on texts."""

    def __init__(self, settings: ServiceSettings, folder: Path) -> None:
        self._settings, self._folder = settings, folder

    def __call__(self, text: str, kind: str = "customers", **wanted: Any) -> tuple[int, str]:
        """Import a text; returns the exit code and what was printed."""
        file = self._folder / "file.csv"
        file.write_text(text)
        said: list[str] = []
        code = import_command(
            self._settings, file, {"kind": kind, **wanted}, organization="c", write=said.append
        )
        return code, "".join(said)


@pytest.fixture
def command(settings: ServiceSettings, tmp_path: Path) -> Command:
    return Command(settings, tmp_path)


def test_what_is_skipped_or_merged_is_listed_and_in_the_exit_code(command: Command) -> None:
    family = "given_name,family_name,email\nAnna,Berg,b@home.example\nLars,Berg,b@home.example\n"
    code, said = command(family)
    assert code == 0
    assert "line 3: created: maybe the same as in line 2 (email)" in said
    assert "1 of them are maybe the same as somebody else" in said
    code, said = command(family)
    assert code == 1
    assert "line 2: skipped: email: is there already" in said
    assert "2 skipped" in said
    twice = "given_name,email,card_code\nEva,eva@x.example,E-1\nEva,eva@x.example,E-2\n"
    code, said = command(twice)
    assert code == 1
    assert "line 3: updated: same as in line 2" in said
    assert "1 of them mean the same person as another line of the file" in said
    code, said = command("given_name,email\nUdo,udo@x.example\nIda,nowhere\n")
    assert code == 1
    assert "line 3: refused: email: " in said
    assert command("given_name\nPia\n")[0] == 0
