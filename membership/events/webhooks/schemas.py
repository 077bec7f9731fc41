"""Messages about events, webhooks and deliveries."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from api_client.messages.scan import Message
from membership.base.fields import Line, SafeText
from membership.base.request_body import RequestBody
from membership.events.types import EventType
from membership.events.webhooks.url_policy import LONGEST_URL
from membership.store.models import DeliveryState

_URL = "https://example.com/hooks/members"

WebhookUrl = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_URL),
    SafeText,
    Field(
        description="Where events are posted to: `https://`, without a name or password in it. "
        "It must lead to public addresses and to port 80, 443 or 8443, unless the service's "
        "settings allow others.",
        examples=[_URL],
    ),
]
WantedTypes = Annotated[
    tuple[EventType, ...],
    Field(
        max_length=len(EventType),
        description="The types that are sent; none means all, also those of later versions.",
        examples=[["membership.created", "membership.expired"]],
    ),
]


class NewWebhook(RequestBody):
    """A webhook to create."""

    url: WebhookUrl
    types: WantedTypes = ()
    description: Line = Field(default="", examples=["Website"])
    enabled: bool = Field(
        default=True, description="Whether events are queued and sent.", examples=[True]
    )


class WebhookChange(RequestBody):
    """Fields of a webhook to set; omitted ones stay unchanged."""

    url: WebhookUrl = _URL
    types: WantedTypes = ()
    description: Line = Field(default="", examples=["Website"])
    enabled: bool = Field(
        default=True,
        description="false: nothing is queued and sent anymore; what waits becomes dead. "
        "true: from now on again, also after the service disabled it.",
        examples=[True],
    )


class WebhookView(Message):
    """A webhook and its delivery state, without its secret."""

    id: UUID
    url: str = Field(examples=[_URL])
    types: tuple[EventType, ...] = Field(description="None means all.")
    description: str
    enabled: bool
    disabled_at: AwareDatetime | None
    disabled_why: str | None = Field(
        description="Set where the service disabled it by itself.",
        examples=["The receiver answered 410: it wants no more events."],
    )
    warning: str | None = Field(
        default=None,
        description="Set where the URL has a port that a new webhook may not have; it works on.",
        examples=["Its URL names port 9000; allowed are 80, 443 (WALLETDESK_WEBHOOK_PORTS)."],
    )
    failing_since: AwareDatetime | None = Field(
        description="The first failure since the last delivery that arrived."
    )
    next_attempt_at: AwareDatetime | None = Field(
        description="When the delivery that failed, and all behind it, are tried again."
    )
    set_aside: int = Field(
        default=0,
        description="Deliveries that are set aside: refused again and again, or about the same "
        "subject as one that is.",
    )
    former_secret_until: AwareDatetime | None = Field(
        description="Until when the secret before this one signs too."
    )
    created_at: AwareDatetime


class CreatedWebhook(WebhookView):
    """A new webhook with its secret, which is returned only here."""

    secret: str = Field(
        description="Verifies signatures (Standard Webhooks): `whsec_` and base64.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="],
    )


class WebhookList(Message):
    """The organization's webhooks, oldest first."""

    items: tuple[WebhookView, ...]


class Rotation(RequestBody):
    """How a secret is replaced."""

    overlap_hours: float = Field(
        default=24,
        ge=0,
        le=24 * 7,
        examples=[24],
        description="How long the former secret signs too. 0: not anymore, as after a leak.",
    )


class RotatedSecret(Message):
    """The new secret, which is returned only here."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="])
    former_secret_until: AwareDatetime | None


class Trial(Message):
    """Result of a test delivery."""

    event_id: UUID = Field(description="The `webhook-id` that was sent.")
    delivered: bool = Field(description="Whether it was answered with 2xx.")
    status: int | None = Field(description="Status of the answer, if there was one.")
    answer: str = Field(description="The first 300 characters of the answer.")
    error: str | None = Field(description="Why there was no answer.")
    milliseconds: int


class DeliveryView(Message):
    """The delivery of one event to one webhook."""

    event_id: UUID
    type: EventType
    state: DeliveryState
    attempts: int
    last_attempt_at: AwareDatetime | None
    last_status: int | None = Field(description="Status of the last answer, if there was one.")
    last_error: str | None = Field(examples=["The receiver answered 500."])
    delivered_at: AwareDatetime | None
    dead_at: AwareDatetime | None
    set_aside_at: AwareDatetime | None = Field(
        default=None,
        description="Since when it is set aside: pending, while those of other subjects go on.",
    )
    next_attempt_at: AwareDatetime | None = Field(
        default=None, description="When one that is set aside is tried again."
    )
    waits_for: UUID | None = Field(
        default=None,
        description="The event of the same subject, set aside, after which this one is sent.",
    )
    created_at: AwareDatetime = Field(description="When the event was stored.")


class DeliveryPage(Message):
    """A page of deliveries, newest event first."""

    items: tuple[DeliveryView, ...]
    next_cursor: str | None = None


class Replayed(Message):
    """The number of deliveries, dead or set aside, that are sent again."""

    deliveries: int


class EventView(Message):
    """An event, as webhooks send it."""

    id: UUID = Field(description="The same as the `webhook-id` of its deliveries.")
    type: EventType
    timestamp: AwareDatetime = Field(description="When it happened.")
    data: dict[str, Any] = Field(
        description="Ids and states; nothing that names a person.",
        examples=[{"membership_id": "0b6f5f0e-7a53-4d0c-9a3f-0c1f7be5a111", "reason": None}],
    )


class EventPage(Message):
    """A page of events, oldest first."""

    items: tuple[EventView, ...]
    next_cursor: str | None = Field(default=None, description="There are more, from here on.")
    resume_cursor: str = Field(
        description="Where to go on later, when more has happened; also on the last page."
    )
