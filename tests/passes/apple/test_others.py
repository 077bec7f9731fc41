"""Passes of others: the shapes of Apple's samples and of common generators, read without loss."""

import json
from typing import Any

import pytest

from passes.apple.content import check_content, read_content
from passes.errors import PassContentError
from tests.passes.apple.factories import minimal

NOON = "2027-03-31T12:00-08:00"


def of_style(style: str, fields: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Return a pass of a style."""
    content = minimal(**parts)
    del content["storeCard"]
    return {**content, style: fields}


def field(key: str = "a", **parts: Any) -> dict[str, Any]:
    """Return a field."""
    return {"key": key, "label": key.upper(), "value": "x", **parts}


def card(group: str = "backFields", **parts: Any) -> dict[str, Any]:
    """Return a store card with one field."""
    return minimal(storeCard={group: [field(**parts)]})


PLACES = [{"longitude": -122.3748889, "latitude": 37.6189722}]
CODE = {"message": "SFOJFK", "format": "PKBarcodeFormatPDF417", "messageEncoding": "iso-8859-1"}
WEB = {"webServiceURL": "https://example.com/passes/", "authenticationToken": "v" * 33}

SAMPLES: dict[str, dict[str, Any]] = {
    "boarding pass": of_style(
        "boardingPass",
        {
            "transitType": "PKTransitTypeAir",
            "headerFields": [field("gate", value="23", changeMessage="Gate changed to %@.")],
            "primaryFields": [field("depart", value="SFO"), field("arrive", value="JFK")],
            "secondaryFields": [field("passenger")],
            "auxiliaryFields": [
                field("boardingTime", value="2:25 PM", changeMessage="boardingTimeChanged"),
                field("flight"), field("class"), field("date", value="7/22"), field("seat"),
            ],
            "backFields": [field("passport"), field("residence")],
        },
        relevantDate="2012-07-22T14:25-08:00", locations=PLACES, barcode=CODE, **WEB,
        backgroundColor="rgb(22, 55, 110)", foregroundColor="rgb(50,91,185)",
    ),
    "coupon": of_style(
        "coupon",
        {
            "primaryFields": [field("offer", value="20% off")],
            "auxiliaryFields": [
                field("expires", value=NOON, isRelative=True, dateStyle="PKDateStyleShort")
            ],
        },
        barcode=CODE, locations=PLACES, **WEB,
    ),
    "event ticket": of_style(
        "eventTicket",
        {
            "primaryFields": [field("event")],
            "secondaryFields": [field("loc")],
            "auxiliaryFields": [field("one", row=0), field("two", row=1)],
        },
        relevantDate=NOON, locations=PLACES, barcode=CODE, **WEB,
    ),
    "poster of an event": of_style(
        "eventTicket",
        {
            "headerFields": [field("date")],
            "primaryFields": [field("name")],
            "additionalInfoFields": [
                field("phone", dataDetectorTypes=["PKDataDetectorTypePhoneNumber"]),
                field("link", attributedValue='<a href="https://a.example">Open</a>'),
            ],
        },
        backgroundColor="#ffffff", foregroundColor="#000", labelColor="#FF0000",
        footerBackgroundColor="#102030", suppressHeaderDarkening=True, useAutomaticColors=True,
        preferredStyleSchemes=["posterEventTicket", "eventTicket"], eventLogoText="Club",
        directionsInformationURL="https://a.example/way", bagPolicyURL="https://a.example/bags",
        contactVenueEmail="info@a.example", contactVenuePhoneNumber="+1 555 0100",
        auxiliaryStoreIdentifiers=[123456789],
        relevantDates=[{"startDate": NOON, "endDate": "2027-03-31T20:00-08:00"}],
        semantics={
            "eventType": "PKEventTypeLivePerformance", "venuePlaceID": "IB452E0A3979253B0",
            "seats": [{"seatNumber": "5", "seatSectionColor": "#FFD700"}],
            "airplay": [{"airplayDeviceGroupToken": "t"}],
        },
        upcomingPassInformation=[{
            "type": "event", "identifier": "b", "name": "Second night", "isActive": True,
            "dateInformation": {"date": NOON, "timeZone": "Europe/Rome", "isAllDay": True},
            "additionalInfoFields": [field("line")], "backFields": [field("more")],
            "URLs": {"merchandiseURL": "https://a.example/shop"},
            "images": {"venueMap": {"reuseExisting": True}},
            "semantics": {"venueName": "Hall"},
        }],
    ),
    "boarding pass of iOS 26": of_style(
        "boardingPass", {"transitType": "PKTransitTypeAir"},
        preferredStyleSchemes=["semanticBoardingPass", "boardingPass"],
        upgradeURL="https://a.example/up", entertainmentURL="https://a.example/films",
        orderFoodURL="https://a.example/food", transitProviderPhoneNumber="+1 555 0100",
        semantics={"airlineCode": "FI", "flightNumber": 533, "departureGate": "A12"},
    ),
    "generic": of_style(
        "generic",
        {
            "primaryFields": [field("member")],
            "secondaryFields": [field("subtitle", value="2012")],
            "auxiliaryFields": [
                field("level"), field("favorite", textAlignment="PKTextAlignmentRight"),
            ],
            "backFields": [
                field("spelled", value=200, numberStyle="PKNumberStyleSpellOut"),
                field("reals", value=200, currencyCode="BRL"),
                field("full date", value=NOON, dateStyle="PKDateStyleFull"),
                field("full time", value=NOON, timeStyle="PKDateStyleFull"),
                field("both", value=NOON, dateStyle="PKDateStyleShort",
                      timeStyle="PKDateStyleShort"),
                field("relative", value=NOON, dateStyle="PKDateStyleShort", isRelative=True),
            ],
        },
        barcode=CODE, **WEB,
    ),
    "store card": minimal(
        storeCard={
            "primaryFields": [field("balance", value=21.75, currencyCode="USD")],
            "auxiliaryFields": [field("level"), field("usual")],
            "backFields": [field("terms", value="Terms")],
        },
        logoText="Organic Produce", barcode=CODE, barcodes=[CODE], locations=PLACES, **WEB,
        backgroundColor="rgb( 55,117 , 50 )",
    ),
    "an older name of a date": minimal(relevantDates=[{"relevantDate": NOON}]),
    "both names of a date": minimal(relevantDates=[{"relevantDate": NOON, "date": NOON}]),
    "a key as message": card(changeMessage="BALANCE_CHANGED"),
    "no message": card(changeMessage=""),
    "capitals in a colour": minimal(labelColor="#AbCdEf"),
}  # fmt: skip

FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("no transit type", of_style("boardingPass", {}), "boardingPass.transitType"),
    ("a wrong transit type", of_style("boardingPass", {"transitType": "air"}),
     "boardingPass.transitType"),
    ("three primary fields", of_style("boardingPass", {
        "transitType": "PKTransitTypeBus", "primaryFields": [field(each) for each in "abc"]}),
     "boardingPass.primaryFields"),
    ("two styles", of_style("coupon", {}, eventTicket={}), "eventTicket"),
    ("beside a store card", {**minimal(), "coupon": {}}, "coupon"),
    ("a key twice", of_style("coupon", {"headerFields": [field()], "backFields": [field()]}),
     "coupon.backFields[0].key"),
    ("a key of events", of_style("coupon", {}, bagPolicyURL="https://a.example"), "bagPolicyURL"),
    ("a key of flights", of_style("eventTicket", {}, upgradeURL="https://a.example"),
     "upgradeURL"),
    ("an unknown key", of_style("eventTicket", {}, surprise=1), "surprise"),
    ("an unknown group", of_style("coupon", {"additionalInfoFields": []}),
     "coupon.additionalInfoFields"),
    ("no address", of_style("eventTicket", {}, sellURL="sell"), "sellURL"),
    ("an unknown form", of_style("eventTicket", {}, preferredStyleSchemes=["new"]),
     "preferredStyleSchemes[0]"),
    ("an event without a name", of_style("eventTicket", {}, upcomingPassInformation=[
        {"type": "event", "identifier": "a"}]), "upcomingPassInformation[0].name"),
    ("no date", of_style("coupon", {"backFields": [
        field(dateStyle="PKDateStyleShort", value="24.04.2013")]}), "coupon.backFields[0].value"),
    ("nothing but relative", card(value=NOON, isRelative=True),
     "storeCard.backFields[0].dateStyle"),
    ("a message without a value", card(changeMessage="It has changed"),
     "storeCard.backFields[0].changeMessage"),
    ("two dates", minimal(relevantDates=[{"relevantDate": NOON, "date": "2027-04-01T12:00Z"}]),
     "relevantDates[0].relevantDate"),
    ("seven digits", minimal(labelColor="#1234567"), "labelColor"),
    ("a colour of a seat", minimal(semantics={"seats": [{"seatSectionColor": "gold"}]}),
     "semantics.seats[0].seatSectionColor"),
]  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_a_pass_of_others_is_read_without_loss(name: str) -> None:
    sample = SAMPLES[name]
    taken = read_content(json.dumps(sample))
    assert read_content(b"\xef\xbb\xbf" + json.dumps(sample).encode()) == taken
    assert read_content(taken.as_json()) == taken
    written = json.loads(taken.as_json())
    if name.endswith("of a date"):
        sample = minimal(relevantDates=[{"date": NOON}])
    assert without_empty(written) == without_empty(sample)


@pytest.mark.parametrize(
    ("wrong", "path"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS]
)
def test_a_fault_of_a_pass_of_others_has_its_path(wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(PassContentError) as refused:
        read_content(json.dumps(wrong))
    assert refused.value.path == path
    assert refused.value.message


@pytest.mark.parametrize("style", ["boardingPass", "coupon", "eventTicket"])
def test_other_styles_are_read_and_not_made(style: str) -> None:
    with pytest.raises(PassContentError) as refused:
        check_content(of_style(style, {}))
    assert refused.value.path in {"storeCard", style}


def without_empty(value: Any) -> Any:
    """Return JSON without empty lists of fields, which are written for groups that are absent."""
    if isinstance(value, dict):
        return {key: without_empty(each) for key, each in value.items() if each != []}
    if isinstance(value, list):
        return [without_empty(each) for each in value]
    return value
