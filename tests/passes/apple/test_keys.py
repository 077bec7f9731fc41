"""Every key of Apple's documentation: taken, or refused with the reason that it is not for cards.

The lists are those of the pages "Pass", "PassFields", "PassFieldContent", "Pass.Barcodes",
"Pass.Locations", "Pass.Beacons", "Pass.NFC", "Pass.RelevantDates" and "Defining the metadata of
your Wallet Pass".
"""

import json
from typing import Any

import pytest

from passes.apple.content import PassContent, check_content, read_content
from passes.apple.fields import AuxiliaryField, FieldContent, PassFields, PosterFields
from passes.apple.relevance import Barcode, Beacon, FeaturedAction, Location, Nfc, RelevantDate
from passes.apple.validation import KEYS_OF_OTHER_STYLES
from passes.apple.values import Part
from passes.errors import PassContentError
from tests.passes.apple.factories import minimal

_QR = {"format": "PKBarcodeFormatQR", "message": "A1", "messageEncoding": "iso-8859-1"}
_NOON = "2027-03-31T12:00:00Z"
_POSTER: dict[str, Any] = {"posterGeneric": {}}

TAKEN: dict[str, Any] = {
    "appLaunchURL": "club://open",
    "associatedStoreIdentifiers": [123456789],
    "authenticationToken": "x" * 16,
    "backgroundColor": "rgb(1, 22, 255)",
    "barcode": _QR,
    "barcodes": [_QR],
    "beacons": [{"proximityUUID": "0f5c7a1e-9d1b-4c57-8e52-3a64b1f0c9d2"}],
    "description": "Member card",
    "expirationDate": _NOON,
    "featuredActions": [{"identifier": "a", "type": "shop", "url": "https://club.example/"}],
    "footerBackgroundColor": "rgb(0,0,0)",
    "foregroundColor": "rgb(255, 255, 255)",
    "formatVersion": 1,
    "generic": {},
    "groupingIdentifier": "family",
    "labelColor": "rgb(0, 0, 0)",
    "locations": [{"latitude": 52.52, "longitude": 13.405}],
    "logoText": "Riverside",
    "maxDistance": 150,
    "nfc": {"message": "A1", "encryptionPublicKey": "MDkwEwYHKoZIzj0CAQ=="},
    "organizationName": "Riverside Club",
    "passTypeIdentifier": "pass.example.club",
    "posterGeneric": {},
    "relevantDate": _NOON,
    "relevantDates": [{"date": _NOON}],
    "semantics": {"balance": {"amount": "12.50", "currencyCode": "EUR"}},
    "serialNumber": "1",
    "sharingProhibited": True,
    "storeCard": {},
    "suppressHeaderDarkening": True,
    "suppressStripShine": True,
    "teamIdentifier": "A1B2C3D4E5",
    "useAutomaticColors": True,
    "userInfo": {"anything": [1, None, {"a": "b"}]},
    "voided": True,
    "webServiceURL": "https://cards.example/apple/riverside",
}
FOR_OTHER_PASSES = {
    "accessibilityURL", "addOnURL", "auxiliaryStoreIdentifiers", "bagPolicyURL", "boardingPass",
    "changeSeatURL", "contactVenueEmail", "contactVenuePhoneNumber", "contactVenueWebsite",
    "coupon", "directionsInformationURL", "entertainmentURL", "eventLogoText", "eventTicket",
    "managementURL", "merchandiseURL", "orderFoodURL", "parkingInformationURL",
    "preferredStyleSchemes", "purchaseAdditionalBaggageURL", "purchaseLoungeAccessURL",
    "purchaseParkingURL", "purchaseWifiURL", "registerServiceAnimalURL", "reportLostBagURL",
    "requestWheelchairURL", "sellURL", "trackBagsURL", "transferURL", "transitInformationURL",
    "transitProviderEmail", "transitProviderPhoneNumber", "transitProviderWebsiteURL",
    "upcomingPassInformation", "upgradeURL",
}  # fmt: skip
_NEEDED: dict[str, dict[str, Any]] = {
    "appLaunchURL": {"associatedStoreIdentifiers": [1]},
    "authenticationToken": {"webServiceURL": "https://cards.example/"},
    "webServiceURL": {"authenticationToken": "x" * 16},
    "footerBackgroundColor": _POSTER,
    "suppressHeaderDarkening": _POSTER,
    "useAutomaticColors": _POSTER,
}
PARTS: list[tuple[type[Part], set[str]]] = [
    (PassContent, set(TAKEN)),
    (PassFields, {"headerFields", "primaryFields", "secondaryFields", "auxiliaryFields",
                  "backFields"}),
    (PosterFields, {"headerFields", "primaryFields", "footerFields", "backFields"}),
    (FieldContent, {"attributedValue", "changeMessage", "currencyCode", "dataDetectorTypes",
                    "dateStyle", "ignoresTimeZone", "isRelative", "key", "label", "numberStyle",
                    "semantics", "textAlignment", "timeStyle", "value"}),
    (AuxiliaryField, {"attributedValue", "changeMessage", "currencyCode", "dataDetectorTypes",
                      "dateStyle", "ignoresTimeZone", "isRelative", "key", "label",
                      "numberStyle", "row", "semantics", "textAlignment", "timeStyle", "value"}),
    (Barcode, {"altText", "format", "message", "messageEncoding"}),
    (Location, {"altitude", "latitude", "longitude", "relevantText"}),
    (Beacon, {"major", "minor", "proximityUUID", "relevantText"}),
    (Nfc, {"encryptionPublicKey", "message", "requiresAuthentication"}),
    (RelevantDate, {"date", "startDate", "endDate"}),
    (FeaturedAction, {"identifier", "type", "url", "placeIdentifier"}),
]  # fmt: skip


@pytest.mark.parametrize("key", sorted(TAKEN))
def test_a_key_of_cards_round_trips(key: str) -> None:
    content = minimal(**_NEEDED.get(key, {}), **{key: TAKEN[key]})
    if key == "generic":
        del content["storeCard"]
    written = json.loads(read_content(json.dumps(content)).as_json())
    kept = {name: value for name, value in written[key].items() if value} if key in (
        "storeCard", "generic", "posterGeneric") else written[key]  # fmt: skip
    assert kept == TAKEN[key]


@pytest.mark.parametrize("key", sorted(FOR_OTHER_PASSES))
def test_a_key_of_other_styles_is_refused_with_the_reason(key: str) -> None:
    with pytest.raises(PassContentError) as refused:
        check_content(minimal(**{key: "x"}))
    assert refused.value.path == key
    assert refused.value.message == KEYS_OF_OTHER_STYLES[key]


def test_the_lists_of_keys_are_complete_and_disjoint() -> None:
    assert set(KEYS_OF_OTHER_STYLES) == FOR_OTHER_PASSES
    assert not FOR_OTHER_PASSES & set(TAKEN)
    assert len(FOR_OTHER_PASSES | set(TAKEN)) == 71


@pytest.mark.parametrize(("part", "keys"), PARTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_part_has_the_documented_keys(part: type[Part], keys: set[str]) -> None:
    assert {each.alias for each in part.model_fields.values()} == keys


@pytest.mark.parametrize(
    "key",
    ["formatVersion", "description", "organizationName", "passTypeIdentifier", "serialNumber",
     "teamIdentifier"],
)  # fmt: skip
def test_a_missing_required_key_is_refused(key: str) -> None:
    content = minimal()
    del content[key]
    with pytest.raises(PassContentError, match="it is missing") as refused:
        check_content(content)
    assert refused.value.path == key
