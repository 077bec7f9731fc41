"""Idempotency keys of creating requests: the same key and body return the same response.

The response is stored in the transaction that creates the resource, so neither exists without the
other, and of two concurrent requests the second waits for the first. Errors are not stored: a
request that failed runs again. Keys are deleted after a day.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.dml import ReturningInsert

from membership.store.models import IdempotencyKey
from membership.web.access import Call
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


def once(
    call: Call, request: BaseModel, answer_type: type[Answer], create: Callable[[], Answer]
) -> Answer:
    """Return ``create()``, or the stored response of the first request with the same key.

    Raises Conflict if the caller used the key for another request, and what ``create`` raises.
    """
    if call.idempotency_key is None:
        return create()
    connection = call.session.connection()
    connection.execute(
        delete(_TABLE).where(
            IdempotencyKey.organization_id == call.tenant.id,
            IdempotencyKey.created_at <= call.now - KEPT,
        )
    )
    asked = {
        "organization_id": call.tenant.id,
        "caller_id": call.caller_id,
        "key": call.idempotency_key,
    }
    digest = _digest(request)
    new = {**asked, "request_digest": digest, "answer": "", "created_at": call.now}
    here = [_TABLE.c[name] == value for name, value in asked.items()]
    if connection.scalar(_INSERT[connection.dialect.name], new) is not None:
        answer = create()
        stored = answer.model_dump_json()
        connection.execute(update(_TABLE).where(*here).values(answer=stored))
        return answer
    first = connection.execute(select(_TABLE.c.request_digest, _TABLE.c.answer).where(*here)).one()
    if first.request_digest != digest:
        detail = "This Idempotency-Key was already used for another request."
        raise Conflict("idempotency_key_reused", detail)
    return answer_type.model_validate_json(first.answer)


def _digest(request: BaseModel) -> bytes:
    """Return the SHA-256 of a request: its type and its validated body."""
    asked = f"{type(request).__name__}\n{request.model_dump_json()}"
    return hashlib.sha256(asked.encode()).digest()
