"""Messages about duplicates and their merging."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from api_client.messages.scan import CustomerView, Message
from membership.base.request_body import RequestBody


class MergeRequest(RequestBody):
    """Whom to merge into the customer of the path."""

    other_id: UUID = Field(
        description="The duplicate: its id leads to the customer of the path from then on.",
        examples=["6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"],
    )


class MovedCounts(Message):
    """How much of the duplicate's went over."""

    memberships: int
    links: int = Field(description="To companies, ended ones included.")
    cards: int
    visits: int


class MergedCustomer(Message):
    """The customer who stayed."""

    customer: CustomerView
    merged_id: UUID = Field(description="The id that leads to them now.")
    merged_number: str = Field(description="The number that leads to them.", examples=["C-000123"])
    moved: MovedCounts


class DuplicateReason(StrEnum):
    """What two customers have in common."""

    EMAIL = "email"
    PHONE = "phone"
    NAME_AND_BIRTH_DATE = "name_and_birth_date"


class Duplicate(Message):
    """Two customers who are likely the same person."""

    reason: DuplicateReason
    customer: CustomerView = Field(description="The one with the lowest number among those alike.")
    other: CustomerView


class Duplicates(Message):
    """A page of likely duplicates; one without items may still have a next one."""

    items: tuple[Duplicate, ...]
    next_cursor: str | None = None
