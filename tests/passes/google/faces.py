"""Faces for the tests of Google Wallet."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from passes.card import CardFace, CardFacts, face_of
from passes.design import Design, DesignField, Shows, Slot
from passes.google.issue import GoogleIssue
from passes.words import FaceStatus

CARD = UUID("0f5c8a52-54bb-4c8f-9f35-0a1f6f6a7d01")
DESIGN = UUID("6c1b4f57-9f0e-4a35-8f6e-2f1f0a3b4c5d")
CODE = "MC1" + "0123456789ABCDEFGHJKMNPQRS"
KEY = b"12345678901234567890"
ISSUE = GoogleIssue(
    issuer_id="3388000000022222222",
    design_id=DESIGN,
    logo_url="https://club.example/club/member/google/logo.png",
)


def field(key: str, slot: Slot, shows: Shows, **more: Any) -> DesignField:
    """Return a field with a label in two languages."""
    label = {"en": key.title(), "de": f"{key.title()} (de)"}
    return DesignField(key=key, slot=slot, shows=shows, label=label, **more)


def design(*fields: DesignField, **more: Any) -> Design:
    """Return a design in English and German."""
    return Design(
        title={"en": "Member card", "de": "Mitgliedskarte"},
        description={"en": "Card of the club", "de": "Karte des Clubs"},
        languages=("en", "de"),
        fields=fields,
        **more,
    )


def face(of: Design, **facts: Any) -> CardFace:
    """Return the face of a card of Amara, a member until the end of March."""
    known: dict[str, Any] = {
        "card_id": CARD,
        "code": CODE,
        "organization": "Club",
        "customer_name": "Amara Okafor",
        "customer_number": "C-000123",
        "status": FaceStatus.ACTIVE,
        "plan": "Gold",
        "valid_from": datetime(2027, 1, 1, 23, tzinfo=UTC),
        "valid_until": datetime(2027, 3, 31, 22, tzinfo=UTC),
        "first_day": date(2027, 1, 2),
        "last_day": date(2027, 3, 31),
    }
    return face_of(of, CardFacts(**known | facts))
