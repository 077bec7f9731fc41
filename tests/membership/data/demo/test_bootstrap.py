"""What a database is given at the first start, and by those who make organizations."""

from pathlib import Path

import pytest
from sqlalchemy import select

from membership.accounts.organizations import bootstrap_organization
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.commands.database import create_organization
from membership.data.demo.bootstrap import bootstrap_database
from membership.store.database import Database, open_database
from membership.store.models import CardDesign, Event, Organization
from tests.membership.conftest import Databases
from tests.membership.support import NOON, arranging


@pytest.fixture
def settings(backend: str, databases: Databases, tmp_path: Path) -> ServiceSettings:
    """Settings of a new database."""
    return databases.new(backend, tmp_path)


def designs(database: Database) -> list[tuple[str, str]]:
    """Organizations and their designs."""
    with database.readers.begin() as session:
        query = select(Organization.slug, CardDesign.key).join(
            CardDesign, CardDesign.organization_id == Organization.id
        )
        return sorted((row.slug, row.key) for row in session.execute(query))


def test_every_organization_begins_with_the_standard_design(settings: ServiceSettings) -> None:
    database = open_database(settings)
    bootstrap_database(settings, database, NOON, demo=False)
    create_organization(
        settings, name="Second", slug="second", time_zone="Europe/Berlin", currency="EUR"
    )
    assert designs(database) == [("my-club", "member"), ("second", "member")]
    database.engine.dispose()


def test_an_organization_of_an_older_version_is_given_it_once(settings: ServiceSettings) -> None:
    database = open_database(settings)
    with arranging(database) as session:
        for slug in ("old", "older"):
            bootstrap_organization(
                session, name=slug, slug=slug, time_zone="UTC", currency="EUR", now=NOON
            )
    for _ in range(2):
        bootstrap_database(settings, database, system_clock(), demo=True)
    assert designs(database) == [("old", "member"), ("older", "member")]
    with database.readers.begin() as session:
        told = session.scalars(select(Event.type)).all()
    assert told == ["card_design.created"] * 2
    with arranging(database) as session:
        for design in session.scalars(select(CardDesign)):
            design.archived_at = NOON
    bootstrap_database(settings, database, system_clock(), demo=True)
    assert len(designs(database)) == 2
    database.engine.dispose()
