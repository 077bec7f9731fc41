"""Every command, every start and every other way to write is attributed, and none is left out.

Commands are walked as the command line lists them, so that a new one has to be placed in a table.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import delete, select
from typer.testing import CliRunner

import main
from api_client.messages.management import ActorKind
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.data.demo.bootstrap import bootstrap_database
from membership.serve import EMBEDDED_DESK
from membership.store.database import Database, open_database
from membership.store.models import AuditEntry
from tests.conftest import ROOT
from tests.demo_club import start_service, stop_service
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import arranging
from tests.membership.wallet.issuers.files import ISSUER, P12_PASSWORD, identity, key_file, p12

WRITING: dict[str, tuple[list[str], set[str]]] = {
    "key": (["Till"], {"key.created"}),
    "organization": (
        ["Second", "--slug", "second"],
        {"organization.created", "card_design.created"},
    ),
    "staff add": (["Ada", "ada@example.com", "--invite"], {"staff.created", "staff.invited"}),
    "staff reset-password": (["ada@example.com"], {"staff.password_reset"}),
    "staff sign-out": (["ada@example.com"], {"staff.sessions_ended"}),
    "staff disable": (["ada@example.com"], {"staff.changed"}),
    "import": (["people.csv", "--kind", "customers"], {"import.started", "import.finished"}),
    "export": (["customers", "out.csv"], {"export.downloaded"}),
    "issue": (["C-000001", "--out", "card.png"], {"card.created"}),
    "wallets apple": (
        ["--file", "pass.p12", "--password-file", "password"],
        {"wallet.configured"},
    ),
    "wallets withdraw-links": ([], {"organization.links_withdrawn"}),
    "wallets google": (["--file", "google.json", "--issuer-id", ISSUER], {"wallet.configured"}),
    "backup": (["club.zip"], {"backup.made"}),
}
"""Commands that change something, in an order in which they can, with what the audit then says."""

ELSEWHERE = {
    "serve": "its start is below, its jobs are in test_actors",
    "kiosk": "starts serve, and writes by the API",
    "demo": "starts serve, and writes by the API",
    "staff reset-second-factor": "needs a factor; its entry is in commands/test_staff",
    "wallets new-keys": "needs a lost key; its entry is in data/backup/test_secret_key",
    "restore": "fills an empty database; its entry is in data/backup/test_entries",
}
READING = {
    "staff list": ([], 0),
    "wallets show": ([], 0),
    "stripe-check": ([], 1),
    "scan": (["card.png"], 0),
}
"""Commands that change nothing, and their exit codes in a club without Stripe."""


def _commands(group: Any, above: str = "") -> Iterator[str]:
    """The names of all commands."""
    commands = getattr(group, "commands", None)
    if commands is None:
        yield above.strip()
        return
    for name, each in commands.items():
        yield from _commands(each, f"{above} {name}")


def test_every_command_is_in_a_table() -> None:
    there = set(_commands(typer.main.get_command(main.app)))
    assert there == {*WRITING, *READING, *ELSEWHERE}


@pytest.fixture
def club(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """An empty club in the present folder, with the files that commands read."""
    monkeypatch.chdir(tmp_path)
    settings = databases.new(SQLITE, tmp_path)
    database = open_database(settings)
    bootstrap_database(settings, database, system_clock(), demo=False)
    database.engine.dispose()
    (tmp_path / "people.csv").write_text("given_name\nAmara\n")
    now = system_clock()
    begins, ends = now.replace(year=now.year - 1), now.replace(year=now.year + 1)
    (tmp_path / "pass.p12").write_bytes(p12(identity(begins=begins, ends=ends)))
    (tmp_path / "password").write_text(P12_PASSWORD)
    (tmp_path / "google.json").write_text(json.dumps(key_file()))
    return open_database(ServiceSettings(data_dir=tmp_path))


def entries(database: Database) -> list[AuditEntry]:
    """The audit."""
    with database.readers.begin() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.at)))


def test_what_every_command_changes_is_the_services_in_the_audit(
    club: Database, tmp_path: Path
) -> None:
    for name, (arguments, actions) in WRITING.items():
        with arranging(club) as session:
            session.execute(delete(AuditEntry))
        given = [*name.split(), *arguments, "--data-dir", str(tmp_path)]
        done = CliRunner().invoke(main.app, given, input="four quiet herons by the lake\n")
        assert done.exit_code == 0, (name, done.stderr)
        found = entries(club)
        assert actions <= {each.action for each in found}, name
        assert {(each.actor_kind, each.actor_name) for each in found} == {
            (ActorKind.SERVICE, "service")
        }, name
    with arranging(club) as session:
        session.execute(delete(AuditEntry))
    for name, (arguments, code) in READING.items():
        where = [] if name == "scan" else ["--data-dir", str(tmp_path)]
        done = CliRunner().invoke(main.app, [*name.split(), *arguments, *where])
        assert done.exit_code == code, (name, done.stderr)
    assert entries(club) == []
    club.engine.dispose()


def test_the_desk_key_of_each_embedded_start_is_audited(demo_data: Path) -> None:
    database = open_database(ServiceSettings(data_dir=demo_data))
    before = {each.id for each in entries(database)}
    for _ in range(2):
        stop_service(start_service(demo_data))
    found = [each for each in entries(database) if each.id not in before]
    database.engine.dispose()
    keys = [each for each in found if each.action.startswith("key.")]
    assert sorted(each.action for each in keys) == [
        "key.changed", "key.changed", "key.created", "key.created"
    ]  # fmt: skip
    made = [each.after or {} for each in keys if each.action == "key.created"]
    assert {each["name"] for each in made} == {EMBEDDED_DESK}
    assert {(each.actor_kind, each.actor_name) for each in found} == {
        (ActorKind.SERVICE, "service")
    }


OTHER_WAYS = {
    "membership/store/database.py": "the one way itself, and what a fast scan commits as one",
    "membership/store/migrate.py": "changes the schema",
    "membership/data/backup/restore.py": "fills an empty database, the audit included",
    "membership/data/imports/run/index_build.py": "the index of search words; the rest by writing",
}


def test_there_is_no_other_way_to_write() -> None:
    ways = set()
    for file in sorted((ROOT / "membership").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if not any(word in text for word in ("WRITES", ".begin", ".raw_connection")):
            continue
        for node in ast.walk(ast.parse(text)):
            named = isinstance(node, ast.Name) and node.id == "WRITES"
            # ``readers.begin()`` reads; what else begins a transaction may write.
            begins = (
                isinstance(node, ast.Attribute)
                and node.attr in {"begin", "raw_connection"}
                and ast.unparse(node.value).rpartition(".")[2] in {"engine", "writers", "single"}
            )
            if named or begins:
                ways.add(str(file.relative_to(ROOT)))
    assert ways == set(OTHER_WAYS)


def test_what_one_scan_commits_has_a_caller() -> None:
    # The fast path opens no session: a visit is no audited change, and names its key itself.
    users = [
        str(file.relative_to(ROOT))
        for file in sorted((ROOT / "membership").rglob("*.py"))
        if "as_one(" in file.read_text(encoding="utf-8") and file.name != "database.py"
    ]
    assert users == ["membership/checkin/scans/service.py"]
