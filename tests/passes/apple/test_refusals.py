"""Errors of a pass.json, each with its path."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passes.apple.content import check_content, read_content
from passes.errors import PassContentError
from tests.generated import examples
from tests.passes.apple.factories import minimal
from tests.passes.apple.test_keys import TAKEN

_NOON = "2027-03-31T12:00:00Z"
_STYLES = {"dateStyle": "PKDateStyleMedium", "timeStyle": "PKDateStyleNone"}


def _code(**more: Any) -> dict[str, Any]:
    code = {"format": "PKBarcodeFormatQR", "message": "A1", "messageEncoding": "iso-8859-1"}
    return {"barcodes": [{**code, **more}]}


def _field(group: str = "headerFields", **more: Any) -> dict[str, Any]:
    return {"storeCard": {group: [{"key": "a", "value": "1", **more}]}}


def _at(key: str, group: str = "headerFields") -> str:
    return f"storeCard.{group}[0].{key}"


def _dates(**more: Any) -> dict[str, Any]:
    return {"relevantDates": [more]}


_TWICE = [{"key": "a", "value": "1"}]
_ACTION = {"identifier": "a", "type": "shop", "url": "https://club.example/"}

REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("surprise", {"surprise": 1}),
    ("web_service_url", {"web_service_url": "https://cards.example/"}),
    ("storeCard.surprise", {"storeCard": {"surprise": []}}),
    (_at("surprise"), _field(surprise=1)),
    ("formatVersion", {"formatVersion": 2}),
    ("formatVersion", {"formatVersion": "1"}),
    ("description", {"description": ""}),
    ("description", {"description": 7}),
    ("passTypeIdentifier", {"passTypeIdentifier": "club"}),
    ("voided", {"voided": "true"}),
    ("storeCard", {"storeCard": None}),
    ("storeCard", {"storeCard": None, "posterGeneric": {}}),
    ("generic", {"generic": {}}),
    # Fields.
    (_at("key"), {"storeCard": {"headerFields": [{"value": "1"}]}}),
    (_at("value"), {"storeCard": {"headerFields": [{"key": "a"}]}}),
    (_at("value"), _field(value=True)),
    (_at("value"), _field(value=["1"])),
    (_at("key", "backFields"), {"storeCard": {"headerFields": _TWICE, "backFields": _TWICE}}),
    ("storeCard.headerFields[1].key", {"storeCard": {"headerFields": [*_TWICE, *_TWICE]}}),
    ("posterGeneric.headerFields[0].key",
     {"storeCard": {"headerFields": _TWICE}, "posterGeneric": {"headerFields": _TWICE}}),
    ("storeCard.primaryFields",
     {"storeCard": {"primaryFields": [{"key": "a", "value": "1"}, {"key": "b", "value": "1"}]}}),
    (_at("changeMessage"), _field(changeMessage="It changed")),
    (_at("attributedValue", "backFields"), _field("backFields", attributedValue="<b>x</b>")),
    (_at("attributedValue", "backFields"),
     _field("backFields", attributedValue="<a href='https://a.example' onclick='x'>x</a>")),
    (_at("dateStyle"), _field(value=_NOON, isRelative=True)),
    (_at("dateStyle"), _field(value=_NOON, dateStyle="short", timeStyle="PKDateStyleNone")),
    (_at("value"), _field(value="31.03.2027", **_STYLES)),
    (_at("value"), _field(value="2027-03-31", **_STYLES)),
    (_at("value"), _field(value=7, **_STYLES)),
    (_at("value"), _field(value="12", currencyCode="EUR")),
    (_at("value"), _field(value="12", numberStyle="PKNumberStylePercent")),
    (_at("currencyCode"), _field(value=12, currencyCode="euro")),
    (_at("textAlignment", "primaryFields"),
     _field("primaryFields", textAlignment="PKTextAlignmentLeft")),
    (_at("textAlignment", "backFields"), _field("backFields", textAlignment="PKTextAlignmentLeft")),
    (_at("dataDetectorTypes"), _field(dataDetectorTypes=[])),
    ("storeCard.backFields[0].dataDetectorTypes[0]", _field("backFields", dataDetectorTypes=["x"])),
    (_at("row"), _field(row=1)),
    (_at("row", "auxiliaryFields"), _field("auxiliaryFields", row=2)),
    (_at("semantics") + ".surprise", _field(semantics={"surprise": 1})),
    # Dates and colours.
    ("expirationDate", {"expirationDate": "2027-03-31"}),
    ("expirationDate", {"expirationDate": "2027-03-31T12:00:00"}),
    ("expirationDate", {"expirationDate": "2027-02-30T12:00:00Z"}),
    ("expirationDate", {"expirationDate": "2027-03-31T24:61Z"}),
    ("relevantDates[0].endDate", _dates(startDate=_NOON)),
    ("relevantDates[0].startDate", _dates()),
    ("relevantDates[0].date", _dates(date=_NOON, endDate=_NOON)),
    ("relevantDates[0].endDate", _dates(startDate=_NOON, endDate="2027-04-01T12:00:01Z")),
    ("relevantDates[0].endDate", _dates(startDate=_NOON, endDate=_NOON)),
    ("backgroundColor", {"backgroundColor": "#1d355"}),
    ("backgroundColor", {"backgroundColor": "#1d355g"}),
    ("backgroundColor", {"backgroundColor": "1d3557"}),
    ("backgroundColor", {"backgroundColor": "navy"}),
    ("labelColor", {"labelColor": "rgb(1, 2, 256)"}),
    ("foregroundColor", {"foregroundColor": "rgb(1, 2)"}),
    ("footerBackgroundColor", {"footerBackgroundColor": "rgb(1, 2, 3)"}),
    # Web service.
    ("webServiceURL", {"authenticationToken": "x" * 16}),
    ("authenticationToken", {"webServiceURL": "https://cards.example/"}),
    ("authenticationToken",
     {"webServiceURL": "https://cards.example/", "authenticationToken": "x" * 15}),
    ("webServiceURL", {"webServiceURL": "http://cards.example/", "authenticationToken": "x" * 16}),
    ("webServiceURL", {"webServiceURL": "cards.example", "authenticationToken": "x" * 16}),
    ("associatedStoreIdentifiers", {"appLaunchURL": "club://open"}),
    # Codes.
    ("barcodes", {"barcodes": []}),
    ("barcodes[0].format", _code(format="QR")),
    ("barcodes[0].message", _code(message="")),
    ("barcodes[0].message", _code(message="€")),
    ("barcodes[0].messageEncoding", _code(messageEncoding="latin-99")),
    ("barcodes[0].message", _code(message="é", format="PKBarcodeFormatCode128")),
    ("barcodes[0].message", _code(message="12a", format="PKBarcodeFormatEAN13")),
    ("barcodes[0].message", _code(message="123", format="PKBarcodeFormatI2of5")),
    ("barcodes[0].message", _code(message="a", format="PKBarcodeFormatCode39")),
    ("barcode.format", {"barcode": _code(format="PKBarcodeFormatCode128")["barcodes"][0]}),
    ("nfc.encryptionPublicKey", {"nfc": {"message": "1", "encryptionPublicKey": "?"}}),
    ("nfc.message", {"nfc": {"message": "x" * 65, "encryptionPublicKey": "MDkw"}}),
    # Locations and actions.
    ("locations", {"locations": [{"latitude": 1.0, "longitude": 1.0}] * 11}),
    ("locations[0].latitude", {"locations": [{"latitude": 90.5, "longitude": 1.0}]}),
    ("locations[0].longitude", {"locations": [{"latitude": 1.0}]}),
    ("maxDistance", {"maxDistance": 0}),
    ("beacons[0].proximityUUID", {"beacons": [{"proximityUUID": "1"}]}),
    ("beacons[0].major", {"beacons": [{
        "proximityUUID": "0f5c7a1e-9d1b-4c57-8e52-3a64b1f0c9d2", "major": 65536}]}),
    ("featuredActions", {"featuredActions": [
        {**_ACTION, "identifier": name} for name in "abc"]}),
    ("featuredActions[1].identifier", {"featuredActions": [_ACTION, _ACTION]}),
    ("featuredActions[0].type", {"featuredActions": [{**_ACTION, "type": "dance"}]}),
    ("featuredActions[0].url", {"featuredActions": [{"identifier": "a", "type": "shop"}]}),
    ("featuredActions[0].placeIdentifier",
     {"featuredActions": [{"identifier": "a", "type": "place"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "wrong"), REFUSED, ids=lambda value: str(value)[:60])
def test_errors_have_the_path_of_their_place(path: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(PassContentError) as refused:
        read_content(json.dumps(minimal(**wrong)))
    assert refused.value.path == path
    assert refused.value.message


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[]", b"null", b'"x"', b"[" * 100_000])
def test_input_that_is_no_json_object_is_refused(text: bytes) -> None:
    with pytest.raises(PassContentError):
        read_content(text)


def test_duplicate_keys_are_refused() -> None:
    text = json.dumps(minimal())[:-1] + ', "description": "again"}'
    with pytest.raises(PassContentError) as refused:
        read_content(text)
    assert refused.value.path == "description"


def test_http_is_accepted_only_if_allowed() -> None:
    content = minimal(webServiceURL="http://127.0.0.1:8000/", authenticationToken="x" * 16)
    checked = check_content(content, allow_http=True)
    assert checked.web_service_url == "http://127.0.0.1:8000/"
    assert b'"http://127.0.0.1:8000/"' in read_content(checked.as_json(), allow_http=True).as_json()


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("key", "value", "headerFields")) | st.text(), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=examples(80), deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(TAKEN)) | st.text(), _json, max_size=4))
def test_any_content_is_accepted_or_refused(strange: dict[str, Any]) -> None:
    text = json.dumps(minimal(**strange))
    try:
        taken = read_content(text)
    except PassContentError:
        return
    assert read_content(taken.as_json()) == taken


@given(st.binary() | st.text(st.characters()))
def test_any_text_is_accepted_or_refused(text: bytes | str) -> None:
    with pytest.raises(PassContentError):
        read_content(text)


@pytest.mark.parametrize(
    "text", ['{"a": 1' + "0" * 5000 + "}", '{"formatVersion": NaN}', '{"description": "\\ud800"}',
             "\ud800", '{"\ud800": 1}']
)  # fmt: skip
def test_not_a_number_and_lone_surrogates_are_refused(text: str) -> None:
    with pytest.raises(PassContentError):
        read_content(text)
