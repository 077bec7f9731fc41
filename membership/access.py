"""Who may call what: API keys and staff sessions with scopes, and what a route is given of them.

A key is 256 random bits after ``mk_live_``, a session's token as many after ``ms_``. They are
shown once and stored as SHA-256: there is nothing to guess in them, so a slow password hash
would only cost time on every request.
"""

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection, Engine, and_, bindparam, select, update
from sqlalchemy.orm import Session

from membership.actors import ATTRIBUTION, CALLER, Actor, ActorKind, Attribution
from membership.errors import Forbidden, Unauthorized
from membership.logs import current_request_id
from membership.models import ApiKey, Organization, Role, StaffAccount, StaffSession

KEY_PREFIX = "mk_live_"
SESSION_PREFIX = "ms_"
_SHOWN = len(KEY_PREFIX) + 4


class Scope(StrEnum):
    """What a key is good for."""

    SCANS_WRITE = "scans:write"
    VISITS_READ = "visits:read"
    VISITS_WRITE = "visits:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    COMPANIES_READ = "companies:read"
    COMPANIES_WRITE = "companies:write"
    PLANS_READ = "plans:read"
    PLANS_WRITE = "plans:write"
    MEMBERSHIPS_READ = "memberships:read"
    MEMBERSHIPS_WRITE = "memberships:write"
    CARDS_WRITE = "cards:write"
    PERMISSIONS_READ = "permissions:read"
    KEYS_WRITE = "keys:write"
    ORGANIZATION_WRITE = "organization:write"
    STAFF_WRITE = "staff:write"
    AUDIT_READ = "audit:read"
    WEBHOOKS_WRITE = "webhooks:write"
    IMPORTS_WRITE = "imports:write"
    EXPORTS_READ = "exports:read"
    PERSONAL_WRITE = "personal:write"


DESK_SCOPES = frozenset(
    {Scope.SCANS_WRITE, Scope.VISITS_READ, Scope.VISITS_WRITE, Scope.CUSTOMERS_READ}
)
"""What a kiosk needs."""

_RECEPTION_SCOPES = DESK_SCOPES | {
    Scope.CUSTOMERS_WRITE,
    Scope.COMPANIES_READ,
    Scope.PLANS_READ,
    Scope.MEMBERSHIPS_READ,
    Scope.MEMBERSHIPS_WRITE,
    Scope.CARDS_WRITE,
    Scope.PERMISSIONS_READ,
}
_MANAGER_SCOPES = _RECEPTION_SCOPES | {
    Scope.COMPANIES_WRITE,
    Scope.PLANS_WRITE,
    Scope.AUDIT_READ,
    Scope.IMPORTS_WRITE,
    Scope.EXPORTS_READ,
}
ROLE_SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.RECEPTION: frozenset(_RECEPTION_SCOPES),
    Role.MANAGER: frozenset(_MANAGER_SCOPES),
    Role.ADMIN: frozenset(Scope),
}
"""What staff may do, by role."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """The organization that a key belongs to, as far as answers depend on it."""

    id: int
    slug: str
    name: str
    time_zone: str
    currency: str
    country: str | None
    demo: bool
    expires_soon_days: int


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request: its open transaction, its caller, and the time it is now."""

    session: Session
    tenant: Tenant
    actor: Actor
    scopes: frozenset[str]
    now: datetime
    idempotency_key: str | None = None

    @property
    def caller_id(self) -> UUID:
        """Id of the API key or of the staff account; every authenticated caller has one."""
        if self.actor.id is None:
            raise RuntimeError("a call without a caller")
        return self.actor.id


def digest(key: str) -> str:
    """SHA-256 of a key in hexadecimal: what is stored of it."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def mint_key(
    session: Session, organization_id: int, name: str, scopes: frozenset[Scope], now: datetime
) -> tuple[ApiKey, str]:
    """Make a key. Returns its row and the key itself, which cannot be had again later."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(
        id=uuid4(),
        organization_id=organization_id,
        name=name,
        prefix=key[:_SHOWN],
        digest=digest(key),
        scopes=" ".join(sorted(scopes)),
        created_at=now,
        revoked_at=None,
    )
    session.add(row)
    session.flush()
    return row, key


