"""What phones send and are answered (Apple, "PushToken", "SerialNumbers", "LogEntries")."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictStr


class PushToken(BaseModel):
    """Where a device is told of news. It becomes part of a path at APNs: hexadecimal only."""

    push_token: Annotated[
        StrictStr, Field(alias="pushToken", min_length=2, max_length=255, pattern=r"^[0-9A-Fa-f]+$")
    ]


class SerialNumbers(BaseModel):
    """Cards of a device that have news, and the tag to ask with the next time."""

    model_config = ConfigDict(populate_by_name=True)

    serial_numbers: Annotated[list[str], Field(alias="serialNumbers")]
    last_updated: Annotated[str, Field(alias="lastUpdated")]


class LogEntries(BaseModel):
    """What went wrong on a phone, in its own words."""

    logs: list[StrictStr]
