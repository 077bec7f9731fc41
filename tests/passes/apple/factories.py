"""Content, designs and signers for the tests of passes of Apple Wallet."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from PIL import Image

from passes.apple.issue import AppleIssue
from passes.card import CardFace, CardFacts, face_of
from passes.design import (
    MAX_FIELDS,
    CardKind,
    CodeForm,
    Design,
    DesignField,
    ImageRole,
    Shows,
    Slot,
    Symbology,
)
from passes.images import fit_picture
from passes.words import FaceStatus

CARD = UUID("0f5c7a1e-9d1b-4c57-8e52-3a64b1f0c9d2")
TOKEN = "a-token-of-this-very-card"
ISSUE = AppleIssue(
    pass_type_id="pass.example.club",
    team_id="A1B2C3D4E5",
    web_service_url="https://cards.example/apple/riverside",
    auth_token=TOKEN,
    organization_name="Riverside Club",
)
FACTS = CardFacts(
    card_id=CARD,
    code="MC1" + "7" + "Z" * 25,
    organization="Riverside Club",
    customer_name="Ada Lovelace",
    customer_number="C-000123",
    status=FaceStatus.ACTIVE,
    plan="Gold",
    company="Analytical Engines",
    valid_from=datetime(2026, 4, 1, tzinfo=UTC),
    valid_until=datetime(2027, 4, 1, tzinfo=UTC),
    first_day=date(2026, 4, 1),
    last_day=date(2027, 3, 31),
    permissions=("Gym", "Sauna"),
)


class Seal:
    """A signer that returns a hash, so that equal passes are equal bytes."""

    def sign(self, manifest: bytes) -> bytes:
        return hashlib.sha256(manifest).digest()


def minimal(**more: Any) -> dict[str, Any]:
    """Return the content of the smallest pass by key, with additions."""
    return {
        "formatVersion": 1,
        "description": "Member card",
        "organizationName": "Riverside Club",
        "passTypeIdentifier": "pass.example.club",
        "serialNumber": "1",
        "teamIdentifier": "A1B2C3D4E5",
        "storeCard": {},
        **more,
    }


def field(shows: Shows, slot: Slot = Slot.SECONDARY, key: str = "a", **more: Any) -> DesignField:
    """Return a field of a design with a label in two languages."""
    label = more.pop("label", {"en": "Label", "de": "Beschriftung"})
    return DesignField(key=key, slot=slot, shows=shows, label=label, **more)


def design(*fields: DesignField, **more: Any) -> Design:
    """Return a design in English and German."""
    return Design(
        **{
            "title": {"en": "Member card", "de": "Mitgliedskarte"},
            "description": {"en": "Card of the club", "de": "Karte des Vereins"},
            "languages": ("en", "de"),
            "fields": fields,
            **more,
        }
    )


def face(made: Design, **facts: Any) -> CardFace:
    """Return the face of a card of a design, with other facts if given."""
    return face_of(made, FACTS.model_copy(update=facts))


def picture(role: ImageRole, width: int, height: int, colour: str = "#800000") -> bytes:
    """Return a fitted picture as PNG."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "PNG")
    plain = io.BytesIO()
    Image.blend(Image.open(out), Image.new("RGB", (width, height), colour), 0.5).save(plain, "PNG")
    return fit_picture(plain.getvalue(), role).data


def unpacked(pkpass: bytes) -> dict[str, bytes]:
    """Return the files of a pass by name."""
    with zipfile.ZipFile(io.BytesIO(pkpass)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def content_of(pkpass: bytes) -> dict[str, Any]:
    """Return the pass.json of a pass."""
    read: dict[str, Any] = json.loads(unpacked(pkpass)["pass.json"])
    return read


LANGUAGES = ("en", "de", "fr", "pt-BR", "zh-Hant")
_characters = st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from('\n\t"\\%@;=/*')
words = st.text(_characters, min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
texts = st.dictionaries(st.sampled_from(LANGUAGES), words, min_size=1, max_size=3)


@st.composite
def designs(draw: st.DrawFn) -> Design:
    """Any valid design, also one that was stored with texts that are refused today."""
    fields = []
    for slot, most in MAX_FIELDS.items():
        for number in range(draw(st.integers(0, min(most, 3)))):
            shows = draw(st.sampled_from(Shows))
            text = draw(texts) if shows is Shows.TEXT else None
            key = f"{slot.value}_{number}"
            label = draw(texts)
            fields.append({"key": key, "slot": slot, "shows": shows, "label": label, "text": text})
    code = draw(st.sampled_from(CodeForm))
    symbologies = [each for each in Symbology if code is CodeForm.CARD or each != "code128"]
    places = st.fixed_dictionaries(
        {
            "latitude": st.floats(-90, 90),
            "longitude": st.floats(-180, 180),
            "text": st.none() | texts,
        }
    )
    stored: dict[str, Any] = {
        "kind": draw(st.sampled_from(CardKind)),
        "title": draw(texts),
        "description": draw(texts),
        "languages": tuple(draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, unique=True))),
        "background": draw(st.sampled_from(("#000000", "#1d3557", "#ffffff"))),
        "fields": tuple(fields),
        "links": tuple(
            {"label": label, "url": "https://club.example/a?b=1&c='\"<"}
            for label in draw(st.lists(texts, max_size=2))
        ),
        "locations": tuple(draw(st.lists(places, max_size=3))),
        "code": code,
        "symbology": draw(st.sampled_from(symbologies)),
        "code_text": draw(st.booleans()),
        "sharing_prohibited": draw(st.booleans()),
    }
    return Design.stored(stored)


facts = st.builds(
    CardFacts,
    card_id=st.uuids(),
    code=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60),
    organization=words,
    customer_name=words,
    customer_number=st.just("C-000123"),
    status=st.sampled_from(FaceStatus),
    plan=st.none() | words,
    company=st.none() | words,
    valid_until=st.none() | st.datetimes(timezones=st.just(UTC)),
    last_day=st.none() | st.dates(),
    permissions=st.lists(words, max_size=3).map(tuple),
)
