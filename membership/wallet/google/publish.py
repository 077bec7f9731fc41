"""Publishes a class or an object at Google, and stores that of a class at once.

No transaction is open during the requests.
"""

from datetime import datetime
from typing import Any

from membership.base.actors import SERVICE
from membership.store.database import Database
from membership.wallet.google import state
from membership.wallet.google.api import GoogleApi
from membership.wallet.google.content import CardContent
from membership.wallet.google.errors import GoogleMissing, GoogleUnavailable
from membership.wallet.static_codes import hand_out_static
from membership.web.access import Tenant
from passes.google.loyalty import LoyaltyClass, LoyaltyObject


def publish_class(
    api: GoogleApi, database: Database, tenant: Tenant, card: CardContent, now: datetime
) -> None:
    """Send the class of a card's design, unless Google has this very one. Raises GoogleError."""
    published = card.of_design
    if published is None or published.is_current:
        return
    api.put(published.resource, known=published.is_known)
    with database.writing(SERVICE, now) as (session, _):
        state.record_class(session.connection(), tenant, card)


def publish_object(
    api: GoogleApi, database: Database, tenant: Tenant, card: CardContent, now: datetime
) -> bool:
    """Send a card whose class Google has, or fetch it if Google has this very one.

    Returns whether somebody saved it to a wallet; the caller stores that it was sent. Raises
    GoogleError; GoogleUnavailable also if the class is missing, which is then sent next time.
    """
    if card.of_card is None:
        raise RuntimeError("a card without content was to be published")
    resource, is_there = card.of_card.resource, card.created and card.of_card.is_current
    if isinstance(resource, LoyaltyObject) and resource.barcode is not None and not card.static_out:
        with database.writing(SERVICE, now) as (session, _):
            hand_out_static(session, tenant.id, card.card_id, now)
    try:
        notify = card.of_card.is_notified
        answer = (
            _fetch(api, resource)
            if is_there
            else api.put(resource, known=card.created, notify=notify)
        )
    except GoogleMissing as error:
        with database.writing(SERVICE, now) as (session, _):
            state.reset_class(session.connection(), tenant, card.design_id)
        raise GoogleUnavailable(str(error)) from error
    return answer.get("hasUsers") is True


def _fetch(api: GoogleApi, resource: LoyaltyClass | LoyaltyObject) -> dict[str, Any]:
    """Fetch a resource; one that is missing is added again. Raises GoogleError."""
    try:
        return api.get(type(resource), resource.id)
    except GoogleMissing:
        return api.put(resource, known=False)
