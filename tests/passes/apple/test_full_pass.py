"""A pass with every key, parsed and serialized without loss."""

import json
from typing import Any

from pydantic import BaseModel

from passes.apple.content import read_content
from passes.apple.semantics import SemanticTags
from passes.apple.values import Part
from tests.passes.apple.factories import minimal
from tests.passes.apple.test_keys import TAKEN

_NOON = "2027-03-31T12:00:00Z"
_PLACE = {"latitude": 52.5, "longitude": 13.4}
_SEMANTICS_BY_KIND: dict[str, Any] = {
    "str": "text",
    "bool": True,
    "int": 7,
    "float": 1.5,
}
_SPECIAL: dict[str, Any] = {
    "balance": {"amount": "12.50", "currencyCode": "EUR"},
    "totalPrice": {"amount": "-1", "currencyCode": "USD"},
    "eventType": "PKEventTypeWorkshop",
    "eventStartDateInfo": {"date": _NOON, "ignoreTimeComponents": True, "timeZone": "UTC"},
    "passengerName": {"familyName": "Lovelace", "givenName": "Ada", "middleName": "K",
                      "namePrefix": "Ms", "nameSuffix": "x", "nickname": "A",
                      "phoneticRepresentation": "ada"},
    "seats": [{"seatAisle": "1", "seatDescription": "d", "seatIdentifier": "i", "seatLevel": "l",
               "seatNumber": "n", "seatRow": "r", "seatSection": "s",
               "seatSectionColor": "rgb(1, 2, 3)", "seatType": "t"}],
    "wifiAccess": [{"ssid": "Club", "password": "guest"}],
    "passengerCapabilities": ["PKPassengerCapabilityCarryon"],
}  # fmt: skip


_OF_OTHER_GROUPS = {
    f"AuxiliaryField.{key}" for key in ("dataDetectorTypes", "semantics", "textAlignment")
}
"""Keys that are set in fields of other groups of this pass."""


def _semantics() -> dict[str, Any]:
    """Return every semantic tag with a value."""
    tags: dict[str, Any] = {}
    for name, info in SemanticTags.model_fields.items():
        key = info.alias or name
        if key in _SPECIAL:
            tags[key] = _SPECIAL[key]
        elif key.endswith("Date"):
            tags[key] = _NOON
        elif key.endswith("Location") and not key.startswith(("home", "away")):
            tags[key] = _PLACE
        elif key.endswith("SecurityPrograms"):
            tags[key] = ["PKTransitSecurityProgramCLEAR"]
        elif "tuple" in str(info.annotation):
            tags[key] = ["text"]
        else:
            kind = next(each for each in _SEMANTICS_BY_KIND if each in str(info.annotation))
            tags[key] = _SEMANTICS_BY_KIND[kind]
    return tags


def _fields(group: str, **more: Any) -> list[dict[str, Any]]:
    """Return a field for each type of value, with all keys that it allows."""
    text = {"key": f"{group}-text", "value": "text", "label": "Label", "changeMessage": "Now %@",
            "attributedValue": "<a href='https://club.example/'>text</a>", **more}  # fmt: skip
    day = {
        "key": f"{group}-day",
        "value": _NOON,
        "dateStyle": "PKDateStyleFull",
        "timeStyle": "PKDateStyleNone",
        "ignoresTimeZone": True,
        "isRelative": False,
    }
    money = {"key": f"{group}-money", "value": 12.5, "currencyCode": "EUR",
             "numberStyle": "PKNumberStyleDecimal"}  # fmt: skip
    return [text, day, money]


def _everything() -> dict[str, Any]:
    """Return the content of a pass with every key."""
    left = {"textAlignment": "PKTextAlignmentLeft"}
    code = {"format": "PKBarcodeFormatQR", "message": "A1", "messageEncoding": "utf-8",
            "altText": "C-1"}  # fmt: skip
    content = minimal(**{key: value for key, value in TAKEN.items() if key != "generic"})
    content |= {
        "storeCard": {
            "headerFields": _fields("header", **left),
            "primaryFields": _fields("primary")[:1],
            "secondaryFields": _fields("secondary", **left, semantics=_semantics()),
            "auxiliaryFields": _fields("auxiliary", row=1),
            "backFields": _fields("back", dataDetectorTypes=["PKDataDetectorTypeLink"]),
        },
        "posterGeneric": {
            "headerFields": _fields("poster-header")[:1],
            "primaryFields": _fields("poster-primary"),
            "footerFields": _fields("poster-footer")[:2],
            "backFields": _fields("poster-back"),
        },
        "barcode": code,
        "barcodes": [{**code, "format": "PKBarcodeFormatCode39"}, code],
        "beacons": [{"proximityUUID": "0f5c7a1e-9d1b-4c57-8e52-3a64b1f0c9d2", "major": 0,
                     "minor": 65535, "relevantText": "Near"}],
        "locations": [{**_PLACE, "altitude": 34.0, "relevantText": "Near"}],
        "nfc": {"message": "A1", "encryptionPublicKey": "MDkw", "requiresAuthentication": True},
        "relevantDates": [{"date": _NOON},
                          {"startDate": _NOON, "endDate": "2027-03-31T14:00:00+01:00"}],
        "featuredActions": [{"identifier": "a", "type": "place", "placeIdentifier": "I63802885C8"},
                            {"identifier": "b", "type": "call", "url": "tel:+4930123456"}],
        "semantics": _semantics(),
    }  # fmt: skip
    return content


def test_a_pass_with_every_key_round_trips() -> None:
    everything = _everything()
    assert json.loads(read_content(json.dumps(everything)).as_json()) == everything


def test_the_pass_has_every_key() -> None:
    content = read_content(json.dumps(_everything()))
    assert _unset(content) == {"generic", *_OF_OTHER_GROUPS}


def _unset(part: BaseModel, path: str = "") -> set[str]:
    """Return the keys below a part that have no value in any part of their type."""
    found: dict[str, bool] = {}

    def look(at: Any, kind: str) -> None:
        if isinstance(at, Part):
            for name, info in type(at).model_fields.items():
                value = getattr(at, name)
                key = f"{kind}{info.alias or name}"
                found[key] = found.get(key, False) or value is not None
                look(value, f"{type(value).__name__}.")
        elif isinstance(at, tuple):
            for each in at:
                look(each, f"{type(each).__name__}.")

    look(part, path)
    return {key for key, there in found.items() if not there}
