"""The section ``webhooks`` of the OpenAPI description: what is posted to receivers.

The routes of this router are described and never called: receivers implement them.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from pydantic import AwareDatetime, Field, create_model

from api_client.messages.scan import Message
from membership.events.types import EventType
from membership.events.webhooks.event_data import DATA

router = APIRouter(tags=["Webhooks"])

_ID = "The id of the event, the same in each attempt: what came with it before is a repeat."
_AT = "When this attempt was made, in seconds since 1970."
_SIGNATURE = "`v1,` and HMAC-SHA-256 in base64; two, parted by a space, while a secret is replaced."
_RESPONSES: dict[int | str, dict[str, Any]] = {
    410: {"description": "Receive nothing more: the webhook is disabled."},
    "default": {"description": "Not received: it is sent again, see docs/webhooks.md."},
}


def _describe(event: EventType) -> None:
    """Describe the request that reports one type of event."""
    words = event.value.replace(".", "_")
    name = "".join(part.capitalize() for part in words.split("_")) + "Event"
    fields: dict[str, Any] = {
        "type": (Literal[event.value], ...),
        "timestamp": (AwareDatetime, Field(description="When it happened.")),
        "data": (DATA[event], ...),
    }
    body = create_model(name, __base__=Message, __doc__=event.meaning, **fields)

    def receive(
        _event: Any,
        _id: Annotated[str, Header(alias="webhook-id", description=_ID)],
        _at: Annotated[str, Header(alias="webhook-timestamp", description=_AT)],
        _signature: Annotated[str, Header(alias="webhook-signature", description=_SIGNATURE)],
    ) -> None:
        """Take an event."""

    receive.__annotations__["_event"] = body
    router.add_api_route(
        event.value,
        receive,
        methods=["POST"],
        operation_id=f"receive_{words}",
        summary=event.meaning,
        description=event.meaning,
        status_code=204,
        response_description="Received, and kept: it is not sent again. So is any other 2xx.",
        responses=_RESPONSES,
    )


for _each in EventType:
    _describe(_each)
