"""Dependencies of routes for logged-in customers: they authenticate the access token."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials
from sqlalchemy import Connection, and_, select
from sqlalchemy.orm import Session

from membership.base.actors import CALLER, Actor
from membership.portal.login.digests import ACCESS_PREFIX
from membership.portal.login.sessions import customer_actor
from membership.store.models import Customer, CustomerSession, Organization
from membership.web.access import (
    READER,
    TENANT_COLUMNS,
    WRITER,
    Tenant,
    bearer,
    digest,
)
from membership.web.errors import Unauthorized

_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_OF_SESSION = and_(
    Customer.organization_id == CustomerSession.organization_id,
    Customer.id == CustomerSession.customer_id,
)


@dataclass(frozen=True, slots=True)
class CustomerCall:
    """A request of a logged-in customer, with its open transaction and its time."""

    session: Session
    tenant: Tenant
    customer_id: UUID
    actor: Actor
    now: datetime
    session_id: UUID


@dataclass(frozen=True, slots=True)
class LoggedInCustomer:
    """The customer that an access token belongs to."""

    tenant: Tenant
    customer_id: UUID
    actor: Actor
    session_id: UUID

    def call(self, session: Session, now: datetime) -> CustomerCall:
        """Return the call of this customer in an open transaction."""
        return CustomerCall(
            session, self.tenant, self.customer_id, self.actor, now, self.session_id
        )


async def _shown_token(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> str:
    """Return the access token of the Authorization header. Raises Unauthorized without one."""
    if credentials is None or not credentials.credentials.startswith(ACCESS_PREFIX):
        raise _login_needed()
    return credentials.credentials


def _login_needed() -> Unauthorized:
    """Return the one error for every invalid token."""
    return Unauthorized("login_needed", "Log in first, or again.", headers=_CHALLENGE)


def _find(
    request: Request, connection: Connection, organization: str, token: str, now: datetime
) -> LoggedInCustomer:
    """Authenticate a token, and set the caller of the request. Raises Unauthorized."""
    row = connection.execute(
        select(
            CustomerSession.id.label("session_id"),
            Customer.id.label("customer_id"),
            Customer.number,
            *TENANT_COLUMNS,
        )
        .join(Customer, _OF_SESSION)
        .join(Organization, Organization.id == CustomerSession.organization_id)
        .where(
            CustomerSession.access_digest == digest(token),
            CustomerSession.access_expires_at > now,
            CustomerSession.revoked_at.is_(None),
            Customer.erased_at.is_(None),
            Organization.slug == organization,
        )
    ).first()
    if row is None:
        raise _login_needed()
    session_id, customer_id, number, *own = row
    actor = customer_actor(customer_id, number)
    request.scope[CALLER] = actor
    return LoggedInCustomer(Tenant(*own), customer_id, actor, session_id)


def _read(
    request: Request,
    organization: str,
    token: Annotated[str, Depends(_shown_token)],
    _admitted: Annotated[None, READER],
) -> Iterator[CustomerCall]:
    """Open a reads transaction for a customer."""
    state = request.app.state
    with state.database.readers.begin() as session:
        now = state.clock()
        yield _find(request, session.connection(), organization, token, now).call(session, now)


def _write(
    request: Request,
    organization: str,
    token: Annotated[str, Depends(_shown_token)],
    _admitted: Annotated[None, WRITER],
) -> Iterator[CustomerCall]:
    """Open a writing transaction for a customer; an invalid token takes no write lock."""
    state = request.app.state
    with state.database.engine.connect() as connection:
        visitor = _find(request, connection, organization, token, state.clock())
    with state.database.writing(visitor.actor, state.clock) as (session, now):
        yield visitor.call(session, now)


async def _allowed(
    request: Request, organization: str, token: Annotated[str, Depends(_shown_token)]
) -> LoggedInCustomer:
    """Authenticate the token before any transaction."""
    state = request.app.state

    def find() -> LoggedInCustomer:
        with state.database.engine.connect() as connection:
            return _find(request, connection, organization, token, state.clock())

    # The slot is returned at once: the route acquires its own.
    async with state.concurrency.connection(writes=False):
        return await run_in_threadpool(find)


def logged_in_customer() -> Any:
    """Return the dependency of routes with several transactions: a ``LoggedInCustomer``."""
    return Depends(_allowed)


def customer_reads() -> Any:
    """Return the dependency of a reads route: a ``CustomerCall``."""
    return Depends(_read, scope="function")


def customer_writes() -> Any:
    """Return the dependency of a writing route: it commits before the answer is sent."""
    return Depends(_write, scope="function")
