"""Nothing that is audited changes without an actor, whoever opens the transaction."""

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind
from membership.base.actors import ATTRIBUTION, SERVICE, Attribution
from membership.base.clock import system_clock
from membership.base.vault import open_vault
from membership.commands.database import create_key, create_organization
from membership.data.demo.bootstrap import bootstrap_database
from membership.events.audit.recorder import audit_changes, record
from membership.jobs import JOBS
from membership.store.background import Work
from membership.store.database import Database, open_database
from membership.store.models import AuditEntry, Organization, Plan
from tests.conftest import ROOT
from tests.membership.conftest import SQLITE, Databases
from tests.membership.rows import FREE, organization_row
from tests.membership.support import NOON, Clock, arranging

GOLD = UUID(int=1)


def _create(session: Session) -> None:
    session.add(Plan(organization_id=1, id=uuid4(), name="Silver", **FREE))


def _found(session: Session, organization_id: int) -> None:
    session.add(organization_row(id=organization_id, slug=f"club-{organization_id}"))


def _change(session: Session) -> None:
    session.get_one(Plan, (1, GOLD)).name = "Golden"


def _delete(session: Session) -> None:
    session.delete(session.get_one(Plan, (1, GOLD)))


def _record(session: Session) -> None:
    record(session, 1, "link.deleted", 7)


CHANGES: dict[str, Callable[[Session], None]] = {
    "plan.created": _create,
    "plan.changed": _change,
    "plan.deleted": _delete,
    "link.deleted": _record,
    "organization.created": lambda session: _found(session, 2),
}


@pytest.fixture
def audited(database: Database) -> Database:
    """A database whose audit listens, with a club and its plan."""
    audit_changes(database.writers)
    with arranging(database) as session:
        session.add(organization_row(id=1))
        session.flush()
        session.add(Plan(organization_id=1, id=GOLD, name="Gold", **FREE))
    return database


def entries(database: Database) -> list[AuditEntry]:
    """The audit of all organizations."""
    with database.readers.begin() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.action)))


def stored(database: Database) -> tuple[list[str], int]:
    """Names of the plans, and how many organizations there are."""
    with database.readers.begin() as session:
        names = session.scalars(select(Plan.name).order_by(Plan.name)).all()
        return list(names), session.query(Organization).count()


@pytest.mark.parametrize("action", CHANGES)
def test_without_an_actor_a_change_is_refused(audited: Database, action: str) -> None:
    with (
        pytest.raises(RuntimeError, match=f"{action} without an actor"),
        audited.writers.begin() as session,
    ):
        CHANGES[action](session)
    assert entries(audited) == []
    assert stored(audited) == (["Gold"], 1)


@pytest.mark.parametrize("action", CHANGES)
def test_with_an_actor_it_is_recorded_once(audited: Database, action: str) -> None:
    with audited.writing(SERVICE, NOON) as (session, _):
        CHANGES[action](session)
    (entry,) = entries(audited)
    assert (entry.action, entry.at) == (action, NOON)
    assert (entry.actor_kind, entry.actor_name) == (ActorKind.SERVICE, "service")
    assert entry.organization_id == (2 if action.startswith("organization") else 1)


@pytest.mark.parametrize("action", CHANGES)
def test_contents_of_a_new_database_are_not_recorded(audited: Database, action: str) -> None:
    with audited.writing(SERVICE, NOON, audited=False) as (session, _):
        CHANGES[action](session)
        assert session.info[ATTRIBUTION] == Attribution(SERVICE, NOON, audited=False)
    assert entries(audited) == []


def test_what_is_not_audited_needs_none(audited: Database) -> None:
    with audited.writers.begin() as session:
        session.get_one(Organization, 1).next_customer_number = 5
    assert entries(audited) == []


def test_what_the_commands_make_is_by_the_service(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path)
    create_organization(settings, name="Club", slug="club", time_zone="UTC", currency="EUR")
    create_key(settings, organization="club", name="Till")
    database = open_database(settings)
    found = entries(database)
    assert [each.action for each in found] == [
        "card_design.created",
        "key.created",
        "organization.created",
    ]
    assert {(each.actor_kind, each.actor_name) for each in found} == {
        (ActorKind.SERVICE, "service")
    }
    assert found[1].after is not None
    assert found[1].after["name"] == "Till"
    assert found[2].after is not None
    assert (found[2].after["slug"], found[2].organization_id) == ("club", 1)
    database.engine.dispose()


def test_every_job_has_an_actor(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path)
    database = open_database(settings)
    audit_changes(database.writers)
    bootstrap_database(settings, database, system_clock(), demo=True)
    assert entries(database) == [], "the contents of a new database are no changes"
    seen: dict[str, list[object]] = {}
    work = Work(settings, database, open_vault(settings), Clock(system_clock()))
    for job in JOBS:
        causes = seen.setdefault(job.name, [])

        def note(session: Session, causes: list[object] = causes) -> None:
            causes.append(session.info.get(ATTRIBUTION))

        event.listen(database.writers, "before_commit", note)
        job.run(work)
        event.remove(database.writers, "before_commit", note)
    assert all(isinstance(each, Attribution) for causes in seen.values() for each in causes)
    assert len([name for name, causes in seen.items() if causes]) >= 5
    database.engine.dispose()


@cache
def _openings() -> list[tuple[str, ast.Call]]:
    """The calls of ``Database.writing`` in the service, each with its module."""
    found = []
    for file in sorted((ROOT / "membership").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if ".writing" not in text:
            continue
        found += [
            (str(file.relative_to(ROOT)), node)
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "writing"
        ]
    return found


def test_every_place_names_its_actor_and_time() -> None:
    places = {
        f"{module}:{call.lineno}": ast.unparse(call.args[0]) if call.args else ""
        for module, call in _openings()
    }
    assert len(places) > 40
    odd = {
        place: actor
        for place, actor in places.items()
        if actor not in {"SERVICE", "actor"} and not actor.endswith((".actor", "creator_of(found)"))
    }
    assert odd == {}


def test_only_the_first_start_writes_without_an_audit() -> None:
    unaudited = [
        module
        for module, call in _openings()
        if any(each.arg == "audited" for each in call.keywords)
    ]
    # The first of a club, and the check value of a key, which belongs to no organization.
    assert set(unaudited) == {
        "membership/data/demo/bootstrap.py",
        "membership/store/secret_key.py",
    }
