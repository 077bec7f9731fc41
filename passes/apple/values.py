"""The kinds of value that pass.json is made of, and the base of its parts.

Facts: Apple, Wallet Passes, "Pass", "PassFieldContent", and the PassKit Package Format Reference
(W3C dates; colours as CSS-style RGB triples).
"""

import re
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

_CAPITALS = re.compile(r"(Url|Ids?|Uuid|Ssrs?)(?=[A-Z]|$)")
_SPELLED: dict[str, str] = {"Url": "URL", "Ids": "IDs", "Id": "ID", "Uuid": "UUID", "Ssrs": "SSRs"}
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_RGB = re.compile(r"rgb\( ?(\d{1,3}) ?, ?(\d{1,3}) ?, ?(\d{1,3}) ?\)", re.ASCII)


def fault(at: str, message: str) -> PydanticCustomError:
    """A refusal at a place below the part that is checked, such as ``barcodes[0].message``."""
    return PydanticCustomError("pass", "{message}", {"message": message, "at": at})


def apples_name(name: str) -> str:
    """The key of pass.json for a name in Python: ``web_service_url`` -> ``webServiceURL``."""
    return _CAPITALS.sub(lambda found: _SPELLED.get(found[0], found[0]), to_camel(name))


class Part(BaseModel):
    """A part of pass.json: nothing unknown, and no value turned into another kind."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=apples_name,
        validate_by_name=True,
        allow_inf_nan=False,
    )


def w3c_date(text: str) -> str:
    """Refuse what is no complete date with hours, minutes and a time zone."""
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        datetime.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError(
            "date", "not a date with time and time zone, such as 2027-03-31T12:00:00Z"
        ) from None
    return text


def _rgb(text: str) -> str:
    """Refuse what is no ``rgb(0, 0, 0)`` to ``rgb(255, 255, 255)``."""
    found = _RGB.fullmatch(text)
    if found is None or any(int(part) > 255 for part in found.groups()):
        raise PydanticCustomError("colour", "not a colour such as rgb(29, 53, 87)")
    return text


def _address(text: str) -> str:
    """Refuse what is no absolute address."""
    try:
        parts = urlsplit(text)
        usable = text.isascii() and text.isprintable() and " " not in text
        if not (usable and parts.scheme and (parts.netloc or parts.path)):
            raise ValueError
    except ValueError:
        raise PydanticCustomError("address", "not an absolute URL in ASCII") from None
    return text


def _web_address(text: str) -> str:
    """Refuse what is no address of the web."""
    _address(text)
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PydanticCustomError("address", "not an https URL")
    return text


Text = Annotated[str, Field(min_length=1)]
W3CDate = Annotated[str, AfterValidator(w3c_date)]
Rgb = Annotated[str, AfterValidator(_rgb)]
Address = Annotated[str, AfterValidator(_address)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
