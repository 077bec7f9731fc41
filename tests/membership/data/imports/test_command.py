"""The command ``import``: what it prints of lines, and its exit codes."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select
from typer.testing import CliRunner

from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.base.vault import KEY_FILE
from membership.commands.cli import app
from membership.commands.import_ import columns_of, import_command
from membership.store.database import open_database
from membership.store.models import Import
from membership.store.secret_key import open_checked_vault
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
        self.data_dir = settings.data_dir

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


def test_columns_days_and_bad_values_have_their_options(tmp_path: Path, command: Command) -> None:
    assert columns_of(["Vorname=given_name", "Old id=", "a=b=email"]) == {
        "Vorname": "given_name", "Old id": None, "a=b": "email"
    }  # fmt: skip
    with pytest.raises(ValueError, match="is not written like"):
        columns_of(["Vorname"])
    text = "Rufname;Old id;Geburtstag;Telefon\nMia;7;3/4/1990;call me\n"
    code, said = command(text, columns={"Old id": None}, bad_values="leave_out")
    assert code == 1
    assert "guessed: Rufname is read as given_name" in said
    assert "line 2: created: birth_date: left out: " in said
    assert "; phone: left out: " in said
    assert "1 of them were taken without a bad value" in said
    file = tmp_path / "given.csv"
    file.write_text("Wer,Egal,geb\nLea,1,3/4/1990\n")
    options = ["--kind", "customers", "--organization", "c", "--columns", "Wer=given_name",
               "--columns", "Egal=", "--date-order", "month_first", "--bad-values", "leave_out",
               "--dry-run", "--data-dir", str(command.data_dir)]  # fmt: skip
    done = CliRunner().invoke(app, ["import", str(file), *options])
    assert done.exit_code == 0, done.output
    assert "1 created" in done.output


def test_with_a_wrong_key_nothing_is_started(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path)
    database = open_database(settings)
    club(database)
    open_checked_vault(settings, database, system_clock())
    (tmp_path / KEY_FILE).write_bytes(Fernet.generate_key())
    code, said = Command(settings, tmp_path)("given_name\nMia\n")
    assert code == 2
    assert KEY_FILE in said
    with database.readers.begin() as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 0
    database.engine.dispose()
