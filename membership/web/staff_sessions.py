"""Staff sessions in requests: lookup by token, and the time of their last use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, exists, select, update
from sqlalchemy.exc import SQLAlchemyError

from membership.base.actors import Actor
from membership.base.logs import logger
from membership.store.database import AnyRow, Database
from membership.store.errors import database_problem
from membership.store.models import Organization, Role, StaffAccount, StaffFactor, StaffSession

_NOTED_EVERY = timedelta(minutes=1)
_INSTANT: Any = StaffSession.expires_at.type


@dataclass(frozen=True, slots=True)
class Presence:
    """A valid session, and when it was last used."""

    organization_id: int
    session_id: UUID
    last_used_at: datetime


_RESTRICTED = and_(
    Organization.second_factor_demanded,
    StaffAccount.role != Role.RECEPTION,
    ~exists().where(
        StaffFactor.organization_id == StaffAccount.organization_id,
        StaffFactor.staff_id == StaffAccount.id,
        StaffFactor.confirmed_at.is_not(None),
    ),
).label("restricted")
"""Whether the club demands a second factor of an account that has none."""


class SessionLookup:
    """Finds sessions by the digest of their token, with columns of the organization."""

    def __init__(self, *organization: Any) -> None:
        of_account = and_(
            StaffSession.organization_id == StaffAccount.organization_id,
            StaffSession.staff_id == StaffAccount.id,
        )
        self._query = (
            select(
                StaffSession.id,
                StaffSession.last_used_at,
                StaffAccount.id,
                StaffAccount.name,
                StaffAccount.role,
                _RESTRICTED,
                *organization,
            )
            .join(StaffAccount, of_account)
            .join(Organization, Organization.id == StaffAccount.organization_id)
            .where(
                StaffSession.digest == bindparam("digest"),
                StaffSession.revoked_at.is_(None),
                StaffSession.expires_at > bindparam("now", type_=_INSTANT),
                StaffSession.last_used_at > bindparam("idle_since", type_=_INSTANT),
                StaffAccount.disabled_at.is_(None),
            )
        )

    def find(
        self, connection: Connection, digest: str, now: datetime, idle_minutes: float
    ) -> AnyRow | None:
        """Return the valid session of an enabled account, or None.

        Columns: id and last use of the session; id, name and role of the account; whether it may
        do nothing before it has a second factor; the rest.
        """
        idle_since = now - timedelta(minutes=idle_minutes)
        asked = {"digest": digest, "now": now, "idle_since": idle_since}
        return connection.execute(self._query, asked).first()


def note_use(database: Database, actor: Actor, presence: Presence, now: datetime) -> None:
    """Store that a session is in use, about once a minute.

    If the database cannot be written now, this is logged: the request was answered already.
    """
    if abs(now - presence.last_used_at) < _NOTED_EVERY:
        return
    try:
        with database.writing(actor, now) as (session, _):
            session.execute(
                update(StaffSession)
                .where(
                    StaffSession.organization_id == presence.organization_id,
                    StaffSession.id == presence.session_id,
                )
                .values(last_used_at=now)
            )
    except SQLAlchemyError as error:
        problem = database_problem(error)
        if problem is None:
            raise
        logger().warning("session_use_not_noted", code=problem.code)
