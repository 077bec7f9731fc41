"""A sample member, to preview a design before cards are issued of it."""

import hashlib
from datetime import datetime
from uuid import UUID

from membership.rules.instants import day_after, day_end, day_start, local_day, zone_named
from membership.wallet.codes import code_text
from membership.web.access import Tenant
from passes.card import CardFace, CardFacts, face_of
from passes.codes.barcode import new_card_code
from passes.design import Design
from passes.words import FaceStatus

_DAYS = 364
_RANDOM = hashlib.sha512(b"an invented member").digest()
"""Stands for a card's random name and its signature: the code is as dense as a real one."""


def sample_face(tenant: Tenant, design: Design, now: datetime) -> CardFace:
    """The face of a sample member's card. Its code belongs to no card."""
    zone = zone_named(tenant.time_zone)
    first = local_day(now, zone)
    last = day_after(first, _DAYS)
    facts = CardFacts(
        card_id=UUID(int=0),
        code=_sample_code(design),
        organization=tenant.name,
        customer_name="Amara Okafor",
        customer_number="C-000123",
        status=FaceStatus.ACTIVE,
        plan="Gold",
        company="Northwind Ltd",
        valid_from=day_start(first, zone),
        valid_until=day_end(last, zone),
        first_day=first,
        last_day=last,
        permissions=("Pool", "Sauna"),
    )
    return face_of(design, facts)


def without_its_code(face: CardFace) -> CardFace:
    """Return a face with a sample code, which belongs to no card, in place of its own."""
    code = _sample_code(face.design)
    return face.model_copy(update={"facts": face.facts.model_copy(update={"code": code})})


def _sample_code(design: Design) -> str:
    """The text of a code that belongs to no card, in the form of a design."""
    return code_text(new_card_code(_constant).text, design, _RANDOM)


def _constant(count: int) -> bytes:
    """Always the same bytes."""
    return _RANDOM[:count]
