"""Messages about duplicates and merging them."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from api_client.messages.scan import CustomerView, Message
from membership.base.request_body import RequestBody


class MergeRequest(RequestBody):
    """The duplicate to merge into the customer of the path."""

    other_id: UUID = Field(
        description="Id of the duplicate; finds the customer of the path after the merge.",
        examples=["6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"],
    )
    cancel_orders: tuple[UUID, ...] | None = Field(
        default=None,
        max_length=100,
        examples=[[]],
        description="Orders whose subscriptions are cancelled with what is paid; an empty list "
        "keeps all. Needed where both customers are charged: `GET /v1/customers/{id}/payer`.",
    )


class DuplicateReason(StrEnum):
    """What two customers have in common."""

    EMAIL = "email"
    PHONE = "phone"
    NAME_AND_BIRTH_DATE = "name_and_birth_date"


class Duplicate(Message):
    """Two customers who are likely the same person."""

    reason: DuplicateReason
    customer: CustomerView = Field(description="The similar customer with the lowest number.")
    other: CustomerView


class DuplicatePage(Message):
    """A page of likely duplicates; an empty one may still have a next one."""

    items: tuple[Duplicate, ...]
    next_cursor: str | None = None
