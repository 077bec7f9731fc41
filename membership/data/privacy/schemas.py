"""Messages about personal data."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.scan import Message
from membership.base.request_body import RequestBody


class PersonalData(Message):
    """Everything that is stored about a customer."""

    customer_id: UUID
    number: str = Field(examples=["C-000123"])
    organization: str
    created_at: AwareDatetime
    sections: dict[str, list[dict[str, Any]]] = Field(
        description="By table, the rows that are theirs. Instants are in UTC, bytes such as "
        "the photo in base64. Secrets and the names of staff are left out.",
        examples=[{"customers": [{"given_name": "Amara", "email": "amara@example.com"}]}],
    )


class EraseRequest(RequestBody):
    """Confirmation required to erase a customer."""

    confirm: str = Field(
        max_length=40,
        description="The customer's number, to show that the right one is meant.",
        examples=["C-000123"],
    )
    end_memberships: bool = Field(
        default=False, description="End what still runs or is yet to start; without it, refuse."
    )
    delete_at_provider: bool = Field(
        default=False,
        description="Have the payment provider delete the customer as well, with their payment "
        "methods. It keeps payments and invoices.",
    )
