"""Authentication and authorization: API keys and staff sessions, scopes, and route dependencies.

An API key is ``mk_live_`` and 256 random bits, a session token ``ms_`` and as many. Both are shown
once and stored as SHA-256: random bits cannot be guessed, and a slow password hash would only
cost time on every request.
"""

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection, and_, bindparam, select
from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind
from membership.base.actors import ATTRIBUTION, CALLER, Actor
from membership.base.scopes import ROLE_SCOPES, Scope, demanding
from membership.store.models import ApiKey, Organization, Role
from membership.store.prepared import Prepared
from membership.web.errors import Forbidden, Unauthorized
from membership.web.staff_sessions import Presence, SessionLookup, note_use


class AnyCaller(Enum):
    """Instead of a scope: any API key and any staff session."""

    ANY = "any"


ANY_CALLER = AnyCaller.ANY
Need = Scope | AnyCaller | None
"""What a route needs of its caller: a scope, any credential, or None for any signed-in staff."""

KEY_PREFIX = "mk_live_"
SESSION_PREFIX = "ms_"
_SHOWN = len(KEY_PREFIX) + 4


@dataclass(frozen=True, slots=True)
class Tenant:
    """The organization of a request: the columns that responses depend on."""

    id: int
    slug: str
    name: str
    time_zone: str
    currency: str
    country: str | None
    demo: bool
    expires_soon_days: int
    numbers_prove: bool


@dataclass(frozen=True, slots=True)
class Call:
    """An authenticated request: its open transaction, its caller, and its time."""

    session: Session
    tenant: Tenant
    actor: Actor
    scopes: frozenset[str]
    now: datetime
    idempotency_key: str | None = None
    session_id: UUID | None = None

    @property
    def connection(self) -> Connection:
        """The session's connection, for statements without objects."""
        return self.session.connection()

    @property
    def caller_id(self) -> UUID:
        """Id of the API key or of the staff account."""
        if self.actor.id is None:
            raise RuntimeError("a call without a caller")
        return self.actor.id


def digest(key: str) -> str:
    """Return the SHA-256 of a credential in hexadecimal, which is what is stored."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def mint_key(
    session: Session,
    organization_id: int,
    name: str,
    scopes: frozenset[Scope],
    now: datetime,
    *,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Create an API key of the transaction's actor. Returns its row and the key, not stored."""
    maker = session.info[ATTRIBUTION].actor
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(
        id=uuid4(),
        organization_id=organization_id,
        name=name,
        prefix=key[:_SHOWN],
        digest=digest(key),
        scopes=" ".join(sorted(scopes)),
        maker_kind=maker.kind,
        maker_id=maker.id,
        maker_name=maker.name,
        created_at=now,
        expires_at=expires_at,
        last_used_at=None,
        revoked_at=None,
    )
    session.add(row)
    session.flush()
    return row, key


def revoke_keys_named(session: Session, organization_id: int, name: str, now: datetime) -> None:
    """Revoke every valid key of that name."""
    good = select(ApiKey).where(
        ApiKey.organization_id == organization_id,
        ApiKey.name == name,
        ApiKey.revoked_at.is_(None),
    )
    for row in session.scalars(good):
        row.revoked_at = now


bearer = HTTPBearer(
    auto_error=False,
    description="An API key, `mk_live_...`, or the token of a staff session, `ms_...`.",
)
TENANT_COLUMNS = (
    Organization.id,
    Organization.slug,
    Organization.name,
    Organization.time_zone,
    Organization.currency,
    Organization.country,
    Organization.demo,
    Organization.expires_soon_days,
    Organization.numbers_prove,
)
"""The columns of a ``Tenant``, in the order of its fields."""
KEY_COLUMNS: tuple[Any, ...] = tuple(
    column.label(f"caller_{number}")
    for number, column in enumerate(
        (
            *(ApiKey.id, ApiKey.name, ApiKey.scopes, ApiKey.expires_at, ApiKey.last_used_at),
            *TENANT_COLUMNS,
        )
    )
)
"""The columns that ``caller_of_key`` takes, with names that no other column has."""
OF_KEY = Organization.id == ApiKey.organization_id
GOOD_KEY = and_(ApiKey.digest == bindparam("digest"), ApiKey.revoked_at.is_(None))
"""Whether an API key has the ``digest`` of the parameter, and is not revoked."""
KEYS_ORGANIZATION = select(ApiKey.organization_id).where(GOOD_KEY).scalar_subquery()
_BY_KEY = Prepared(select(*KEY_COLUMNS).join(Organization, OF_KEY).where(GOOD_KEY))
_SESSIONS = SessionLookup(*TENANT_COLUMNS)


