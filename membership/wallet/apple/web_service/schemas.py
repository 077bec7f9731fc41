"""Messages of the web service (Apple, "PushToken", "SerialNumbers", "LogEntries")."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictStr

from membership.web.body_limits import PHONE_BYTES


class PushToken(BaseModel):
    """The push token of a device. It becomes part of a path at APNs: hexadecimal only."""

    push_token: Annotated[
        StrictStr, Field(alias="pushToken", min_length=2, max_length=255, pattern=r"^[0-9A-Fa-f]+$")
    ]


class SerialNumbers(BaseModel):
    """Cards of a device that changed, and the tag for the next request."""

    model_config = ConfigDict(populate_by_name=True)

    serial_numbers: Annotated[list[str], Field(alias="serialNumbers")]
    last_updated: Annotated[str, Field(alias="lastUpdated")]


class LogEntries(BaseModel):
    """Messages of a phone about errors."""

    logs: Annotated[
        list[Annotated[StrictStr, Field(max_length=PHONE_BYTES)]], Field(max_length=PHONE_BYTES)
    ]
