"""Types of values in pass.json, and the base of its parts.

Source: Apple, Wallet Passes, "Pass", "PassFieldContent", and the PassKit Package Format Reference
(W3C dates; colours as CSS-style RGB triples).
"""

import re
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

_ACRONYM = re.compile(r"(Url|Ids?|Uuid|Ssrs?)(?=[A-Z]|$)")
_ACRONYMS: dict[str, str] = {"Url": "URL", "Ids": "IDs", "Id": "ID", "Uuid": "UUID", "Ssrs": "SSRs"}
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_RGB = re.compile(r"rgb\( *(\d{1,3}) *, *(\d{1,3}) *, *(\d{1,3}) *\)", re.ASCII)
_HEX = re.compile(r"#([0-9a-fA-F]{3}){1,2}")


def error_at(at: str, message: str) -> PydanticCustomError:
    """Return an error at a path below the validated part, such as ``barcodes[0].message``."""
    return PydanticCustomError("pass", "{message}", {"message": message, "at": at})


def apple_key(name: str) -> str:
    """Return the key of pass.json for a Python name: ``web_service_url`` -> ``webServiceURL``."""
    return _ACRONYM.sub(lambda found: _ACRONYMS.get(found[0], found[0]), to_camel(name))


class Part(BaseModel):
    """Base of the parts: immutable; unknown keys and values of another type are errors."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=apple_key,
        validate_by_name=True,
        allow_inf_nan=False,
    )


def w3c_date(text: str) -> str:
    """Require a date with hours, minutes and a time zone (W3C, "Date and Time Formats")."""
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
    """Require ``rgb(0, 0, 0)`` to ``rgb(255, 255, 255)``, or ``#000000`` to ``#ffffff``.

    Apple documents the first form only; Wallet takes both, and so do Apple's newer samples.
    """
    if _HEX.fullmatch(text):
        return text
    found = _RGB.fullmatch(text)
    if found is None or any(int(part) > 255 for part in found.groups()):
        raise PydanticCustomError("colour", "not a colour such as rgb(29, 53, 87)")
    return text


def _absolute_url(text: str) -> str:
    """Require an absolute URL in ASCII."""
    try:
        parts = urlsplit(text)
        usable = text.isascii() and text.isprintable() and " " not in text
        if not (usable and parts.scheme and (parts.netloc or parts.path)):
            raise ValueError
    except ValueError:
        raise PydanticCustomError("address", "not an absolute URL in ASCII") from None
    return text


def _web_url(text: str) -> str:
    """Require an http or https URL."""
    _absolute_url(text)
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PydanticCustomError("address", "not an https URL")
    return text


Text = Annotated[str, Field(min_length=1)]
W3CDate = Annotated[str, AfterValidator(w3c_date)]
Rgb = Annotated[str, AfterValidator(_rgb)]
Url = Annotated[str, AfterValidator(_absolute_url)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
