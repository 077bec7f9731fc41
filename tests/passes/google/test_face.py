"""Classes and objects: their contents, and conformance to Google's discovery document."""

import json
from typing import Any

import pytest

from membership.wallet.designs.standard import standard_design
from passes.codes.barcode import CardAlias
from passes.codes.rotating import RotatingSecret
from passes.design import CodeForm, DesignLink, Location, Shows, Slot, Symbology
from passes.errors import PassContentError
from passes.google.face import loyalty_class, loyalty_object
from passes.google.issue import GoogleIssue
from passes.google.loyalty import LoyaltyClass, LoyaltyObject
from passes.google.parts import parse_part
from passes.words import FaceStatus
from tests.fakes.discovery import faults
from tests.passes.google.faces import CARD, CODE, DESIGN, ISSUE, KEY, design, face, field

ALIAS = CardAlias("MC3" + "5" + "K" * 25)
SECRET = RotatingSecret(ALIAS, KEY)
RICH = design(
    field("status", Slot.HEADER, Shows.STATUS),
    field("plan", Slot.PRIMARY, Shows.PLAN),
    field("member", Slot.SECONDARY, Shows.CUSTOMER_NAME),
    field("ends", Slot.SECONDARY, Shows.VALID_UNTIL),
    field("company", Slot.AUXILIARY, Shows.COMPANY),
    field("number", Slot.BACK, Shows.CUSTOMER_NUMBER),
    field("rules", Slot.BACK, Shows.TEXT, text={"en": "No shoes", "de": "Keine Schuhe"}),
    links=(DesignLink(label={"en": "Classes", "de": "Kurse"}, url="https://club.example/a?b=c"),),
    locations=(Location(latitude=52.52, longitude=13.4),),
)


def texts(modules: list[dict[str, Any]], language: str = "en") -> dict[str, str]:
    """Return the bodies of text modules by id, as shown in a language."""
    found = {}
    for each in modules:
        body = each["localizedBody"]
        said = [body["defaultValue"], *body.get("translatedValues", [])]
        found[each["id"]] = next(
            (one["value"] for one in said if one["language"] == language), said[0]["value"]
        )
    return found


def test_class_and_object_conform_to_the_discovery_document() -> None:
    for each in (RICH, standard_design(), design()):
        for code in (CodeForm.CARD, CodeForm.ROTATING):
            drawn = each.model_copy(update={"code": code})
            made = loyalty_class(drawn, "Club", ISSUE)
            card = loyalty_object(face(drawn), ISSUE, SECRET)
            assert faults("LoyaltyClass", made.as_json()) == []
            assert faults("LoyaltyClass", made.as_patch(), patch=True) == []
            assert faults("LoyaltyObject", card.as_json()) == []
            assert faults("LoyaltyObject", card.as_patch(), patch=True) == []


def test_the_check_against_the_discovery_document_finds_each_kind_of_error() -> None:
    good = loyalty_object(face(RICH), ISSUE).as_json()
    for change, fault in (
        ({"colour": "red"}, "colour: there is no such key in LoyaltyObject"),
        ({"state": "GOOD"}, "state: 'GOOD' is none of the values"),
        ({"accountName": 7}, "accountName: int where string is wanted"),
        ({"accountId": None}, "accountId: null"),
        ({"textModulesData": {}}, "textModulesData: not a list"),
        ({"textModulesData": [{"title": ""}]}, "textModulesData[0].title: there is no such key"),
        ({"version": "1"}, "version: deprecated"),
        ({"hasUsers": "yes"}, "hasUsers: str where boolean is wanted"),
    ):
        assert faults("LoyaltyObject", good | change)[0].startswith(fault)
    del good["classId"]
    assert faults("LoyaltyObject", good) == ["classId: required, and missing"]


def test_a_class_has_what_all_cards_share() -> None:
    made = loyalty_class(RICH, "Club", ISSUE).as_json()
    assert made["id"] == f"3388000000022222222.{DESIGN}"
    assert (made["issuerName"], made["programName"]) == ("Club", "Member card")
    german = made["localizedProgramName"]["translatedValues"]
    assert german == [{"language": "de", "value": "Mitgliedskarte"}]
    assert made["programLogo"]["sourceUri"]["uri"] == ISSUE.logo_url
    assert made["hexBackgroundColor"] == "#1d3557"
    assert texts(made["textModulesData"], "de") == {"rules": "Keine Schuhe"}
    assert made["linksModuleData"]["uris"][0]["uri"] == "https://club.example/a?b=c"
    assert made["merchantLocations"] == [{"latitude": 52.52, "longitude": 13.4}]
    assert made["multipleDevicesAndHoldersAllowedStatus"] == "ONE_USER_ALL_DEVICES"
    shared = RICH.model_copy(update={"sharing_prohibited": False})
    status = loyalty_class(shared, "Club", ISSUE).multiple_devices_and_holders_allowed_status
    assert status == "MULTIPLE_HOLDERS"


