"""The cards of a logged-in customer, and the issue of a first one."""

from collections.abc import Sequence

from sqlalchemy import select

from api_client.messages.cards import CardRecord
from api_client.messages.scan import CustomerState
from membership.base.vault import Vault
from membership.members.customers.service import get_customer, lock_customer
from membership.portal.login.access import CustomerCall
from membership.portal.member.schemas import CardState, CustomerCard, CustomerCards
from membership.store.models import Card, Customer
from membership.wallet.cards.records import CardContext, cards_of
from membership.wallet.cards.schemas import NewCard
from membership.wallet.cards.service import CardMaker, issue_card
from membership.wallet.designs.service import first_design
from membership.web.errors import Conflict
from passes.codes.barcode import CardCode


def customer_cards(call: CustomerCall, vault: Vault, public_url: str | None) -> CustomerCards:
    """Return a customer's cards, newest first, revoked ones included."""
    customer = get_customer(call.session, call.tenant, call.customer_id)
    has_design = first_design(call.session, call.tenant) is not None
    issued = {each.id for each in _issued_here(call, customer)}
    desk = CardContext(call.session, call.tenant, vault, public_url)
    return CustomerCards(
        items=tuple(
            _view(each, live=each.id in issued and (has_design or each.design_id is not None))
            for each in cards_of(desk, customer.id)
        ),
        can_have_one=has_design and not issued and customer.state is CustomerState.ACTIVE,
    )


def issue_first_card(call: CustomerCall, vault: Vault) -> Card:
    """Issue a customer's first card, in the organization's first design.

    Its static code is not handed out with it: the live card shows changing ones.

    Imported cards of another system do not count as a first one. Revoked cards do: staff revoked
    them for a reason, and issue the next one.

    Raises Conflict for a customer who is not active or has a card, and without a design.
    """
    # Locked first: of two concurrent requests, the second finds the card of the first.
    customer = lock_customer(call.session, call.tenant, call.customer_id)
    if customer.state is not CustomerState.ACTIVE:
        raise Conflict("card_refused", "You cannot get a card here. Please ask at the desk.")
    if _issued_here(call, customer):
        raise Conflict("card_exists", "You have a card already; for another one ask at the desk.")
    if first_design(call.session, call.tenant) is None:
        raise no_design()
    new = NewCard(customer_id=customer.id)
    maker = CardMaker(vault)
    return issue_card(call.session, call.tenant, new, call.now, maker=maker, static=False)


def no_design() -> Conflict:
    """Return the error for a card that needs a design, where the organization has none."""
    return Conflict("card_without_design", "There is no card design here yet. Ask at the desk.")


def _issued_here(call: CustomerCall, customer: Customer) -> Sequence[Card]:
    """Return the cards that this service issued to a customer, revoked ones included."""
    cards = call.session.scalars(
        select(Card).where(Card.organization_id == call.tenant.id, Card.customer_id == customer.id)
    )
    return [each for each in cards if CardCode.parse(each.code) is not None]


def _view(record: CardRecord, *, live: bool) -> CustomerCard:
    """Return a card; ``live`` is whether it can be shown live unless it was revoked."""
    state = CardState.GOOD
    if record.revoked_at is not None:
        state = CardState.REVOKED if record.replaced_by is None else CardState.REPLACED
    return CustomerCard(
        id=record.id,
        label=record.label,
        issued_at=record.issued_at,
        state=state,
        wallets=tuple(each.wallet for each in record.wallets if each.devices),
        install_url=record.install_url,
        live=live and state is CardState.GOOD,
    )
