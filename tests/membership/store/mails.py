"""Rows to lease and to purge: mails of one organization."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from membership.store.database import Database
from membership.store.models import OutgoingMail
from tests.membership.rows import organization_row
from tests.membership.support import NOON


def store_mails(
    database: Database, due: Sequence[datetime | None], *, created_at: datetime = NOON
) -> list[UUID]:
    """Store a mail for each time at which one is due; returns their ids, which sort likewise."""
    with database.writers.begin() as session:
        organization = organization_row(slug=f"c{created_at:%Y%m%d}")
        session.add(organization)
        session.flush()
        rows = [
            OutgoingMail(
                organization_id=organization.id,
                id=UUID(int=number),
                recipient="a@example.com",
                subject="S",
                attempts=0,
                next_attempt_at=at,
                created_at=created_at,
            )
            for number, at in enumerate(due)
        ]
        session.add_all(rows)
        return [row.id for row in rows]


def count_mails(database: Database) -> int:
    """How many mails there are."""
    with database.readers.begin() as session:
        return session.scalar(select(func.count()).select_from(OutgoingMail)) or 0
