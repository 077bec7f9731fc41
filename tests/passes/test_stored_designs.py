"""A design that was stored once can be read for good: cards on phones are drawn from it.

Versions of a design are never rewritten. Who makes ``Design`` stricter must turn what is stored
into what is then right; until that is done, these fail.
"""

import json
from typing import Any

import pytest

from membership.wallet.designs.standard import standard_design
from passes.design import Design

EVERYTHING: dict[str, Any] = {
    "kind": "generic",
    "title": {"en": "Gold card", "de": "Goldkarte"},
    "description": {"en": "Gold card of the club"},
    "languages": ["en", "de"],
    "background": "#1d3557",
    "foreground": "#ffffff",
    "label": "#c9d6e6",
    "images": {"icon": "a" * 64, "logo": "b" * 64, "strip": "c" * 64, "thumbnail": "d" * 64},
    "fields": [
        {
            "key": shows,
            "slot": slot,
            "shows": shows,
            "label": {"en": "Label"},
            "text": {"en": "Words", "de": "Worte"} if shows == "text" else None,
        }
        for shows, slot in {
            "status": "header",
            "plan": "primary",
            "customer_name": "secondary",
            "valid_until": "secondary",
            "company": "auxiliary",
            "valid_from": "auxiliary",
            "text": "back",
            "customer_number": "back",
            "permissions": "back",
            "organization": "back",
        }.items()
    ],
    "links": [{"label": {"en": "Book"}, "url": "https://club.example/classes"}],
    "locations": [{"latitude": 52.52, "longitude": 13.405, "text": {"en": "You are near"}}],
    "code": "rotating",
    "symbology": "qr",
    "code_text": False,
    "sharing_prohibited": False,
}
"""A design as the first version stored it, with every field."""


def test_a_design_of_the_first_version_round_trips() -> None:
    design = Design.model_validate(EVERYTHING)
    assert design.model_dump(mode="json") == EVERYTHING


@pytest.mark.parametrize("code", ["card", "signed", "rotating"])
@pytest.mark.parametrize("symbology", ["qr", "aztec", "pdf417"])
def test_every_form_of_code_can_be_loaded(code: str, symbology: str) -> None:
    stored = EVERYTHING | {"code": code, "symbology": symbology}
    assert Design.model_validate_json(json.dumps(stored)).code == code


def test_the_standard_design_is_unchanged() -> None:
    """Organizations have stored it: a field that is dropped is still on their cards."""
    stored = standard_design().model_dump(mode="json")
    assert Design.model_validate(stored) == standard_design()
    assert {field["shows"] for field in stored["fields"]} <= {
        field["shows"] for field in EVERYTHING["fields"]
    }
