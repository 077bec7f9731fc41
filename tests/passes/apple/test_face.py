"""The content of a pass for the face of a card."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from passes.apple.face import CardLayout
from passes.card import CardFace
from passes.design import CardKind, DesignLink, Location, Shows, Slot, Symbology
from passes.errors import PassContentError
from passes.words import FaceStatus
from tests.passes.apple.factories import (
    CARD,
    ISSUE,
    TOKEN,
    design,
    face,
    field,
)
from tests.passes.apple.strings_files import read_strings


def made(card: CardFace) -> dict[str, Any]:
    """Return the content of a card's pass by the keys of pass.json."""
    content = CardLayout(card.design).content(card, ISSUE)
    return content.model_dump(by_alias=True, exclude_none=True)


def test_the_identifiers_of_issuer_and_card() -> None:
    content = made(face(design()))
    assert content["serialNumber"] == str(CARD)
    assert content["passTypeIdentifier"] == "pass.example.club"
    assert content["teamIdentifier"] == "A1B2C3D4E5"
    assert content["organizationName"] == "Riverside Club"
    assert content["webServiceURL"] == "https://cards.example/apple/riverside"
    assert content["authenticationToken"] == TOKEN
    assert "userInfo" not in content


def test_a_pass_without_a_web_service_has_neither_url_nor_token() -> None:
    card = face(design())
    alone = replace(ISSUE, web_service_url=None, auth_token=None)
    content = CardLayout(card.design).content(card, alone).as_json()
    assert b"webServiceURL" not in content
    assert b"authenticationToken" not in content


@pytest.mark.parametrize(
    ("slot", "group"),
    [
        (Slot.HEADER, "headerFields"),
        (Slot.PRIMARY, "primaryFields"),
        (Slot.SECONDARY, "secondaryFields"),
        (Slot.AUXILIARY, "auxiliaryFields"),
        (Slot.BACK, "backFields"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "style"), [(CardKind.STORE_CARD, "storeCard"), (CardKind.GENERIC, "generic")]
)
def test_each_slot_is_a_group_of_fields(slot: Slot, group: str, kind: CardKind, style: str) -> None:
    content = made(face(design(field(Shows.CUSTOMER_NAME, slot), kind=kind)))
    filled = {name: fields for name, fields in content[style].items() if fields}
    assert filled == {group: ({"key": "a", "value": "Ada Lovelace", "label": "Label"},)}


def test_a_day_is_formatted_by_the_phone_and_has_a_change_message() -> None:
    content = made(face(design(field(Shows.VALID_UNTIL))))
    assert content["storeCard"]["secondaryFields"] == (
        {
            "key": "a",
            "value": "2027-03-31T12:00:00Z",
            "label": "Label",
            "changeMessage": "Label: %@",
            "dateStyle": "PKDateStyleMedium",
            "timeStyle": "PKDateStyleNone",
            "ignoresTimeZone": True,
        },
    )


def test_an_open_ended_membership_in_both_languages() -> None:
    card = face(design(field(Shows.VALID_UNTIL)), valid_until=None, last_day=None)
    content = made(card)
    assert content["storeCard"]["secondaryFields"][0]["value"] == "Without end"
    assert "expirationDate" not in content
    files = CardLayout(card.design).strings.files()
    assert read_strings(files["de.lproj/pass.strings"])["Without end"] == "Ohne Ende"


@pytest.mark.parametrize(
    ("status", "english", "german"),
    [
        (FaceStatus.ACTIVE, "Active", "Aktiv"),
        (FaceStatus.EXPIRED, "Expired", "Abgelaufen"),
        (FaceStatus.REVOKED, "No longer valid", "Nicht mehr gültig"),
    ],
)
def test_a_status_is_translated(status: FaceStatus, english: str, german: str) -> None:
    card = face(design(field(Shows.STATUS)), status=status)
    shown = made(card)["storeCard"]["secondaryFields"][0]
    assert shown["value"] == english
    german_file = read_strings(CardLayout(card.design).strings.files()["de.lproj/pass.strings"])
    assert german_file[english] == german
    assert german_file[shown["changeMessage"]] == "Beschriftung: %@"


def test_a_percent_sign_in_a_label_is_no_format_specifier() -> None:
    labelled = field(Shows.STATUS, label={"en": "100 %s sure", "de": "Sicher"})
    shown = made(face(design(labelled)))["storeCard"]["secondaryFields"][0]
    assert shown["changeMessage"] == "%@"


def test_a_name_that_equals_a_label_is_not_translated() -> None:
    card = face(design(field(Shows.CUSTOMER_NAME)), customer_name="Label")
    shown = made(card)["storeCard"]["secondaryFields"][0]
    german = read_strings(CardLayout(card.design).strings.files()["de.lproj/pass.strings"])
    assert german[shown["label"]] == "Beschriftung"
    assert shown["value"] not in german


@pytest.mark.parametrize("status", FaceStatus)
def test_only_a_revoked_card_is_voided(status: FaceStatus) -> None:
    content = made(face(design(), status=status))
    assert content.get("voided", False) is (status is FaceStatus.REVOKED)


def test_the_expiration_date_is_in_utc_and_whole_seconds() -> None:
    berlin = timezone(timedelta(hours=2))
    end = datetime(2027, 4, 1, 0, 0, 0, 999_999, tzinfo=berlin)
    assert made(face(design(), valid_until=end))["expirationDate"] == "2027-03-31T22:00:00Z"


def test_an_end_beyond_the_calendar_is_refused_with_its_path() -> None:
    end = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2)))
    with pytest.raises(PassContentError) as refused:
        made(face(design(), valid_until=end))
    assert refused.value.path == "expirationDate"
    assert made(face(design(), valid_until=datetime(1, 1, 1, tzinfo=UTC)))["expirationDate"] == (
        "0001-01-01T00:00:00Z"
    )


