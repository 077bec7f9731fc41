"""Links on the back of a card: pages, telephone numbers and email addresses."""

import json
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from passes.apple.face import CardLayout
from passes.apple.issue import AppleIssue
from passes.design import Design, DesignLink
from passes.google.face import loyalty_class
from passes.google.issue import GoogleIssue
from tests.passes.cards import design, face

APPLE = AppleIssue(
    pass_type_id="pass.example.club",
    team_id="A1B2C3D4E5",
    web_service_url=None,
    auth_token=None,
    organization_name="Club",
)
GOOGLE = GoogleIssue(
    issuer_id="3388000000012345678",
    design_id=UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7"),
    logo_url="https://cards.example/logo.png",
)
LINKS = {
    "page": ("https://club.example/a?b=1&c=2", "https://club.example/a?b=1&c=2",
             "club.example/a?b=1&amp;c=2", "https://club.example/a?b=1&c=2"),
    "number": ("tel:+49 30 (123) 45-6", "tel:+4930123456", "+4930123456", "+4930123456"),
    "from home and abroad": ("tel:+49 (0)30 123\u201145", "tel:+493012345", "+493012345",
                             "+493012345"),
    "from home, encoded": ("tel:+49%20(0)%2030-123", "tel:+4930123", "+4930123", "+4930123"),
    "at home": ("tel:(030) 123", "tel:030123", "030123", "030123"),
    "short number": ("TEL:112", "tel:112", "112", "112"),
    "extension": ("tel:+4930123;ext=45", "tel:+4930123;ext=45", "+4930123", "+4930123"),
    "address": ("mailto:info@club.example", "mailto:info@club.example", "info@club.example",
                "info@club.example"),
    "subject": ("mailto:info@club.example?subject=New card",
                "mailto:info@club.example?subject=New%20card", "info@club.example",
                "info@club.example"),
    "umlauts": ("mailto:jürgen@bücher.example", "mailto:j%C3%BCrgen@b%C3%BCcher.example",
                "jürgen@bücher.example", "jürgen@bücher.example"),
}  # fmt: skip
"""What is entered, stored, read on the phone, and read where there are no links."""

WRONG = {
    "script": "javascript:alert(1)",
    "data": "data:text/html,x",
    "message": "sms:+4930123",
    "no number": "tel:",
    "letters": "tel:club",
    "two numbers": "tel:+4930123,+4930124",
    "a long number": "tel:+1234567890123456",
    "a query of a number": "tel:+4930123?x=1",
    "a place in a number": "tel:+4930123#1",
    "a line break in an address": "mailto:info%0D%0Abcc@club.example",
    "a null in an address": "mailto:%00info@club.example",
    "another direction in an address": "mailto:%E2%80%AEinfo@club.example",
    "two addresses, encoded": "mailto:a@b.example%2Cc@d.example",
    "no text, encoded": "mailto:%ff@club.example",
    "a place in an address": "mailto:info@club.example#1",
    "no address": "mailto:",
    "half an address": "mailto:info",
    "two addresses": "mailto:a@b.example,c@d.example",
    "no scheme": "club.example",
    "too long": "mailto:" + "a" * 2100 + "@b.example",
}


def made(url: str) -> Design:
    """Return a design with one link."""
    return design(links=({"label": {"en": "Ask us", "ar": "اسألنا"}, "url": url},))


def on_the_back(drawn: Design) -> dict[str, Any]:
    """Return the link of a pass for Apple Wallet."""
    content = CardLayout(drawn).content(face(drawn), APPLE)
    (link,) = json.loads(content.as_json())["storeCard"]["backFields"]
    assert isinstance(link, dict)
    return link


@pytest.mark.parametrize("kind", LINKS)
def test_a_link_is_stored_and_on_the_back_of_both_wallets(kind: str) -> None:
    url, stored, shown, plain = LINKS[kind]
    drawn = made(url)
    assert drawn.model_dump(mode="json")["links"][0]["url"] == stored
    assert Design.stored(drawn.model_dump(mode="json")) == drawn
    link = on_the_back(drawn)
    href = stored.replace("&", "&amp;")
    assert (link["label"], link["value"]) == ("Ask us", plain)
    assert link["attributedValue"] == f'<a href="{href}">{shown}</a>'
    scheme = stored.split(":")[0]
    assert link.get("dataDetectorTypes") == {
        "tel": ["PKDataDetectorTypePhoneNumber"],
        "mailto": ["PKDataDetectorTypeLink"],
    }.get(scheme)
    (uri,) = loyalty_class(drawn, "Club", GOOGLE).as_json()["linksModuleData"]["uris"]
    assert (uri["uri"], uri["localizedDescription"]["defaultValue"]["value"]) == (stored, "Ask us")


@pytest.mark.parametrize("kind", WRONG)
def test_what_a_phone_cannot_follow_is_refused(kind: str) -> None:
    with pytest.raises(ValidationError) as refused:
        DesignLink.model_validate({"label": {"en": "Ask"}, "url": WRONG[kind]})
    assert {each["loc"] for each in refused.value.errors()} == {("url",)}
