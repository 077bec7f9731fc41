"""Messages about the audit, shared by the service and the desk."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.management import ActorView
from api_client.messages.scan import Message


class EntryView(Message):
    """One change, sign-in or failure, as it was recorded; entries never change."""

    id: UUID
    at: AwareDatetime
    actor: ActorView = Field(description="Who did it, by the name of that time.")
    action: str = Field(examples=["customer.changed"], description="`<subject>.<what was done>`.")
    subject_kind: str = Field(examples=["customer"])
    subject_id: str = Field(description="Id of what was changed.")
    before: dict[str, Any] | None = Field(
        description="The fields that differ, as they were; null for something new.",
        examples=[{"state": "active"}],
    )
    after: dict[str, Any] | None = Field(
        description="The same fields, as they are since; null for something deleted.",
        examples=[{"state": "banned"}],
    )
    request_id: str | None = Field(
        description="The `X-Request-Id` of the request that did it, as it is in the log."
    )


class EntryPage(Message):
    """A page of entries, newest first."""

    items: tuple[EntryView, ...]
    next_cursor: str | None = None
