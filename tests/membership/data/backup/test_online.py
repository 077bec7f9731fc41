"""Backups made while others write: one moment, whatever comes after it."""

import contextlib
import threading
from pathlib import Path
from uuid import uuid4

from sqlalchemy.orm import Session

from api_client.messages.scan import Outcome, ScanMethod
from membership.data.backup.create import create_backup
from membership.data.backup.restore import restore_backup, verify_backup
from membership.store.database import Database
from membership.store.models import Customer, Organization, Visit
from tests.membership.conftest import SQLITE, Databases
from tests.membership.data.backup.club import contents, empty_settings, opened
from tests.membership.rows import customer_row, organization_row
from tests.membership.support import NOON, arranging

database_of = contextlib.contextmanager(opened)


def add_visitor(session: Session, organization_id: int, number: int) -> None:
    """A customer and their visit, which are stored together or not at all."""
    customer = customer_row(organization_id, number)
    session.add(customer)
    session.flush()
    session.add(
        Visit(
            organization_id=organization_id,
            id=uuid4(),
            customer_id=customer.id,
            card_id=None,
            text_digest=bytes(32),
            desk="",
            method=ScanMethod.CAMERA,
            at=NOON,
            outcome=Outcome.NO_MEMBERSHIP,
            undone_at=None,
        )
    )


def new_club(database: Database) -> int:
    """A club with one customer; returns its id."""
    with arranging(database) as session:
        club = organization_row()
        session.add(club)
        session.flush()
        add_visitor(session, club.id, 1)
        return club.id


def test_what_comes_after_the_moment_is_not_in_it(
    databases: Databases, backend: str, tmp_path: Path
) -> None:
    settings = databases.new(backend, tmp_path)
    with database_of(settings) as database:
        club_id = new_club(database)
        before = contents(database)

        def write() -> None:
            with arranging(database) as session:
                add_visitor(session, club_id, 2)
                club = session.get_one(Organization, club_id)
                club.name = "Another name"

        create_backup(settings, tmp_path / "club.zip", now=NOON, on_snapshot=write)
        assert contents(database) != before
    other = empty_settings(databases, SQLITE, tmp_path / "other")
    restore_backup(other, tmp_path / "club.zip")
    with database_of(other) as database:
        assert contents(database) == before


def test_backups_beside_writers(databases: Databases, backend: str, tmp_path: Path) -> None:
    """Whatever moment it is, every customer of the club has exactly one visit."""
    settings = databases.new(backend, tmp_path)
    stop = threading.Event()
    with database_of(settings) as database:
        club_id = new_club(database)

        def keep_writing(first: int) -> None:
            number = first
            while not stop.is_set():
                with arranging(database) as session:
                    add_visitor(session, club_id, number)
                number += 2
                stop.wait(0.005)  # so that not all of the time goes into rows

        writers = [threading.Thread(target=keep_writing, args=(first,)) for first in (2, 3)]
        for writer in writers:
            writer.start()
        try:
            for number in range(3):
                create_backup(settings, tmp_path / f"{number}.zip", now=NOON)
        finally:
            stop.set()
            for writer in writers:
                writer.join()
    sizes = []
    for number in range(3):
        manifest = verify_backup(tmp_path / f"{number}.zip")
        rows = {table.name: table.rows for table in manifest.tables}
        sizes.append(rows[Customer.__tablename__])
        assert rows[Customer.__tablename__] == rows[Visit.__tablename__]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 1