def test_rows_refer_to_each_field() -> None:
    made = loyalty_class(RICH, "Club", ISSUE).as_json()
    rows = made["classTemplateInfo"]["cardTemplateOverride"]["cardRowTemplateInfos"]
    paths = [
        [item["firstValue"]["fields"][0]["fieldPath"] for item in next(iter(row.values())).values()]
        for row in rows
    ]
    assert paths == [
        ["object.textModulesData['status']", "object.textModulesData['plan']"],
        ["object.accountName", "object.textModulesData['ends']"],
        ["object.textModulesData['company']"],
    ]
    crowded = design(*(field(f"a{n}", Slot.AUXILIARY, Shows.PLAN) for n in range(4)))
    made = loyalty_class(crowded, "Club", ISSUE).as_json()
    rows = made["classTemplateInfo"]["cardTemplateOverride"]["cardRowTemplateInfos"]
    assert [list(row) for row in rows] == [["threeItems"]]


def test_an_object_has_the_values_of_its_card() -> None:
    card = loyalty_object(face(RICH), ISSUE).as_json()
    assert (card["id"], card["classId"]) == (f"3388000000022222222.{CARD}", ISSUE.class_id)
    assert (card["accountName"], card["accountId"]) == ("Amara Okafor", "C-000123")
    assert texts(card["textModulesData"], "de") == {
        "status": "Aktiv", "plan": "Gold", "ends": "31.03.2027",
    }  # fmt: skip
    assert texts(card["textModulesData"], "fr")["ends"] == "Mar 31, 2027"
    assert card["barcode"] == {"type": "QR_CODE", "value": CODE, "alternateText": "C-000123"}
    assert card["validTimeInterval"] == {
        "start": {"date": "2027-01-01T23:00:00Z"},
        "end": {"date": "2027-03-31T22:00:00Z"},
    }


def test_facts_that_a_design_does_not_show_are_not_sent() -> None:
    plain = design(code_text=False)
    card = json.dumps(loyalty_object(face(plain), ISSUE).as_json())
    assert "Amara" not in card
    assert "C-000123" not in card


@pytest.mark.parametrize(
    ("status", "state", "timed"),
    [
        (FaceStatus.ACTIVE, "ACTIVE", True),
        (FaceStatus.EXPIRED, "EXPIRED", True),
        (FaceStatus.NOT_YET_STARTED, "ACTIVE", True),
        (FaceStatus.NO_MEMBERSHIP, "ACTIVE", False),
        (FaceStatus.BLOCKED, "ACTIVE", False),
        (FaceStatus.REVOKED, "INACTIVE", False),
    ],
)
def test_the_state_and_interval_of_each_status(status: FaceStatus, state: str, timed: bool) -> None:
    card = loyalty_object(face(RICH, status=status), ISSUE).as_json()
    assert card["state"] == state
    assert ("validTimeInterval" in card) is timed


def test_a_patch_clears_absent_fields() -> None:
    unlimited = face(RICH, valid_until=None, last_day=None)
    patch = loyalty_object(unlimited, ISSUE).as_patch()
    assert patch["validTimeInterval"]["end"] is None
    assert patch["rotatingBarcode"] is None
    assert loyalty_class(design(), "Club", ISSUE).as_patch()["linksModuleData"] is None


def test_a_rotating_code_has_no_static_code_beside_it() -> None:
    rotating = RICH.model_copy(update={"code": CodeForm.ROTATING})
    card = loyalty_object(face(rotating), ISSUE, SECRET).as_json()
    assert "barcode" not in card
    assert card["rotatingBarcode"] == {
        "type": "QR_CODE",
        "valuePattern": f"{ALIAS.text}-{{totp_timestamp_seconds}}-{{totp_value_0}}",
        "alternateText": "C-000123",
        "totpDetails": {
            "algorithm": "TOTP_SHA1",
            "periodMillis": "30000",
            "parameters": [{"key": "3132333435363738393031323334353637383930", "valueLength": 8}],
        },
    }
    with pytest.raises(PassContentError) as refused:
        loyalty_object(face(rotating), ISSUE)
    assert refused.value.path == "rotatingBarcode.totpDetails.parameters[0].key"