@pytest.mark.parametrize(
    ("symbology", "formats"),
    [
        (Symbology.QR, ["PKBarcodeFormatQR"]),
        (Symbology.AZTEC, ["PKBarcodeFormatAztec"]),
        (Symbology.PDF417, ["PKBarcodeFormatPDF417"]),
        (Symbology.CODE128, ["PKBarcodeFormatCode128", "PKBarcodeFormatQR"]),
    ],
)
def test_the_barcode_formats_of_a_design(symbology: Symbology, formats: list[str]) -> None:
    card = face(design(symbology=symbology))
    assert made(card)["barcodes"] == tuple(
        {
            "format": each,
            "message": card.facts.code,
            "messageEncoding": "iso-8859-1",
            "altText": "C-000123",
        }
        for each in formats
    )
    assert "altText" not in made(face(design(code_text=False)))["barcodes"][0]


def test_a_code_that_is_not_ascii_is_refused() -> None:
    with pytest.raises(PassContentError) as refused:
        made(face(design(), code="MC1é"))
    assert refused.value.path == "barcodes[0].message"


def test_links_are_on_the_back_and_escaped() -> None:
    link = DesignLink.model_validate(
        {"label": {"en": "Book", "de": "Buchen"}, "url": "https://club.example/a?b=1&c='x'"}
    )
    back = made(face(design(field(Shows.PLAN, Slot.BACK), links=(link,))))["storeCard"][
        "backFields"
    ]
    assert [each["key"] for each in back] == ["a", "link-1"]
    assert back[1]["value"] == str(link.url)
    assert back[1]["label"] == "Book"
    assert back[1]["attributedValue"].startswith('<a href="https://club.example/a?b=1&amp;c=')
    assert "'x'" not in back[1]["attributedValue"].replace("&#x27;", "").replace("%27", "")


def test_locations_have_their_text() -> None:
    here = Location(latitude=52.52, longitude=13.405, text={"en": "Near", "de": "Nah"})
    there = Location(latitude=-1, longitude=1)
    content = made(face(design(locations=(here, there))))
    assert content["locations"] == (
        {"latitude": 52.52, "longitude": 13.405, "relevantText": "Near"},
        {"latitude": -1.0, "longitude": 1.0},
    )


def test_colours_and_titles() -> None:
    content = made(face(design(background="#1d3557", sharing_prohibited=False)))
    assert content["backgroundColor"] == "rgb(29, 53, 87)"
    assert content["foregroundColor"] == "rgb(255, 255, 255)"
    assert content["logoText"] == "Member card"
    assert content["description"] == "Card of the club"
    assert content["sharingProhibited"] is False


def test_a_field_that_the_design_does_not_have_is_refused() -> None:
    card = face(design(field(Shows.PLAN)))
    strange = card.model_copy(update={"design": design(field(Shows.PLAN, key="b"))})
    with pytest.raises(PassContentError) as refused:
        made(strange)
    assert refused.value.path == "fields.a"
