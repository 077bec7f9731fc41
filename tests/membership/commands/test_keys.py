"""The command ``key``: makes, lists and revokes, and all of it is audited."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from api_client.messages.management import ActorKind
from membership.base.actors import Actor
from membership.base.clock import system_clock
from membership.base.scopes import DESK_SCOPES, Scope
from membership.base.settings import ServiceSettings
from membership.commands.cli import app
from membership.commands.staff import app as staff_app
from membership.data.demo.bootstrap import bootstrap_database
from membership.store.database import Database, open_database
from membership.store.models import ApiKey, AuditEntry, StaffAccount
from membership.web.access import digest, mint_key
from tests.membership.conftest import SQLITE, Databases


@pytest.fixture
def club(databases: Databases, tmp_path: Path) -> Database:
    """An empty club in the folder ``tmp_path``, as a first start leaves it."""
    settings = databases.new(SQLITE, tmp_path)
    database = open_database(settings)
    bootstrap_database(settings, database, system_clock(), demo=False)
    database.engine.dispose()
    return open_database(ServiceSettings(data_dir=tmp_path))


def key(folder: Path, *arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["key", *arguments, "--data-dir", str(folder)])


def keys(database: Database) -> dict[str, ApiKey]:
    """The stored keys by name."""
    with database.readers.begin() as session:
        return {row.name: row for row in session.scalars(select(ApiKey))}


def actions(database: Database) -> list[tuple[str, str]]:
    """Actions and actors of the audit of keys."""
    with database.readers.begin() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action.like("key.%")))
        return sorted((entry.action, entry.actor_name) for entry in entries)


def test_made_with_scopes_and_an_end(club: Database, tmp_path: Path) -> None:
    day = (system_clock() + timedelta(days=30)).date().isoformat()
    scopes = ("--scope", "permissions:read", "--scope", "customers:read")
    made = key(tmp_path, "Door", *scopes, "--expires", day)
    assert made.exit_code == 0, made.stderr
    assert key(tmp_path, "Desk", "--desk").exit_code == 0
    assert key(tmp_path, "All").exit_code == 0
    stored = keys(club)
    assert stored["Door"].digest == digest(made.stdout.strip())
    assert set(stored["Door"].scopes.split()) == {"permissions:read", "customers:read"}
    assert stored["Door"].expires_at is not None
    assert stored["Door"].expires_at.isoformat() == f"{day}T00:00:00+00:00"
    assert set(stored["Desk"].scopes.split()) == set(DESK_SCOPES)
    assert set(stored["All"].scopes.split()) == set(Scope)
    assert stored["All"].maker_name == "service"
    assert actions(club) == [("key.created", "service")] * 3


def test_listed_and_revoked(club: Database, tmp_path: Path) -> None:
    made = key(tmp_path, "Door", "--scope", "permissions:read").stdout.strip()
    other = key(tmp_path, "Till", "--desk").stdout.strip()
    lines = key(tmp_path, "list").stdout.splitlines()
    assert [line.split("\t")[2:7] for line in lines] == [
        ["works", "by service", "used never", "expires never", name] for name in ("Door", "Till")
    ]
    assert made not in "".join(lines)
    assert made.startswith(lines[0].split("\t")[1])
    by_beginning = key(tmp_path, "revoke", lines[0].split("\t")[1])
    assert by_beginning.stdout.split("\t")[0] == "revoked"
    assert key(tmp_path, "revoke", str(keys(club)["Till"].id)).exit_code == 0
    assert key(tmp_path, "revoke", other).exit_code == 0
    assert [line.split("\t")[2] for line in key(tmp_path, "list").stdout.splitlines()] == [
        "revoked",
        "revoked",
    ]
    assert [action for action, _ in actions(club)].count("key.created") == 2
    assert len(actions(club)) == 4


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("Door", "--scope", "everything"), "there is no scope 'everything'"),
        (("Door", "--expires", "2020-01-01"), "must be in the future"),
        (("Front", "desk"), "put it in quotes"),
        (("revoke",), "name the keys to revoke"),
        (("revoke", "mk_live_none"), "has no key"),
        (("revoke", "mk_"), "has no key"),
        (("revoke", "--made-by", "nobody@example.com"), "has no account"),
        (("list", "--desk"), "are for new keys"),
        (("Door", "--made-by", "a@example.com"), "goes with revoke"),
        (("Door", "--organization", "elsewhere"), "has no organization"),
    ],
)
def test_wrong_use(club: Database, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    result = key(tmp_path, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert keys(club) == {}


def test_a_leavers_keys_are_told_and_ended_in_one_step(club: Database, tmp_path: Path) -> None:
    for name, role in (("Ada", "admin"), ("Bo", "admin")):
        arguments = ["add", name, f"{name.lower()}@example.com", "--role", role]
        added = CliRunner().invoke(
            staff_app, [*arguments, "--data-dir", str(tmp_path)], input="four quiet herons\n"
        )
        assert added.exit_code == 0, added.stderr
    with club.readers.begin() as session:
        ids = {account.name: account.id for account in session.scalars(select(StaffAccount))}
    for name in ("Ada", "Bo"):
        actor = Actor(ActorKind.STAFF, name, ids[name])
        with club.writing(actor, system_clock) as (session, now):
            for number in range(2):
                mint_key(session, 1, f"{name} {number}", frozenset({Scope.PLANS_READ}), now)
    disabled = CliRunner().invoke(
        staff_app, ["disable", "bo@example.com", "--data-dir", str(tmp_path)]
    )
    assert "2 API keys that it made still work" in disabled.stdout
    assert "by Bo (disabled)" in key(tmp_path, "list").stdout
    assert len(key(tmp_path, "revoke", "--made-by", "bo@example.com").stdout.splitlines()) == 2
    revoked = {name for name, row in keys(club).items() if row.revoked_at is not None}
    assert revoked == {"Bo 0", "Bo 1"}


def test_disabling_can_end_the_keys_as_well(club: Database, tmp_path: Path) -> None:
    for name in ("Ada", "Bo"):
        arguments = ["add", name, f"{name.lower()}@example.com", "--role", "admin"]
        CliRunner().invoke(
            staff_app, [*arguments, "--data-dir", str(tmp_path)], input="four quiet herons\n"
        )
    with club.readers.begin() as session:
        bo = session.scalars(select(StaffAccount).where(StaffAccount.name == "Bo")).one()
    with club.writing(Actor(ActorKind.STAFF, "Bo", bo.id), system_clock) as (session, now):
        mint_key(session, 1, "Bo's", frozenset({Scope.PLANS_READ}), now)
    arguments = ["disable", "bo@example.com", "--revoke-keys", "--data-dir", str(tmp_path)]
    result = CliRunner().invoke(staff_app, arguments)
    assert (result.exit_code, result.stdout) == (0, "")
    assert keys(club)["Bo's"].revoked_at is not None
