"""What is said of the online signup, how its colours are judged, and what is read as keys."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_client.errors import Refused
from api_client.messages.scan import FieldFault, Problem
from kiosk.staff.forms.site_keys import LARGEST, read_keys, text_of
from kiosk.staff.words.signup import (
    JoinSettings,
    failures_of,
    places_of,
    request_of,
    settings_of,
    sites_of,
)
from kiosk.staff.words.signup_colours import READABLE, contrast, join_looks
from kiosk.staff.words.site_keys import key_lines
from kiosk.texts import Texts
from tests.kiosk.answers import NOON
from tests.kiosk.staff.desk_messages import SITE_KEY, keys, signup

EN, DE = Texts("en"), Texts("de")
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def refused(*faults: tuple[str, str], detail: str = "") -> Problem:
    """A refusal with faults of fields."""
    errors = tuple(FieldFault(field=field, message=message) for field, message in faults)
    return Problem(title="Invalid", status=422, detail=detail, code="invalid", errors=errors)


def test_settings_are_shown_and_sent_as_they_are_stored() -> None:
    view = signup(terms_url="https://club.example/terms")
    sent = request_of(settings_of(view))
    assert sent["allowed_origins"] == ["https://www.club.example"]
    assert {k: v for k, v in sent.items() if k != "allowed_origins"} == {
        "open": True, "member_page": True, "accent": "#00695c", "background": "#ffffff",
        "terms_url": "https://club.example/terms", "privacy_url": None,
    }  # fmt: skip


def test_blank_lines_name_no_site() -> None:
    typed = JoinSettings(
        True, True, "\n https://a.example \n\n\thttps://b.example\n", "", "", "", ""
    )
    assert sites_of(typed) == ["https://a.example", "https://b.example"]


def test_without_a_public_address_it_is_said_what_to_set() -> None:
    places = places_of(signup(page_url=None, snippet=None), EN)
    assert (places.page_url, places.snippet) == ("", "")
    assert "WALLETDESK_PUBLIC_URL" in places.missing
    assert places_of(signup(), EN).missing == ""


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (
            [("body.allowed_origins.1", "Value error, must begin with https:// (http:// for "
              "localhost only)")],
            {"allowed_origins": "http://b: muss mit https:// beginnen"},
        ),
        (
            [("body.allowed_origins.0", "Value error, something new"),
             ("body.allowed_origins.1", "Value error, must be an origin alone: no path, query or "
              "user")],
            {"allowed_origins": "https://a/x: something new\n"
             "http://b: muss allein die Adresse der Website sein, ohne eine Seite"},
        ),
        (
            [("body.allowed_origins", "Tuple should have at most 20 items")],
            {"allowed_origins": "Höchstens 20 Websites."},
        ),
        (
            [("body.accent", "String should match pattern"), ("body.terms_url", "no match")],
            {"accent": "Bitte eine Farbe wie #00695c eingeben.",
             "terms_url": "Bitte eine Adresse eingeben, die mit https:// beginnt, oder nichts."},
        ),
        ([("body.new_field", "is wrong")], {"": "body.new_field: is wrong"}),
        ([], {"": "The whole is refused."}),
    ],
)  # fmt: skip
def test_a_fault_is_told_at_its_field(faults: list[tuple[str, str]], said: dict[str, str]) -> None:
    problem = refused(*faults, detail="The whole is refused.")
    assert failures_of(problem, ["https://a/x", "http://b"], DE) == said


def test_keys_tell_since_when_and_whether_they_are_good() -> None:
    lines = key_lines(keys(None, NOON), EN, "Europe/Berlin")
    assert [(line.kid, line.below, line.good) for line in lines] == [
        ("site-0", "EdDSA · since Nov 24, 2026", True),
        ("site-1", "EdDSA · since Nov 24, 2026 · revoked Nov 24, 2026", False),
    ]


@pytest.mark.parametrize(
    ("accent", "background", "good", "said"),
    [
        ("#00695c", "#ffffff", True, "contrast of the text 21.0 : 1, of the button 6.6 : 1"),
        ("#f2e9c9", "#ffffff", False, "its contrast is 1.2 : 1, at least 3.0 : 1 is needed"),
        ("#e07000", "#ffffff", True, "links are shown in a stronger shade"),
        ("#101010", "#000000", False, "hardly stands out"),
    ],
)
def test_colours_are_judged(accent: str, background: str, good: bool, said: str) -> None:
    looks = join_looks(accent, background, EN)
    assert looks is not None
    assert looks.good is good
    assert said in looks.sentence


@pytest.mark.parametrize("typed", ["", "#fff", "red", "#00695", "#00695c0", "#00695c\n"])
def test_half_a_colour_is_not_judged(typed: str) -> None:
    assert join_looks(typed, "#ffffff", EN) is None
    assert join_looks("#ffffff", typed, EN) is None


@given(COLOURS, COLOURS)
def test_text_can_be_read_on_any_colours(accent: str, background: str) -> None:
    looks = join_looks(accent, background, EN)
    assert looks is not None
    assert contrast(looks.ink, looks.ground) >= READABLE
    assert contrast(looks.on_accent, looks.accent) >= READABLE
    assert contrast(accent, background) == contrast(background, accent)


@pytest.mark.parametrize("given_text", [{"keys": [SITE_KEY]}, SITE_KEY])
def test_a_set_of_keys_or_a_single_one_is_read(given_text: dict[str, Any]) -> None:
    assert read_keys(json.dumps(given_text), EN) == [SITE_KEY]
    assert json.loads(text_of(b"\xef\xbb\xbf" + json.dumps(given_text).encode(), EN)) == given_text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "has no keys"),
        ("{}", "has no keys"),
        ('{"keys": []}', "has no keys"),
        ('{"keys": [7]}', "has no keys"),
        ('{"keys": {"kty": "OKP"}}', "has no keys"),
        (json.dumps({"keys": [SITE_KEY, SITE_KEY | {"d": "secret"}]}), "private key"),
        (json.dumps({"kty": "oct", "k": "secret"}), "private key"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "private key"),
    ],
)
def test_what_is_no_public_key_is_not_sent_nor_told(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as caught:
        read_keys(text, EN)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"\xff\xfe\x00", "it is not text"), (b" " * (LARGEST + 1), "too large"), (b"x", "not JSON")],
)
def test_what_is_no_file_of_keys_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        text_of(data, EN)