_CHALLENGE = {"WWW-Authenticate": "Bearer"}


async def shown_key(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> str:
    """Return the credential of the Authorization header. Raises Unauthorized without one."""
    if credentials is None or not credentials.credentials:
        detail = "Send an API key as a bearer token."
        raise Unauthorized("key_missing", detail, headers=_CHALLENGE)
    return credentials.credentials


@dataclass(frozen=True, slots=True)
class Caller:
    """The owner of a credential, its scopes, and when an API key was used before."""

    actor: Actor
    scopes: frozenset[str]
    tenant: Tenant
    presence: Presence | None = None
    key_used_at: datetime | None = None

    @property
    def session_id(self) -> UUID | None:
        """Id of the staff session; None for an API key."""
        return None if self.presence is None else self.presence.session_id


def authenticate(
    request: Request, connection: Connection, credential: str, scope: Need, now: datetime
) -> Caller:
    """Return the caller of an API key or session token, and set it in the request's scope.

    Without a ``scope``, any staff session is allowed and no API key; with ``ANY_CALLER``, both.
    Raises Unauthorized for a credential that is wrong, revoked or expired; Forbidden if it lacks
    ``scope``.
    """
    if credential.startswith(SESSION_PREFIX):
        idle_minutes = request.app.state.settings.session_idle_minutes
        caller = _staff_caller(connection, credential, now, idle_minutes)
    else:
        caller = _key_caller(connection, credential, now)
    admit(request, caller, scope)
    return caller


def admit(request: Request, caller: Caller, scope: Need) -> None:
    """Set the caller in the request's scope. Raises Forbidden if they lack ``scope``.

    The use of a key is stored in a thread of its own: no scan waits for it.
    """
    request.scope[CALLER] = caller.actor
    if caller.presence is None:
        state = request.app.state
        state.key_uses.note(caller.actor, caller.tenant.id, caller.key_used_at, state.clock())
    if scope is None:
        if caller.presence is None:
            raise Forbidden("staff_only", "This is for signed-in staff; a key has no account.")
    elif scope is not ANY_CALLER and scope not in caller.scopes:
        raise Forbidden("scope_missing", f"{caller.actor.name} lacks the scope {scope.value}.")


def _key_caller(connection: Connection, key: str, now: datetime) -> Caller:
    """Return the caller of an API key. Raises Unauthorized."""
    found = _BY_KEY.rows(connection, {"digest": digest(key)})
    if not found:
        detail = "This API key is wrong or revoked."
        raise Unauthorized("key_invalid", detail, headers=_CHALLENGE)
    return caller_of_key(now, found[0])


def caller_of_key(now: datetime, columns: Sequence[Any]) -> Caller:
    """Return the caller of a key from its ``KEY_COLUMNS``. Raises Unauthorized once it expired."""
    key_id, name, scopes, expires_at, last_used_at, *organization = columns
    if expires_at is not None and expires_at <= now:
        detail = f"This API key expired at {expires_at:%Y-%m-%dT%H:%M:%SZ}; make a new one."
        raise Unauthorized("key_expired", detail, headers=_CHALLENGE)
    actor = Actor(ActorKind.API_KEY, name, key_id)
    tenant = Tenant(*organization)
    return Caller(actor, frozenset(scopes.split()), tenant, key_used_at=last_used_at)


def _staff_caller(connection: Connection, token: str, now: datetime, idle_minutes: float) -> Caller:
    """Return the caller of a staff session. Raises Unauthorized."""
    found = _SESSIONS.find(connection, digest(token), now, idle_minutes)
    if found is None:
        detail = "This session is over; sign in again."
        raise Unauthorized("session_invalid", detail, headers=_CHALLENGE)
    session_id, last_used_at, staff_id, name, role, restricted, *organization = found
    actor, tenant = Actor(ActorKind.STAFF, name, staff_id), Tenant(*organization)
    presence = Presence(tenant.id, session_id, last_used_at)
    return Caller(actor, frozenset() if restricted else ROLE_SCOPES[Role(role)], tenant, presence)


def _call(caller: Caller, session: Session, now: datetime) -> Call:
    """Return the call of a caller."""
    return Call(
        session, caller.tenant, caller.actor, caller.scopes, now, session_id=caller.session_id
    )


def keep_present(state: Any, caller: Caller) -> None:
    """Store that a staff session is in use; to be called while no connection is held."""
    if caller.presence is not None:
        note_use(state.database, caller.actor, caller.presence, state.clock())


IdempotencyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Any text of your own; the same one with the same request changes once.",
    ),
]