def test_the_key_is_not_in_the_repr() -> None:
    rotating = RICH.model_copy(update={"code": CodeForm.ROTATING})
    assert KEY.hex().upper() not in repr(loyalty_object(face(rotating), ISSUE, SECRET))


def test_fields_above_the_limit_share_the_last_text_module() -> None:
    many = design(*(field(f"b{n:02}", Slot.BACK, Shows.PLAN) for n in range(12)))
    modules = loyalty_object(face(many), ISSUE).as_json()["textModulesData"]
    assert len(modules) == 10
    assert texts(modules, "de")["more-fields"].splitlines() == [
        "B09 (de): Gold", "B10 (de): Gold", "B11 (de): Gold",
    ]  # fmt: skip
    ten = design(*(field(f"b{n:02}", Slot.BACK, Shows.PLAN) for n in range(10)))
    modules = loyalty_object(face(ten), ISSUE).as_json()["textModulesData"]
    assert [each["id"] for each in modules] == [f"b{n:02}" for n in range(10)]


def test_every_symbology_has_a_barcode_type() -> None:
    names = []
    for each in Symbology:
        drawn = design(symbology=each)
        names.append(loyalty_object(face(drawn), ISSUE).as_json()["barcode"]["type"])
    assert names == ["QR_CODE", "AZTEC", "PDF_417", "CODE_128"]


CLASS = loyalty_class(RICH, "Club", ISSUE).as_json()
OBJECT = loyalty_object(face(RICH), ISSUE).as_json()


@pytest.mark.parametrize(
    ("kind", "content", "change", "path"),
    [
        (LoyaltyClass, CLASS, {"colour": "red"}, "colour"),
        (LoyaltyClass, CLASS, {"id": "club.member"}, "id"),
        (LoyaltyClass, CLASS, {"programName": ""}, "programName"),
        (LoyaltyClass, CLASS, {"hexBackgroundColor": "red"}, "hexBackgroundColor"),
        (LoyaltyClass, CLASS, {"programLogo": {"sourceUri": {"uri": "logo.png"}}},
         "programLogo.sourceUri.uri"),
        (LoyaltyClass, CLASS, {"programLogo": {"sourceUri": {"uri": "ftp://club.example/a"}}},
         "programLogo.sourceUri.uri"),
        (LoyaltyClass, CLASS, {"merchantLocations": [{"latitude": 91.0, "longitude": 0.0}]},
         "merchantLocations[0].latitude"),
        (LoyaltyClass, CLASS, {"merchantLocations": [{"latitude": 1, "longitude": 1}] * 11},
         "merchantLocations"),
        (LoyaltyClass, CLASS, {"textModulesData": CLASS["textModulesData"] * 2}, ""),
        (LoyaltyClass, CLASS, {"linksModuleData": {"uris": []}}, "linksModuleData.uris"),
        (LoyaltyClass, CLASS, {"classTemplateInfo": {"cardTemplateOverride":
            {"cardRowTemplateInfos": [{}]}}},
         "classTemplateInfo.cardTemplateOverride.cardRowTemplateInfos[0]"),
        (LoyaltyObject, OBJECT, {"state": "GOOD"}, "state"),
        (LoyaltyObject, OBJECT, {"state": None}, "state"),
        (LoyaltyObject, OBJECT, {"accountName": 7}, "accountName"),
        (LoyaltyObject, OBJECT, {"barcode": None}, ""),
        (LoyaltyObject, OBJECT, {"validTimeInterval": {"end": {"date": "2027-03-31"}}},
         "validTimeInterval.end.date"),
    ],
)  # fmt: skip
def test_invalid_resources_are_refused_with_their_path(
    kind: Any, content: dict[str, Any], change: dict[str, Any], path: str
) -> None:
    assert parse_part(kind, content).as_json() == content
    with pytest.raises(PassContentError) as refused:
        parse_part(kind, content | change)
    assert refused.value.path == path


def test_two_codes_are_refused() -> None:
    rotating = RICH.model_copy(update={"code": CodeForm.ROTATING})
    with pytest.raises(PassContentError, match="either a barcode or a rotatingBarcode"):
        parse_part(LoyaltyObject, loyalty_object(face(rotating), ISSUE, SECRET).as_json() | OBJECT)


@pytest.mark.parametrize("issuer", ["", "club", "-1", "1" * 21, "12 3"])
def test_an_issuer_is_a_number(issuer: str) -> None:
    with pytest.raises(PassContentError, match="issuerId"):
        GoogleIssue(issuer_id=issuer, design_id=DESIGN, logo_url="https://club.example/l.png")
