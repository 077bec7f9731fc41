"""The audit says who made a copy of everything, and that data came from one."""

import contextlib
from pathlib import Path

import pytest
from sqlalchemy import select, text

from api_client.messages.management import ActorKind
from membership.commands.backup import backup_command, restore_command
from membership.store.models import AuditEntry, Organization
from tests.membership.conftest import SQLITE, Databases
from tests.membership.data.backup.club import DIRECTIONS, empty_settings, opened
from tests.membership.rows import organization_row
from tests.membership.support import arranging

database_of = contextlib.contextmanager(opened)


@pytest.mark.parametrize(("source", "target"), DIRECTIONS)
def test_a_backup_and_its_restore_are_in_the_audit_of_each_club(
    databases: Databases, source: str, target: str, tmp_path: Path
) -> None:
    settings = databases.new(source, tmp_path)
    with database_of(settings) as database:
        with arranging(database) as session:
            session.add_all([organization_row(), organization_row(slug="second")])
        said = backup_command(
            settings, tmp_path / "club.zip", with_key=False, replace=False, verify=False
        )
        assert "audit" not in said
        with database.readers.begin() as session:
            made = session.scalars(select(AuditEntry)).all()
            clubs = set(session.scalars(select(Organization.id)))
    assert {each.organization_id for each in made} == clubs
    assert len(clubs) == len(made) == 2
    assert {each.action for each in made} == {"backup.made"}
    other = empty_settings(databases, target, tmp_path / "other")
    restore_command(other, tmp_path / "club.zip")
    with database_of(other) as restored, restored.readers.begin() as session:
        found = session.scalars(select(AuditEntry)).all()
    # The one of the backup is younger than what is in it.
    assert {each.action for each in found} == {"backup.restored"}
    assert {each.organization_id for each in found} == clubs
    assert {each.subject_id for each in found} == {each.subject_id for each in made}
    assert {each.actor_kind for each in (*made, *found)} == {ActorKind.SERVICE}
    assert (found[0].after or {}) == (made[0].after or {})
    assert (found[0].after or {})["with_key"] is False


def test_a_backup_of_what_cannot_be_written_says_so(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path)
    with database_of(settings) as database, arranging(database) as session:
        session.add(organization_row())
        session.flush()
        session.execute(
            text(
                "CREATE TRIGGER no_entry BEFORE INSERT ON audit_entries "
                "BEGIN SELECT RAISE(ABORT, 'no more entries'); END"
            )
        )
    file = tmp_path / "club.zip"
    said = backup_command(settings, file, with_key=False, replace=False, verify=False)
    assert "The audit of the database does not mention it: no more entries" in said
    assert file.exists()
