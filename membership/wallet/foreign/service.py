"""Codes of other makers: given to a customer as a card, and taken back.

A card of another maker is a row of ``cards`` without a wallet, like an imported one: it names its
customer at every door, goes over to the one who stays in a merge, and is in every backup.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api_client.messages.cards import TakenBack
from api_client.messages.scan import CustomerState, FieldFault
from membership.base.scopes import Scope
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.customers.service import lock_customer
from membership.members.customers.views import display_name, number_text
from membership.store.models import Card, Customer, Visit
from membership.store.wallet_joins import HOLDER_OF_CARD
from membership.wallet.foreign.schemas import GivenCode
from membership.web.access import Tenant
from membership.web.errors import Conflict, Invalid, NotFound
from passes.codes.barcode import CardCode, bare_text
from passes.codes.foreign import (
    MAX_FOREIGN,
    foreign_code,
    foreign_spellings,
    is_ours,
    is_product,
    storable,
)

PLAIN_LABEL = "Card of another maker"
_FIELD = "body.code"


def is_foreign(card: Card) -> bool:
    """Return whether a card's code was made elsewhere."""
    return CardCode.parse(card.code) is None


def give_code(
    session: Session, tenant: Tenant, given: GivenCode, now: datetime, scopes: Collection[str]
) -> Card:
    """Give a code to a customer, and emit the event of a card.

    Raises NotFound; Invalid for a code that cannot be stored or has a shape of our own; Conflict
    for a customer who is banned or was erased, for a product's code that is not confirmed, and for
    a code that somebody has: whose it is stands in ``errors`` for callers who may read customers.
    """
    code = _checked(given.code)
    customer = lock_customer(session, tenant, given.customer_id)
    if customer.state is CustomerState.BANNED:
        raise Conflict("customer_banned", "This customer is banned: no card is given to them.")
    _refuse_taken(session, tenant, given, customer.id, scopes)
    if is_product(code) and not given.confirm_product:
        detail = "This is a product's code, which many things carry; confirm_product gives it."
        raise Conflict("code_of_product", detail, errors=(_fault(detail),))
    card = Card(
        organization_id=tenant.id,
        id=uuid4(),
        customer_id=customer.id,
        code=code,
        label=given.label or PLAIN_LABEL,
        issued_at=now,
        revoked_at=None,
        static_since=now,
    )
    try:
        with session.begin_nested():
            session.add(card)
            session.flush()
    except IntegrityError:
        # Another desk gave it at this moment: say whose it has become.
        _refuse_taken(session, tenant, given, customer.id, scopes)
        raise
    _tell(session, EventType.CARD_ISSUED, card, now, design_id=None, replaces=None)
    return card


def take_back(session: Session, tenant: Tenant, card_id: UUID, now: datetime) -> TakenBack:
    """Take a code of another maker back: it is nobody's, and can be given to somebody else.

    The visits made with it stay. Raises NotFound; Conflict for a card that was issued here.
    """
    # Locked against scans as well, which refer to the card by their visit.
    card = session.get(Card, (tenant.id, card_id), with_for_update=True, populate_existing=True)
    if card is None:
        raise NotFound("card_not_found", "There is no such card.")
    if not is_foreign(card):
        detail = "This card was issued here: it can be revoked, and not be taken back."
        raise Conflict("card_not_foreign", detail)
    taken = TakenBack(card_id=card.id, customer_id=card.customer_id)
    session.connection().execute(
        update(Visit)
        .where(
            Visit.organization_id == tenant.id,
            Visit.customer_id == card.customer_id,
            Visit.card_id == card.id,
        )
        .values(card_id=None)
    )
    _tell(session, EventType.CARD_REVOKED, card, now)
    session.delete(card)
    session.flush()
    return taken


def _checked(text: str) -> str:
    """Return a code as it is stored. Raises Invalid."""
    code = foreign_code(text)
    if not code:
        raise Invalid("code_empty", _FIELD, "The code is empty.")
    if len(code) > MAX_FOREIGN:
        detail = f"The code has {len(code)} characters; at most {MAX_FOREIGN} can be stored."
        raise Invalid("code_too_long", _FIELD, detail)
    if not (storable(code) and bare_text(text).isprintable()):
        detail = "The code has characters that cannot be shown, such as control characters."
        raise Invalid("code_unprintable", _FIELD, detail)
    if is_ours(code):
        detail = "Codes of this form are made here: it names its holder by itself, or nobody."
        raise Invalid("code_is_ours", _FIELD, detail)
    return code


def _refuse_taken(
    session: Session, tenant: Tenant, given: GivenCode, customer_id: UUID, scopes: Collection[str]
) -> None:
    """Raise Conflict if a card, revoked ones included, has the code in any spelling."""
    spellings = foreign_spellings(given.code)
    holder = session.scalar(
        select(Customer)
        .join(Card, HOLDER_OF_CARD)
        .where(Card.organization_id == tenant.id, Card.code.in_(spellings))
        .limit(1)
    )
    if holder is None:
        return
    if holder.id == customer_id:
        raise Conflict("code_theirs_already", "This customer has a card with this code already.")
    if Scope.CUSTOMERS_READ not in scopes:
        raise Conflict("code_taken", "Another customer has a card with this code.")
    who = f"{display_name(holder)} · {number_text(holder.number)}"
    raise Conflict("code_taken", f"A card of {who} has this code.", errors=(_fault(who),))


def _fault(message: str) -> FieldFault:
    return FieldFault(field=_FIELD, message=message)


def _tell(session: Session, kind: EventType, card: Card, now: datetime, **more: None) -> None:
    """Emit an event of a card: ids only."""
    data = {"card_id": str(card.id), "customer_id": str(card.customer_id), **more}
    emit(session, card.organization_id, kind, card.id, data, now=now)
