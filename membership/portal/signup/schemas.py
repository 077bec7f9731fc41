"""Messages about public signup."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from api_client.messages.scan import Message, Reason, Status
from membership.base.fields import SafeText
from membership.base.request_body import RequestBody
from membership.portal.signup.origins import normalized_origin

MAX_ORIGINS = 20

Origin = Annotated[str, StringConstraints(max_length=300), AfterValidator(normalized_origin)]
"""An exact web origin in its normal form."""

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]
"""A colour as ``#rrggbb``."""

PageUrl = Annotated[
    str,
    StringConstraints(
        pattern=r"^https://[^\s<>\"'\\^`{|}/?#@]+(/[^\s<>\"'\\^`{|}]*)?$", max_length=500
    ),
    SafeText,
]
"""The https address of a page."""


def _without_duplicates(origins: tuple[str, ...]) -> tuple[str, ...]:
    """Remove duplicates, which may differ in spelling before they are normalized."""
    return tuple(dict.fromkeys(origins))


class SignupChange(RequestBody):
    """Settings of public signup. Omitted ones are set to their defaults."""

    open: bool = Field(examples=[True], description="Whether anybody new may join.")
    member_page: bool = Field(
        default=True,
        examples=[True],
        description="Whether members can log in to their own page, also while nobody may join.",
    )
    allowed_origins: Annotated[
        tuple[Origin, ...], Field(max_length=MAX_ORIGINS), AfterValidator(_without_duplicates)
    ] = Field(
        default=(),
        examples=[["https://www.example.com"]],
        description="Sites that may show the page in a frame: exact origins, https only "
        "(http for localhost). Without any, nobody may frame it.",
    )
    accent: Colour = Field(
        default="#00695c", examples=["#00695c"], description="Of buttons and links."
    )
    background: Colour = Field(default="#ffffff", examples=["#ffffff"], description="Of the page.")
    terms_url: PageUrl | None = Field(default=None, examples=["https://www.example.com/terms"])
    privacy_url: PageUrl | None = Field(default=None, examples=["https://www.example.com/privacy"])


class JoinRequest(RequestBody):
    """The plan that a logged-in customer joins or orders.

    ``again`` is whether it may be a second subscription beside one to another plan.
    """

    plan_id: UUID
    again: bool = False


class Joined(Message):
    """The new membership. ``status`` is null only before its start."""

    id: UUID
    plan_name: str
    status: Status | None
    reason: Reason | None
    starts_at: AwareDatetime
    last_day: date | None = Field(description="Last local day, inclusive; null without an end.")