def revoke_keys_named(session: Session, organization_id: int, name: str, now: datetime) -> None:
    """Revoke every key of that name that is still good."""
    session.execute(
        update(ApiKey)
        .where(
            ApiKey.organization_id == organization_id,
            ApiKey.name == name,
            ApiKey.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


_bearer = HTTPBearer(
    auto_error=False,
    description="An API key, `mk_live_...`, or the token of a staff session, `ms_...`.",
)
_TENANT = (
    Organization.id,
    Organization.slug,
    Organization.name,
    Organization.time_zone,
    Organization.currency,
    Organization.country,
    Organization.demo,
    Organization.expires_soon_days,
)
_BY_KEY = (
    select(ApiKey.id, ApiKey.name, ApiKey.scopes, *_TENANT)
    .join(Organization, Organization.id == ApiKey.organization_id)
    .where(ApiKey.digest == bindparam("digest"), ApiKey.revoked_at.is_(None))
)
_BY_SESSION = (
    select(StaffAccount.id, StaffAccount.name, StaffAccount.role, *_TENANT)
    .join(Organization, Organization.id == StaffAccount.organization_id)
    .join(
        StaffSession,
        and_(
            StaffSession.organization_id == StaffAccount.organization_id,
            StaffSession.staff_id == StaffAccount.id,
        ),
    )
    .where(
        StaffSession.digest == bindparam("digest"),
        StaffSession.revoked_at.is_(None),
        StaffSession.expires_at > bindparam("now", type_=StaffSession.expires_at.type),
        StaffAccount.disabled_at.is_(None),
    )
)


_CHALLENGE = {"WWW-Authenticate": "Bearer"}


async def _shown_key(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    """The key in the Authorization header. Raises Unauthorized if there is none."""
    if credentials is None or not credentials.credentials:
        detail = "Send an API key as a bearer token."
        raise Unauthorized("key_missing", detail, headers=_CHALLENGE)
    return credentials.credentials


@dataclass(frozen=True, slots=True)
class _Caller:
    """Who a credential belongs to, and what it is good for."""

    actor: Actor
    scopes: frozenset[str]
    tenant: Tenant


def _authenticate(
    request: Request, connection: Connection, credential: str, scope: Scope, now: datetime
) -> _Caller:
    """Find who a key or a session's token belongs to, and note it at the request.

    Raises Unauthorized for one that is wrong, revoked or over; Forbidden if it lacks ``scope``.
    """
    if credential.startswith(SESSION_PREFIX):
        caller = _staff_caller(connection, credential, now)
    else:
        caller = _key_caller(connection, credential)
    request.scope[CALLER] = caller.actor
    if scope not in caller.scopes:
        raise Forbidden("scope_missing", f"{caller.actor.name} lacks the scope {scope.value}.")
    return caller


def _key_caller(connection: Connection, key: str) -> _Caller:
    """The caller with an API key. Raises Unauthorized."""
    found = connection.execute(_BY_KEY, {"digest": digest(key)}).first()
    if found is None:
        detail = "This API key is wrong or revoked."
        raise Unauthorized("key_invalid", detail, headers=_CHALLENGE)
    key_id, name, scopes, *organization = found
    actor = Actor(ActorKind.API_KEY, name, key_id)
    return _Caller(actor, frozenset(scopes.split()), Tenant(*organization))


def _staff_caller(connection: Connection, token: str, now: datetime) -> _Caller:
    """The member of staff whose session it is. Raises Unauthorized."""
    found = connection.execute(_BY_SESSION, {"digest": digest(token), "now": now}).first()
    if found is None:
        detail = "This session is over; sign in again."
        raise Unauthorized("session_invalid", detail, headers=_CHALLENGE)
    staff_id, name, role, *organization = found
    actor = Actor(ActorKind.STAFF, name, staff_id)
    return _Caller(actor, ROLE_SCOPES[Role(role)], Tenant(*organization))


IdempotencyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Any text of your own; the same one with the same body creates once.",
    ),
]


def _admission(*, writes: bool) -> Callable[[Request], AsyncIterator[None]]:
    """Make the dependency that waits, without a thread, until a connection is to be had."""

    async def admit(request: Request) -> AsyncIterator[None]:
        async with request.app.state.admission.connection(writes=writes):
            yield

    return admit


_READER = Depends(_admission(writes=False), scope="function")
_WRITER = Depends(_admission(writes=True), scope="function")


def _reader(scope: Scope) -> Callable[..., Iterator[Call]]:
    """Make the dependency that opens a reading transaction for a key with ``scope``."""

    def open_call(
        request: Request,
        key: Annotated[str, Depends(_shown_key)],
        _admitted: Annotated[None, _READER],
    ) -> Iterator[Call]:
        state = request.app.state
        with state.database.readers.begin() as session:
            now = state.clock()
            caller = _authenticate(request, session.connection(), key, scope, now)
            yield Call(session, caller.tenant, caller.actor, caller.scopes, now)

    return open_call


def _writer(scope: Scope) -> Callable[..., Iterator[Call]]:
    """Make the dependency that opens a writing transaction for a key with ``scope``.

    The key is looked at before the transaction begins: a wrong one takes no lock.
    """

    def open_call(
        request: Request,
        key: Annotated[str, Depends(_shown_key)],
        _admitted: Annotated[None, _WRITER],
    ) -> Iterator[Call]:
        state = request.app.state
        with state.database.engine.connect() as connection:
            caller = _authenticate(request, connection, key, scope, state.clock())
        with state.database.writers.begin() as session:
            session.connection()  # begins: what happens at `now` is stored in that order
            now = state.clock()
            session.info[ATTRIBUTION] = Attribution(caller.actor, now, current_request_id())
            yield Call(session, caller.tenant, caller.actor, caller.scopes, now)

    return open_call


def _creator(scope: Scope) -> Callable[..., Coroutine[Any, Any, Call]]:
    """Make the dependency of a route that creates something, once for each idempotency key."""

    async def open_call(
        call: Annotated[Call, writes(scope)], idempotency_key: IdempotencyHeader = None
    ) -> Call:
        return replace(call, idempotency_key=idempotency_key)

    return open_call


def creates(scope: Scope) -> Any:
    """Dependency of a route that creates something; see ``membership.idempotency``."""
    return Depends(_creator(scope), scope="function")


def reads(scope: Scope) -> Any:
    """Dependency of a route that only reads."""
    return Depends(_reader(scope), scope="function")


def writes(scope: Scope) -> Any:
    """Dependency of a route that writes: it commits before the answer is sent, or fails."""
    return Depends(_writer(scope), scope="function")


def allows(scope: Scope) -> Any:
    """Dependency of what is done before a transaction is opened, for callers with ``scope``."""

    def check(request: Request, engine: Engine, key: str, now: datetime) -> None:
        with engine.connect() as connection:
            _authenticate(request, connection, key, scope, now)

    async def check_admitted(request: Request, key: Annotated[str, Depends(_shown_key)]) -> None:
        # The place is given back at once: the request will queue for another one.
        state = request.app.state
        async with state.admission.connection(writes=False):
            await run_in_threadpool(check, request, state.database.engine, key, state.clock())

    return Depends(check_admitted)
