"""Messages about requests that may have arrived."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from api_client.messages.scan import Message


class WithdrawalState(StrEnum):
    """What became of a request that was asked about."""

    WITHDRAWN = "withdrawn"
    CARRIED_OUT = "carried_out"


class Withdrawal(Message):
    """Whether a request was carried out, or never will be."""

    state: WithdrawalState
    at: AwareDatetime | None = Field(
        default=None,
        examples=["2027-03-10T11:00:00Z"],
        description="When it was carried out; null if it was not.",
    )
    answer: dict[str, Any] | None = Field(
        default=None,
        examples=[{"id": "0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"}],
        description="Its answer, as it was or would have been received; null if it was not "
        "carried out.",
    )
