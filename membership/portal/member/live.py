"""The live card: codes of a card for hours ahead, which a phone shows one after another.

They are the rotating codes of Google Wallet (``passes.codes.rotating``), with the same key and the
same check, whatever the card's design requires. The key stays in the service: a phone gets
the codes only, and each is valid once, around its own 30 seconds.
"""

from datetime import UTC, datetime
from uuid import UUID

from membership.base.vault import Vault
from membership.members.customers.service import get_customer, lock_customer
from membership.members.customers.views import display_name, number_text
from membership.portal.login.access import CustomerCall
from membership.portal.member.cards import no_design
from membership.portal.member.schemas import LiveCard, LiveCode, LiveFace
from membership.store.models import Card, CardWallet, Customer
from membership.wallet.designs.service import first_design
from membership.wallet.holders import add_wallet, new_rotating_key
from membership.web.errors import Conflict, NotFound
from passes.codes.barcode import CardAlias, CardCode, new_card_alias
from passes.codes.rotating import PERIOD_SECONDS, RotatingSecret, rotating_code, step_at


def live_card(call: CustomerCall, card_id: UUID, vault: Vault, minutes: int) -> LiveCard:
    """Return the codes of one of the customer's cards for the next ``minutes``.

    A card without a wallet record gets one, because the key is stored there. Banned customers get
    codes too: the desk sees their status.

    Raises NotFound for another customer's card; Conflict for a revoked or imported one, without a
    design, and for an erased customer; VaultError.
    """
    customer = get_customer(call.session, call.tenant, call.customer_id)
    card = _load_card(call, customer, card_id)
    secret = _rotating_secret(call, card, vault)
    return LiveCard(
        card=LiveFace(
            id=card.id,
            label=card.label,
            name=display_name(customer),
            number=number_text(customer.number),
            organization=call.tenant.name,
        ),
        server_time=call.now,
        period_seconds=PERIOD_SECONDS,
        codes=codes_ahead(secret, call.now, minutes),
    )


def codes_ahead(secret: RotatingSecret, now: datetime, minutes: int) -> tuple[LiveCode, ...]:
    """Return the codes from the period of ``now`` to the one in which ``minutes`` have passed."""
    seconds = int(now.timestamp())
    begins = (
        datetime.fromtimestamp(step * PERIOD_SECONDS, UTC)
        for step in range(step_at(seconds), step_at(seconds + minutes * 60) + 1)
    )
    return tuple(
        LiveCode(since=each, text=rotating_code(secret.alias, secret.key, each).text)
        for each in begins
    )


def _load_card(call: CustomerCall, customer: Customer, card_id: UUID) -> Card:
    """Load a card of the customer that can be shown live. Raises NotFound, Conflict."""
    card = call.session.get(Card, (call.tenant.id, card_id))
    if card is None or card.customer_id != customer.id:
        raise NotFound("card_not_found", "You have no such card.")
    if card.revoked_at is not None:
        raise Conflict("card_revoked", "This card is no longer valid. Please ask at the desk.")
    if CardCode.parse(card.code) is None:
        raise Conflict("card_made_elsewhere", "This card was made elsewhere: it has no live codes.")
    return card


def _rotating_secret(call: CustomerCall, card: Card, vault: Vault) -> RotatingSecret:
    """Return the alias and the key of a card's rotating codes, creating them at first use.

    Raises Conflict, VaultError.
    """
    identity = (call.tenant.id, card.id)
    wallet = call.session.get(CardWallet, identity)
    if wallet is None or wallet.rotating_key is None or wallet.alias is None:
        # Of two concurrent requests, the second waits and finds the key.
        lock_customer(call.session, call.tenant, card.customer_id)
        wallet = call.session.get(CardWallet, identity, populate_existing=True)
    if wallet is None:
        design = first_design(call.session, call.tenant)
        if design is None:
            raise no_design()
        wallet = add_wallet(call.session, vault, card, design, now=call.now)
    if wallet.rotating_key is None:
        wallet.rotating_key = vault.seal(new_rotating_key())
    if wallet.alias is None:
        wallet.alias = new_card_alias().text
    return RotatingSecret(CardAlias(wallet.alias), vault.open(wallet.rotating_key))
