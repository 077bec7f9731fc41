"""Designs and faces of cards for the tests of previews."""

import hashlib
import io
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from PIL import Image

from passes.card import CardFace, CardFacts, face_of
from passes.design import Design, DesignField, ImageRole, Shows, Slot
from passes.images import fit_picture
from passes.words import FaceStatus

CODE = "MC17ZQ4M8KXW2V9T3C5HJPD0RNBF6"


def field(key: str, slot: Slot, shows: Shows, **label: str) -> DesignField:
    """Return a field with its label by language."""
    return DesignField(key=key, slot=slot, shows=shows, label=label)


FIELDS = (
    field("status", Slot.HEADER, Shows.STATUS, en="Status", ar="الحالة"),
    field("plan", Slot.PRIMARY, Shows.PLAN, en="Membership", ar="العضوية"),
    field("member", Slot.SECONDARY, Shows.CUSTOMER_NAME, en="Member", ar="العضو"),
    field("until", Slot.SECONDARY, Shows.VALID_UNTIL, en="Valid until", ar="صالحة حتى"),
    field("company", Slot.AUXILIARY, Shows.COMPANY, en="Company", ar="الشركة"),
)


def design(images: Mapping[ImageRole, bytes] | None = None, **parts: Any) -> Design:
    """Return a design with a field in each slot and the tags of ``images``."""
    tags = {role: hashlib.sha256(data).hexdigest() for role, data in (images or {}).items()}
    base = {
        "title": {"en": "Member card", "ar": "بطاقة العضوية"},
        "description": {"en": "Member card"},
        "languages": ("en", "ar"),
        "fields": FIELDS,
        "images": tags,
    }
    return Design(**{**base, **parts})


def face(drawn: Design, **facts: Any) -> CardFace:
    """Return the face of a card of a design, by default of an active member."""
    base = {
        "card_id": UUID(int=7),
        "code": CODE,
        "organization": "Northside Climbing",
        "customer_name": "Amara Okafor",
        "customer_number": "C-000123",
        "status": FaceStatus.ACTIVE,
        "plan": "Gold",
        "first_day": date(2026, 4, 1),
        "last_day": date(2027, 3, 31),
    }
    return face_of(drawn, CardFacts(**{**base, **facts}))


def pictures(*roles: ImageRole, colour: str = "teal") -> dict[ImageRole, bytes]:
    """Return a fitted picture of one colour for each role."""
    file = io.BytesIO()
    Image.new("RGB", (1200, 480), colour).save(file, "PNG")
    return {role: fit_picture(file.getvalue(), role).data for role in roles}
