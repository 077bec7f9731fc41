"""Messages about codes of other issuers."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from api_client.messages.scan import MAX_CODE_LENGTH
from membership.base.fields import Name
from membership.base.request_body import RequestBody


class GivenCode(RequestBody):
    """A code of another issuer, and the customer to assign it to."""

    customer_id: UUID = Field(examples=["0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"])
    code: Annotated[str, Field(max_length=MAX_CODE_LENGTH)] = Field(
        examples=["FOB-77120"],
        description="What a scanner reads off it. White space around it and prefixes of scanners "
        "are removed; UPC-A is the EAN-13 with a leading 0. At most 255 characters.",
    )
    label: Name | None = Field(
        default=None, examples=["Key fob"], description="For people, to tell cards apart."
    )
    confirm_product: bool = Field(
        default=False,
        description="Gives a code although it is one that products carry (EAN, UPC): everything "
        "of that kind has the same.",
    )
