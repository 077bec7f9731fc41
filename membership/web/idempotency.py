"""Idempotency keys of changes: the same key and request are carried out once.

The response is stored in the transaction that makes the change, so neither exists without the
other, and of two concurrent requests the second waits for the first. Errors are not stored: a
request that failed runs again. Responses are deleted after a day.

A caller who does not know whether a request arrived withdraws its key: the service returns
the stored response, or closes the key for good and refuses a request that arrives later.

A request that takes several transactions, because it calls another service between them, is begun
in the first and finished in the last. In between it may have had its effect, so it cannot be
withdrawn: sent again, it is carried out to its end.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Connection, Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from membership.store.models import IdempotencyKey
from membership.web.access import Call, Caller
from membership.web.errors import Conflict

KEPT = timedelta(days=1)
"""How long the response of a key is stored."""

Answer = TypeVar("Answer", bound=BaseModel)

_TABLE = IdempotencyKey.metadata.tables[IdempotencyKey.__tablename__]
_KEY = ("organization_id", "caller_id", "key")
# Returns the key only if the row was inserted.
_INSERT: dict[str, ReturningInsert[str]] = {
    "postgresql": postgresql_insert(_TABLE)
    .on_conflict_do_nothing(index_elements=_KEY)
    .returning(_TABLE.c.key),
    "sqlite": sqlite_insert(_TABLE)
    .on_conflict_do_nothing(index_elements=_KEY)
    .returning(_TABLE.c.key),
}
_BEGUN = ""
"""The answer of a request that is not finished."""
_WITHDRAWN = b""
"""The digest in the row of a withdrawn key, which no request has."""
_LATER = frozenset({"again", "cancel_orders", "former_numbers", "tax_millipercent"})
"""Fields of creating requests that came while their defaults were still part of the digest."""


class Done(BaseModel):
    """The stored response of a change whose answer has no body."""


class RequestOf(BaseModel):
    """What makes two requests the same: the action, what it is about, and the fields sent."""

    action: str
    about: tuple[str, ...]
    fields: dict[str, Any]


def request_of(action: str, *about: object, body: BaseModel | None = None) -> RequestOf:
    """Return a request as it is compared: a field left out differs from one sent as null."""
    fields = {} if body is None else body.model_dump(mode="json", exclude_unset=True)
    return RequestOf(action=action, about=tuple(str(each) for each in about), fields=fields)


@dataclass(frozen=True, slots=True)
class CallersKey:
    """A key of one caller of one organization."""

    organization_id: int
    caller_id: UUID
    key: str

    def here(self) -> list[ColumnElement[bool]]:
        """Return the SQL conditions for its row."""
        return [_TABLE.c[name] == getattr(self, name) for name in _KEY]

    def insert(self, connection: Connection, digest: bytes, answer: str, now: datetime) -> bool:
        """Store a row for this key; returns False if it has one. Waits for a concurrent one."""
        values = {name: getattr(self, name) for name in _KEY}
        new = {**values, "request_digest": digest, "answer": answer, "created_at": now}
        return connection.scalar(_INSERT[connection.dialect.name], new) is not None

    def row(self, connection: Connection) -> Row[Any] | None:
        """Return its row, if it has one."""
        return connection.execute(select(_TABLE).where(*self.here())).one_or_none()

    def store(self, connection: Connection, answer: BaseModel) -> None:
        """Store the response in its row."""
        stored = answer.model_dump_json()
        connection.execute(update(_TABLE).where(*self.here()).values(answer=stored))


def once(
    call: Call, request: BaseModel, answer_type: type[Answer], create: Callable[[], Answer]
) -> Answer:
    """Return ``create()``, or the stored response of the first request with the same key.

    Raises Conflict if the caller used the key for another request or withdrew it, and what
    ``create`` raises.
    """
    if call.idempotency_key is None:
        return create()
    key = CallersKey(call.tenant.id, call.caller_id, call.idempotency_key)
    running = LongRequest(key, request, answer_type)
    found = running.begin(call.session, call.now)
    if found is not None:
        return found
    answer = create()
    running.finish(call.session, answer)
    return answer


@dataclass(frozen=True, slots=True)
class LongRequest(Generic[Answer]):
    """A request and its key, begun in one transaction and finished in the same or a later one.

    Without a key, nothing is stored.
    """

    key: CallersKey | None
    request: BaseModel
    answer_type: type[Answer]

    @classmethod
    def of(
        cls, caller: Caller, key: str | None, request: BaseModel, answer_type: type[Answer]
    ) -> "LongRequest[Answer]":
        """Return the request of a caller who sent ``key``, or none."""
        if key is None or caller.actor.id is None:
            return cls(None, request, answer_type)
        own = CallersKey(caller.tenant.id, caller.actor.id, key)
        return cls(own, request, answer_type)

    def begin(self, session: Session, now: datetime) -> Answer | None:
        """Return the stored response; None if the request is to be carried out.

        Raises Conflict if the key was used for another request, or withdrawn.
        """
        if self.key is None:
            return None
        connection = session.connection()
        _delete_old(connection, self.key.organization_id, now)
        inserted = self.key.insert(connection, _digest(self.request), _BEGUN, now)
        return None if inserted else self.answer(session)

    def answer(self, session: Session) -> Answer | None:
        """Return the stored response, or None. Raises Conflict as ``begin``."""
        first = None if self.key is None else self.key.row(session.connection())
        if first is None:
            return None
        if first.request_digest == _WITHDRAWN:
            detail = "This request was withdrawn before it arrived, and is not carried out."
            raise Conflict("request_withdrawn", detail)
        known = {_digest(self.request), *_former_digests(self.request)}
        if first.request_digest not in known:
            detail = "This Idempotency-Key was already used for another request."
            raise Conflict("idempotency_key_reused", detail)
        return (
            None if first.answer == _BEGUN else self.answer_type.model_validate_json(first.answer)
        )

    def finish(self, session: Session, answer: Answer) -> None:
        """Store the response."""
        if self.key is not None:
            self.key.store(session.connection(), answer)


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """A request that was carried out: when, and its response (JSON)."""

    at: datetime
    answer: str


def withdraw(call: Call, key: str, sent_at: datetime | None) -> CarriedOut | None:
    """Close a key of the caller for good; returns its response if it was carried out before.

    ``sent_at`` is when the request was first sent, if the caller tells it. Raises Conflict if the
    request has begun and may have had its effect elsewhere, or was sent so long ago that its
    response may be deleted.
    """
    own = CallersKey(call.tenant.id, call.caller_id, key)
    connection = call.session.connection()
    _delete_old(connection, call.tenant.id, call.now)
    if own.insert(connection, _WITHDRAWN, "{}", call.now):
        if sent_at is not None and sent_at <= call.now - KEPT:
            detail = "Answers are kept for a day: look yourself whether this was carried out."
            raise Conflict("request_forgotten", detail)
        return None
    first = own.row(connection)
    if first is None or first.request_digest == _WITHDRAWN:
        return None
    if first.answer == _BEGUN:
        detail = (
            "This request has begun and may have had its effect at the payment provider: send it "
            "again to have it carried out to its end."
        )
        raise Conflict("request_begun", detail)
    return CarriedOut(first.created_at, first.answer)


def _delete_old(connection: Connection, organization_id: int, now: datetime) -> None:
    """Delete responses that are a day old. A withdrawn key stays closed."""
    connection.execute(
        delete(_TABLE).where(
            IdempotencyKey.organization_id == organization_id,
            IdempotencyKey.created_at <= now - KEPT,
            IdempotencyKey.request_digest != _WITHDRAWN,
        )
    )


def _digest(request: BaseModel) -> bytes:
    """Return the SHA-256 of a request: its type, and the fields that have not their default.

    So a field that a later version adds makes no other request of one that does not send it.
    """
    return _sha256(request, request.model_dump_json(exclude_defaults=True))


def _former_digests(request: BaseModel) -> set[bytes]:
    """Return the digests that versions of before stored for a request: with all defaults.

    They had no fields that came later; a request with one of those was none that they took.
    """
    fields = type(request).model_fields
    later = {
        key for key in _LATER if key in fields and getattr(request, key) == fields[key].default
    }
    dumps = request.model_dump_json(), request.model_dump_json(exclude=later)
    return {_sha256(request, each) for each in dumps}


def _sha256(request: BaseModel, content: str) -> bytes:
    """Return the SHA-256 of the type and the content of a request."""
    return hashlib.sha256(f"{type(request).__name__}\n{content}".encode()).digest()