def _database_slot(*, writes: bool) -> Callable[[Request], AsyncIterator[None]]:
    """Return the dependency that waits, without a thread, for the slot of a connection."""

    async def admit(request: Request) -> AsyncIterator[None]:
        async with request.app.state.concurrency.connection(writes=writes):
            yield

    return admit


READER = Depends(_database_slot(writes=False), scope="function")
WRITER = Depends(_database_slot(writes=True), scope="function")
"""Dependencies that hold a slot for a reading or a writing transaction."""


def _reader(scope: Scope | None) -> Callable[..., Iterator[Call]]:
    """Return the dependency that opens a reading transaction for callers with ``scope``."""

    def open_call(
        request: Request,
        key: Annotated[str, Depends(shown_key)],
        _admitted: Annotated[None, READER],
    ) -> Iterator[Call]:
        state = request.app.state
        with state.database.readers.begin() as session:
            now = state.clock()
            caller = authenticate(request, session.connection(), key, scope, now)
            yield _call(caller, session, now)
        keep_present(state, caller)

    return demanding(open_call, scope)


def _writer(scope: Need) -> Callable[..., Iterator[Call]]:
    """Return the dependency that opens a writing transaction for callers with ``scope``.

    The credential is checked before the transaction begins: a wrong one takes no lock.
    """

    def open_call(
        request: Request,
        key: Annotated[str, Depends(shown_key)],
        _admitted: Annotated[None, WRITER],
    ) -> Iterator[Call]:
        state = request.app.state
        with state.database.engine.connect() as connection:
            caller = authenticate(request, connection, key, scope, state.clock())
        with state.database.writing(caller.actor, state.clock) as (session, now):
            yield _call(caller, session, now)
        keep_present(state, caller)

    return demanding(open_call, scope)


def _writer_once(scope: Scope) -> Callable[..., Coroutine[Any, Any, Call]]:
    """Return the dependency of a route that writes once per idempotency key."""

    async def open_call(
        call: Annotated[Call, writes(scope)], idempotency_key: IdempotencyHeader = None
    ) -> Call:
        return replace(call, idempotency_key=idempotency_key)

    return open_call


def writes_once(scope: Scope) -> Any:
    """Dependency of a writing route that takes a key; see ``membership.web.idempotency``."""
    return Depends(_writer_once(scope), scope="function")


def reads(scope: Scope) -> Any:
    """Dependency of a reading route: a ``Call`` with ``scope``."""
    return Depends(_reader(scope), scope="function")


def writes(scope: Scope) -> Any:
    """Dependency of a writing route: commits before the response is sent, or fails."""
    return Depends(_writer(scope), scope="function")


def staff_reads() -> Any:
    """Dependency of a reading route for any signed-in staff."""
    return Depends(_reader(None), scope="function")


def staff_writes() -> Any:
    """Dependency of a writing route for any signed-in staff."""
    return Depends(_writer(None), scope="function")


def anyone_writes() -> Any:
    """Dependency of a writing route for any API key and any signed-in staff."""
    return Depends(_writer(ANY_CALLER), scope="function")


def allows(scope: Scope | None) -> Any:
    """Dependency of a route that opens its own transactions: the ``Caller``, with ``scope``.

    Without a ``scope``, any signed-in staff.
    """

    def check(request: Request, key: str) -> Caller:
        state = request.app.state
        with state.database.engine.connect() as connection:
            return authenticate(request, connection, key, scope, state.clock())

    async def check_admitted(request: Request, key: Annotated[str, Depends(shown_key)]) -> Caller:
        # The slot is released at once: the request waits for another one later.
        async with request.app.state.concurrency.connection(writes=False):
            return await run_in_threadpool(check, request, key)

    return Depends(demanding(check_admitted, scope))
