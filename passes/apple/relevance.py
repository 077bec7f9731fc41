"""When, where and how a pass is shown and read: barcodes, locations, dates, NFC, actions.

Source: Apple, Wallet Passes, "Pass.Barcodes", "Pass.Locations", "Pass.Beacons", "Pass.NFC",
"Pass.RelevantDates", and "Defining the metadata of your Wallet Pass" (featured actions).
"""

import base64
import binascii
import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from passes.apple.values import Latitude, Longitude, Part, Text, Url, W3CDate, error_at

QR = "PKBarcodeFormatQR"
CODE128 = "PKBarcodeFormatCode128"
BarcodeFormat = Literal[
    "PKBarcodeFormatQR",
    "PKBarcodeFormatPDF417",
    "PKBarcodeFormatAztec",
    "PKBarcodeFormatCode128",
    # Since iOS 27; older phones use the next entry of ``barcodes``.
    "PKBarcodeFormatCode39",
    "PKBarcodeFormatCodabar",
    "PKBarcodeFormatEAN13",
    "PKBarcodeFormatI2of5",
]
ActionType = Literal[
    "addToBalance",
    "bookAppointment",
    "bookCar",
    "bookFlight",
    "bookStay",
    "call",
    "listenToMusic",
    "membershipBenefits",
    "order",
    "place",
    "shop",
    "viewOffersRewards",
    "viewSchedule",
    "watchTrailer",
]
_ALPHABETS = {
    "PKBarcodeFormatCode39": re.compile(r"[0-9A-Z $%*+./-]+"),
    "PKBarcodeFormatCodabar": re.compile(r"[A-D]?[0-9$+./:-]+[A-D]?"),
    "PKBarcodeFormatEAN13": re.compile(r"[0-9]{12,13}"),
    "PKBarcodeFormatI2of5": re.compile(r"([0-9]{2})+"),
}
_MAX_INTERVAL = timedelta(hours=24)
_MAX_NFC_BYTES = 64


class Barcode(Part):
    """A code. ``message_encoding`` is the IANA name of the encoding of ``message``."""

    format: BarcodeFormat
    message: Text
    message_encoding: Text
    alt_text: str | None = None

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        """Check that format and encoding can represent the text."""
        try:
            self.message.encode(self.message_encoding)
        except LookupError:
            raise error_at("messageEncoding", "not the name of an encoding") from None
        except UnicodeEncodeError:
            raise error_at(
                "message", f"it has characters outside {self.message_encoding}"
            ) from None
        if self.format == CODE128 and not self.message.isascii():
            raise error_at("message", "a Code 128 holds ASCII only")
        held = _ALPHABETS.get(self.format)
        if held is not None and not held.fullmatch(self.message):
            raise error_at("message", f"it has characters that a {self.format[15:]} does not hold")
        return self


class LegacyBarcode(Barcode):
    """The key ``barcode``, which iOS 9 replaced by ``barcodes``."""

    format: Literal["PKBarcodeFormatQR", "PKBarcodeFormatPDF417", "PKBarcodeFormatAztec"]


class Location(Part):
    """A place near which the pass is shown, in degrees; altitude in metres."""

    latitude: Latitude
    longitude: Longitude
    altitude: float | None = None
    relevant_text: str | None = None


def _uuid(text: str) -> str:
    """Require a UUID."""
    try:
        UUID(text)
    except ValueError:
        raise PydanticCustomError("uuid", "not a UUID") from None
    return text


class Beacon(Part):
    """A Bluetooth beacon near which the pass is shown."""

    proximity_uuid: Annotated[str, AfterValidator(_uuid)]
    major: Annotated[int, Field(ge=0, le=65535)] | None = None
    minor: Annotated[int, Field(ge=0, le=65535)] | None = None
    relevant_text: str | None = None


def _public_key(text: str) -> str:
    """Require Base64."""
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise PydanticCustomError("base64", "not Base64") from None
    return text


class Nfc(Part):
    """NFC payload for a terminal; ``encryption_public_key`` is X.509 in Base64."""

    message: Text
    encryption_public_key: Annotated[str, Field(min_length=1), AfterValidator(_public_key)]
    requires_authentication: bool | None = None

    @model_validator(mode="after")
    def _message_fits(self) -> Self:
        """Check the length, at which the system truncates."""
        if len(self.message.encode()) > _MAX_NFC_BYTES:
            raise error_at("message", f"longer than {_MAX_NFC_BYTES} bytes")
        return self


class RelevantDate(Part):
    """An instant (``date``), or an interval of at most a day, at which a pass is shown."""

    date: W3CDate | None = None
    start_date: W3CDate | None = None
    end_date: W3CDate | None = None

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, content: Any) -> Any:
        """Read ``relevantDate``, as iOS 18 named what iOS 26 names ``date``; both may be there."""
        if not isinstance(content, dict) or "relevantDate" not in content:
            return content
        former = content["relevantDate"]
        if content.get("date", former) != former:
            return content
        rest = {key: each for key, each in content.items() if key != "relevantDate"}
        return rest | {"date": former}

    @model_validator(mode="after")
    def _instant_or_interval(self) -> Self:
        """Require an instant or an interval."""
        if self.date is not None:
            if self.start_date is not None or self.end_date is not None:
                raise error_at("date", "either date, or startDate and endDate")
            return self
        if self.start_date is None or self.end_date is None:
            missing = "startDate" if self.start_date is None else "endDate"
            raise error_at(missing, "either date, or startDate and endDate")
        length = datetime.fromisoformat(self.end_date) - datetime.fromisoformat(self.start_date)
        if not timedelta(0) < length <= _MAX_INTERVAL:
            raise error_at("endDate", "it is after startDate, by at most 24 hours")
        return self


class FeaturedAction(Part):
    """A button below the pass (iOS 27): a URL, or for ``place`` a place in Apple Maps."""

    identifier: Text
    type: ActionType
    url: Url | None = None
    place_identifier: Text | None = None

    @model_validator(mode="after")
    def _has_target(self) -> Self:
        """Require the target that the type needs."""
        if self.type == "place":
            if self.place_identifier is None:
                raise error_at("placeIdentifier", "an action of type place needs one")
        elif self.url is None:
            raise error_at("url", f"an action of type {self.type} needs one")
        return self
