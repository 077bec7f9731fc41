"""Telling Google of a class or an object, and noting at once that it was told.

No transaction is open while Google is spoken to.
"""

from typing import Any

from membership.store.database import Database
from membership.wallet.google import state as notes
from membership.wallet.google.api import GoogleApi
from membership.wallet.google.content import CardContent
from membership.wallet.google.errors import GoogleMissing, GoogleUnavailable
from membership.web.access import Tenant
from passes.google.loyalty import LoyaltyClass, LoyaltyObject


def tell_class(api: GoogleApi, database: Database, tenant: Tenant, card: CardContent) -> None:
    """Let Google have the class of a card's design, unless it was told this very one before.

    Raises GoogleError.
    """
    told = card.of_design
    if told is None or told.is_known:
        return
    api.put(told.resource, known=told.was_told)
    with database.writers.begin() as session:
        notes.note_class(session.connection(), tenant, card)


def tell_object(api: GoogleApi, database: Database, tenant: Tenant, card: CardContent) -> bool:
    """Let Google have a card, whose class it has, or ask how it stands if it has this very one.

    Returns whether somebody has it in their wallet; that it was told is noted by the caller.
    Raises GoogleError; GoogleUnavailable also if the class is gone, which is told next time.
    """
    if card.of_card is None:
        raise RuntimeError("a card that cannot be told was to be told")
    resource, is_there = card.of_card.resource, card.created and card.of_card.is_known
    try:
        answer = _found(api, resource) if is_there else api.put(resource, known=card.created)
    except GoogleMissing as error:
        with database.writers.begin() as session:
            notes.forget_class(session.connection(), tenant, card.design_id)
        raise GoogleUnavailable(str(error)) from error
    return answer.get("hasUsers") is True


def _found(api: GoogleApi, resource: LoyaltyClass | LoyaltyObject) -> dict[str, Any]:
    """What Google has of a resource; one that it lost is added again. Raises GoogleError."""
    try:
        return api.get(type(resource), resource.id)
    except GoogleMissing:
        return api.put(resource, known=False)
