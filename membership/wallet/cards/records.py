"""Cards as staff see them: in which wallets they are, what replaced them, where to fetch them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from api_client.messages.cards import CardCodeForm, CardRecord, InWallet, IssuedCard, WalletKind
from membership.base.logs import logger
from membership.base.vault import Vault, VaultError
from membership.store.database import AnyRow
from membership.store.models import (
    AppleRegistration,
    Card,
    CardDesign,
    CardDesignVersion,
    CardWallet,
)
from membership.store.wallet_joins import CARD_OF_WALLET, CURRENT_VERSION, DESIGN_OF_WALLET
from membership.wallet.cards.service import get_card
from membership.wallet.links import install_path, install_url
from membership.wallet.state import wallet_keys
from membership.web.access import Tenant


@dataclass(frozen=True, slots=True)
class CardDesk:
    """What showing cards needs: the organization's things, and the service's public address."""

    session: Session
    tenant: Tenant
    vault: Vault
    public_url: str | None


def cards_of(desk: CardDesk, customer_id: UUID) -> tuple[CardRecord, ...]:
    """A customer's cards, newest first."""
    rows = _rows(desk, customer_id)
    replaced = {row.replaces: row.id for row in rows if row.replaces is not None}
    devices = _devices(desk, [row.id for row in rows if row.design_id is not None])
    link_key = _link_key(desk, rows)
    return tuple(
        _record(desk, row, replaced.get(row.id), devices.get(row.id), link_key) for row in rows
    )


def card_record(desk: CardDesk, card_id: UUID) -> CardRecord:
    """One card. Raises NotFound."""
    card = get_card(desk.session, desk.tenant, card_id)
    return next(each for each in cards_of(desk, card.customer_id) if each.id == card.id)


def issued_card(desk: CardDesk, card: Card) -> IssuedCard:
    """A card with its code."""
    record = card_record(desk, card.id)
    return IssuedCard(card=record, customer_id=card.customer_id, code=card.code)


def _rows(desk: CardDesk, customer_id: UUID) -> list[AnyRow]:
    """The customer's cards, each with what the wallets know of it, if there is anything."""
    found = desk.session.connection().execute(
        _CARDS.where(Card.organization_id == desk.tenant.id, Card.customer_id == customer_id)
    )
    return list(found)


_CARDS = (
    select(
        Card.id,
        Card.label,
        Card.issued_at,
        Card.revoked_at,
        Card.customer_id,
        CardWallet.design_id,
        CardWallet.replaces,
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


def _devices(desk: CardDesk, card_ids: Iterable[UUID]) -> Mapping[UUID, AnyRow]:
    """Of cards that are on devices: how many, how far the one behind most is told, an error."""
    told = case(
        (
            AppleRegistration.fetched_seq > AppleRegistration.pushed_seq,
            AppleRegistration.fetched_seq,
        ),
        else_=AppleRegistration.pushed_seq,
    )
    found = desk.session.connection().execute(
        select(
            AppleRegistration.card_id,
            func.count().label("devices"),
            func.min(told).label("told"),
            func.max(AppleRegistration.push_error).label("error"),
        )
        .where(
            AppleRegistration.organization_id == desk.tenant.id,
            AppleRegistration.card_id.in_(list(card_ids)),
        )
        .group_by(AppleRegistration.card_id)
    )
    return {row.card_id: row for row in found}


def _link_key(desk: CardDesk, rows: Iterable[AnyRow]) -> bytes | None:
    """The key of install links, if any of the cards can have one.

    Cards are shown, and can be revoked, although the secret key was lost: then without links.
    """
    if desk.public_url is None or all(row.design_id is None or row.revoked_at for row in rows):
        return None
    try:
        keys = wallet_keys(desk.session, desk.vault, desk.tenant.id)
    except VaultError:
        logger().warning("install_links_unavailable", organization=desk.tenant.slug)
        return None
    return None if keys is None else keys.link_key


def _record(
    desk: CardDesk,
    row: AnyRow,
    replaced_by: UUID | None,
    devices: AnyRow | None,
    link_key: bytes | None,
) -> CardRecord:
    """Show one card."""
    has_design = row.design_id is not None
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
        wallets=(_in_apple(row, devices), _in_google(row)) if has_design else (),
        install_url=_url(desk, row, link_key),
    )


def _in_apple(row: AnyRow, devices: AnyRow | None) -> InWallet:
    """How a card stands in Apple Wallet."""
    if devices is None:
        return InWallet(wallet=WalletKind.APPLE, devices=0, pending=False)
    return InWallet(
        wallet=WalletKind.APPLE,
        devices=devices.devices,
        pending=devices.told < row.update_seq,
        error=devices.error,
    )


def _in_google(row: AnyRow) -> InWallet:
    """How a card stands in Google Wallet."""
    told = row.google_created_at is not None
    return InWallet(
        wallet=WalletKind.GOOGLE,
        devices=int(row.google_saved),
        pending=told and row.google_seq < row.update_seq,
        error=row.google_error,
    )


def _url(desk: CardDesk, row: AnyRow, link_key: bytes | None) -> str | None:
    """Where the customer fetches a card."""
    if (
        desk.public_url is None
        or link_key is None
        or row.design_id is None
        or row.revoked_at is not None
    ):
        return None
    path = install_path(desk.tenant.slug, row.design_key, row.customer_id)
    return install_url(desk.public_url, link_key, path)
