"""An invented member, to see a design with before any card is issued of it."""

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
"""In place of a card's random name and its signature, so that the code is drawn as fine."""


def sample_face(tenant: Tenant, design: Design, now: datetime) -> CardFace:
    """The card of an invented member. Its code is no card's."""
    zone = zone_named(tenant.time_zone)
    first = local_day(now, zone)
    last = day_after(first, _DAYS)
    facts = CardFacts(
        card_id=UUID(int=0),
        code=code_text(new_card_code(_drawn).text, design, _RANDOM),
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


def _drawn(count: int) -> bytes:
    """Always the same bytes."""
    return _RANDOM[:count]
