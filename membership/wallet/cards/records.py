"""Cards as the API shows them: their wallets, replacements and install links."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from api_client.messages.cards import CardCodeForm, CardRecord, InWallet, IssuedCard, WalletKind
from api_client.messages.scan import CustomerState
from membership.base.logs import logger
from membership.base.vault import Vault, VaultError
from membership.store.database import AnyRow
from membership.store.models import (
    AppleRegistration,
    Card,
    CardDesign,
    CardDesignVersion,
    CardWallet,
    Customer,
)
from membership.store.wallet_joins import (
    CARD_OF_WALLET,
    CURRENT_VERSION,
    DESIGN_OF_WALLET,
    HOLDER_OF_CARD,
)
from membership.wallet.cards.service import get_card
from membership.wallet.links import LinkOfCard, install_path, install_url
from membership.wallet.state import wallet_keys
from membership.web.access import Tenant
from passes.codes.barcode import CardCode, SignedCardCode
from passes.codes.foreign import code_end


@dataclass(frozen=True, slots=True)
class CardContext:
    """What is needed to show cards: an open session, and the service's public address."""

    session: Session
    tenant: Tenant
    vault: Vault
    public_url: str | None


def cards_of(context: CardContext, customer_id: UUID) -> tuple[CardRecord, ...]:
    """A customer's cards, newest first."""
    rows = _rows(context, customer_id)
    replaced = {row.replaces: row.id for row in rows if row.replaces is not None}
    devices = _devices(context, [row.id for row in rows if row.design_id is not None])
    link_key = _link_key(context, rows)
    return tuple(
        _record(context, row, replaced.get(row.id), devices.get(row.id), link_key) for row in rows
    )


def card_record(context: CardContext, card_id: UUID) -> CardRecord:
    """One card. Raises NotFound."""
    card = get_card(context.session, context.tenant, card_id)
    return next(each for each in cards_of(context, card.customer_id) if each.id == card.id)


def issued_card(context: CardContext, card: Card) -> IssuedCard:
    """A card with the text that was handed out with it: its code, signed if its design says so.

    It is empty for a card that is shown by changing codes: its static code would name it and
    prove nothing.
    """
    record = card_record(context, card.id)
    return IssuedCard(card=record, customer_id=card.customer_id, code=_handed_out(context, card))


def _handed_out(context: CardContext, card: Card) -> str:
    """The static code of a card as its design shows it; empty if it was not handed out."""
    if card.static_since is None:
        return ""
    here = (Card.organization_id == context.tenant.id, Card.id == card.id)
    query = _CARDS.add_columns(CardWallet.code_signature).where(*here)
    row = context.session.connection().execute(query).one()
    if row.content is None or row.content["code"] != CardCodeForm.SIGNED:
        return card.code
    return SignedCardCode(CardCode(card.code), row.code_signature).text


def _rows(context: CardContext, customer_id: UUID) -> list[AnyRow]:
    """The rows of a customer's cards, with the state of their wallets if they have any."""
    found = context.session.connection().execute(
        _CARDS.where(Card.organization_id == context.tenant.id, Card.customer_id == customer_id)
    )
    return list(found)


_CARDS = (
    select(
        Card.id,
        Card.label,
        Card.issued_at,
        Card.revoked_at,
        Card.customer_id,
        Card.code,
        CardWallet.design_id,
        Customer.state,
        CardWallet.replaces,
        CardWallet.link_number,
        CardWallet.changed_at,
        CardWallet.update_seq,
        CardWallet.google_created_at,
        CardWallet.google_saved,
        CardWallet.google_seq,
        CardWallet.google_error,
        CardDesign.key.label("design_key"),
        CardDesign.name.label("design"),
        CardDesignVersion.content,
    )
    .select_from(Card)
    .join(Customer, HOLDER_OF_CARD)
    .outerjoin(
        CardWallet,
        CARD_OF_WALLET,
    )
    .outerjoin(
        CardDesign,
        DESIGN_OF_WALLET,
    )
    .outerjoin(
        CardDesignVersion,
        CURRENT_VERSION,
    )
    .order_by(Card.issued_at.desc(), Card.id)
)


def _devices(context: CardContext, card_ids: Iterable[UUID]) -> Mapping[UUID, AnyRow]:
    """By card id: number of devices, the lowest update number that a device has, an error."""
    reached = case(
        (
            AppleRegistration.fetched_seq > AppleRegistration.pushed_seq,
            AppleRegistration.fetched_seq,
        ),
        else_=AppleRegistration.pushed_seq,
    )
    found = context.session.connection().execute(
        select(
            AppleRegistration.card_id,
            func.count().label("devices"),
            func.min(reached).label("reached"),
            func.max(AppleRegistration.push_error).label("error"),
        )
        .where(
            AppleRegistration.organization_id == context.tenant.id,
            AppleRegistration.card_id.in_(list(card_ids)),
        )
        .group_by(AppleRegistration.card_id)
    )
    return {row.card_id: row for row in found}


def _link_key(context: CardContext, rows: Iterable[AnyRow]) -> bytes | None:
    """The key of install links, if any of the cards can have one.

    If the service's secret key was lost, cards are shown without links and can be revoked.
    """
    if context.public_url is None or all(row.design_id is None or row.revoked_at for row in rows):
        return None
    try:
        keys = wallet_keys(context.session, context.vault, context.tenant.id)
    except VaultError:
        logger().warning("install_links_unavailable", organization=context.tenant.slug)
        return None
    return None if keys is None else keys.link_key


def _record(
    context: CardContext,
    row: AnyRow,
    replaced_by: UUID | None,
    devices: AnyRow | None,
    link_key: bytes | None,
) -> CardRecord:
    """Show one card."""
    has_design = row.design_id is not None
    foreign = CardCode.parse(row.code) is None
    return CardRecord(
        id=row.id,
        label=row.label,
        issued_at=row.issued_at,
        revoked_at=row.revoked_at,
        customer_id=row.customer_id,
        design_id=row.design_id,
        design=row.design,
        code_form=CardCodeForm(row.content["code"]) if has_design else None,
        replaced_by=replaced_by,
        changed_at=row.changed_at,
        foreign=foreign,
        code_end=code_end(row.code) if foreign else "",
        wallets=(_in_apple(row, devices), _in_google(row)) if has_design else (),
        install_url=_url(context, row, link_key),
    )


def _in_apple(row: AnyRow, devices: AnyRow | None) -> InWallet:
    """The state of a card in Apple Wallet."""
    if devices is None:
        return InWallet(wallet=WalletKind.APPLE, devices=0, pending=False)
    return InWallet(
        wallet=WalletKind.APPLE,
        devices=devices.devices,
        pending=devices.reached < row.update_seq,
        error=devices.error,
    )


def _in_google(row: AnyRow) -> InWallet:
    """The state of a card in Google Wallet."""
    is_there = row.google_created_at is not None
    return InWallet(
        wallet=WalletKind.GOOGLE,
        devices=int(row.google_saved),
        pending=is_there and row.google_seq < row.update_seq,
        error=row.google_error,
    )


def _url(context: CardContext, row: AnyRow, link_key: bytes | None) -> str | None:
    """The link from which the customer installs a card, if it can be."""
    if (
        context.public_url is None
        or link_key is None
        or row.design_id is None
        or row.revoked_at is not None
        or row.state == CustomerState.BANNED
    ):
        return None
    path = install_path(context.tenant.slug, row.design_key, row.customer_id)
    return install_url(context.public_url, link_key, path, LinkOfCard(row.id, row.link_number))
