"""The cards of a customer who is logged in: listed, and a first one made for who has none."""

from collections.abc import Sequence

from sqlalchemy import select

from api_client.messages.cards import CardRecord
from api_client.messages.scan import CustomerState
from membership.base.vault import Vault
from membership.members.customers.service import get_customer, lock_customer
from membership.portal.login.access import CustomerCall
from membership.portal.member.schemas import CardState, OwnCard, OwnCards
from membership.store.models import Card, Customer
from membership.wallet.cards.records import CardContext, cards_of
from membership.wallet.cards.schemas import NewCard
from membership.wallet.cards.service import CardMaker, issue_card
from membership.wallet.designs.service import first_design
from membership.web.errors import Conflict
from passes.codes.barcode import CardCode


def own_cards(call: CustomerCall, vault: Vault, public_url: str | None) -> OwnCards:
    """Show a customer's cards, newest first, revoked ones included."""
    customer = get_customer(call.session, call.tenant, call.customer_id)
    has_design = first_design(call.session, call.tenant) is not None
    issued = {each.id for each in _issued_here(call, customer)}
    desk = CardContext(call.session, call.tenant, vault, public_url)
    return OwnCards(
        items=tuple(
            _own(each, live=each.id in issued and (has_design or each.design_id is not None))
            for each in cards_of(desk, customer.id)
        ),
        can_have_one=has_design and not issued and customer.state is CustomerState.ACTIVE,
    )


def make_first_card(call: CustomerCall, vault: Vault) -> Card:
    """Issue a customer their first card, of the organization's first design.

    A card that was made elsewhere and imported does not count. One that was revoked does: staff
    had a reason, and hand out the next one.

    Raises Conflict for a customer who is banned, inactive or was erased, for one who has a card,
    and where there is no design.
    """
    # Locked first: of two requests at once, the second finds what the first has made.
    customer = lock_customer(call.session, call.tenant, call.customer_id)
    if customer.state is not CustomerState.ACTIVE:
        raise Conflict("card_refused", "You cannot get a card here. Please ask at the desk.")
    if _issued_here(call, customer):
        raise Conflict("card_exists", "You have a card already; for another one ask at the desk.")
    if first_design(call.session, call.tenant) is None:
        raise no_design()
    new = NewCard(customer_id=customer.id)
    return issue_card(call.session, call.tenant, new, call.now, maker=CardMaker(vault))


def no_design() -> Conflict:
    """The error where a card is needed that wallets can hold, and there is no design for it."""
    return Conflict("card_without_design", "There is no card design here yet. Ask at the desk.")


def _issued_here(call: CustomerCall, customer: Customer) -> Sequence[Card]:
    """The customer's cards whose code is one of ours, revoked ones included."""
    cards = call.session.scalars(
        select(Card).where(Card.organization_id == call.tenant.id, Card.customer_id == customer.id)
    )
    return [each for each in cards if CardCode.parse(each.code) is not None]


def _own(record: CardRecord, *, live: bool) -> OwnCard:
    """Show a card; ``live`` is whether it could be shown live if it is good."""
    state = CardState.GOOD
    if record.revoked_at is not None:
        state = CardState.REVOKED if record.replaced_by is None else CardState.REPLACED
    return OwnCard(
        id=record.id,
        label=record.label,
        issued_at=record.issued_at,
        state=state,
        wallets=tuple(each.wallet for each in record.wallets if each.devices),
        install_url=record.install_url,
        live=live and state is CardState.GOOD,
    )
