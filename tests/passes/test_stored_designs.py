"""A design that was stored once can be read for good: cards on phones are drawn from it.

Versions of a design are never rewritten. ``Design`` may become stricter for what arrives; what is
stored is read by its form, without today's limits.
"""

import json
from typing import Any

import pytest
from pydantic import ValidationError

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


LONG = "x" * 2000
TIGHTENED: dict[str, dict[str, Any]] = {
    "a longer text": {"title": {"en": LONG}},
    "no text at all": {"title": {}},
    "characters that are refused today": {"description": {"en": "a\u202eb\x07"}},
    "more fields in a slot": {
        "fields": [
            {"key": f"k{n}", "slot": "header", "shows": "plan", "label": {"en": "Plan"}}
            for n in range(40)
        ]
    },
    "a key twice": {"fields": [EVERYTHING["fields"][0]] * 2},
    "a key of another form": {"fields": [{**EVERYTHING["fields"][0], "key": "Mit Leer"}]},
    "a text where none is shown": {
        "fields": [{**EVERYTHING["fields"][0], "text": {"en": "surplus"}}]
    },
    "a colour by name": {"background": "navy"},
    "a tag of another form": {"images": {"icon": "icon.png"}},
    "more links and places": {
        "links": EVERYTHING["links"] * 30,
        "locations": [{"latitude": 200.0, "longitude": 400.0, "text": None}] * 30,
    },
    "a symbology that is too short": {"code": "signed", "symbology": "code128"},
    "many languages": {"languages": ["en", "de"] * 20},
}


@pytest.mark.parametrize("name", TIGHTENED)
def test_what_is_refused_today_stays_readable(name: str) -> None:
    stored = EVERYTHING | TIGHTENED[name]
    with pytest.raises(ValidationError):
        Design.model_validate(stored)
    for read in (Design.stored(stored), Design.stored(json.dumps(stored))):
        assert isinstance(read, Design)
        assert {key: read.model_dump(mode="json")[key] for key in TIGHTENED[name]} == {
            key: Design.stored(stored).model_dump(mode="json")[key] for key in TIGHTENED[name]
        }
        for key, value in TIGHTENED[name].items():
            if isinstance(value, str | dict):
                assert read.model_dump(mode="json")[key] == value


def test_a_key_that_is_not_known_any_more_is_dropped() -> None:
    stored = EVERYTHING | {"sparkles": True, "links": [{**EVERYTHING["links"][0], "icon": "x"}]}
    assert Design.stored(stored) == Design.model_validate(EVERYTHING)


@pytest.mark.parametrize("content", [EVERYTHING, standard_design().model_dump(mode="json")])
def test_reading_what_is_right_today_gives_the_same(content: dict[str, Any]) -> None:
    strict = Design.model_validate(content)
    assert Design.stored(content) == strict
    assert Design.stored(json.dumps(content)) == strict


@pytest.mark.parametrize(
    "content", [{}, [], "", "{", None, 7, {"title": 5}, EVERYTHING | {"kind": "poster"}]
)
def test_what_is_no_design_is_none(content: object) -> None:
    with pytest.raises(ValidationError):
        Design.stored(content)
