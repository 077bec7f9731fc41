"""Finds the customer, and the card, that a scanned text identifies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, select, true
from sqlalchemy.orm import aliased

from api_client.messages.scan import CardView, NamedBy, UnknownCause
from membership.members.customers.aliases import resolve, resolve_number
from membership.members.customers.former_numbers import holders_of
from membership.members.customers.views import VIEW_COLUMNS
from membership.members.memberships.entitlements import (
    Entitlements,
    entitlements_of,
    select_entitlements,
)
from membership.store.database import AnyRow
from membership.store.models import Card, CardWallet, Customer
from membership.store.wallet_joins import CARD_OF_WALLET, HOLDER_OF_CARD
from membership.web.access import Tenant
from passes.codes.barcode import (
    BarcodeError,
    CardAlias,
    CardCode,
    CustomerNumber,
    CustomerUuid,
    InstallLink,
    ParsedCode,
    RotatingCode,
    SignedCardCode,
    parse,
)
from passes.codes.foreign import foreign_spellings, storable

_CUSTOMER = (*VIEW_COLUMNS, Customer.birth_date, Customer.desk_note)
_CARD = (
    Card.id.label("card_id"),
    Card.label.label("card_label"),
    Card.issued_at.label("card_issued_at"),
    Card.revoked_at.label("card_revoked_at"),
    Card.static_since.label("card_static_since"),
)
_organization: ColumnElement[int] = bindparam("organization_id")
_number: ColumnElement[int] = bindparam("number", type_=Customer.number.type)
_customer_id: ColumnElement[UUID] = bindparam("customer_id", type_=Customer.id.type)


def select_by_card(organization: ColumnElement[int], *more: Any) -> Select[*tuple[Any, ...]]:
    """Return a query for the customer who has the card with a ``code``, and their entitlements.

    Its rows are for ``found_of``. ``more`` are columns to append.
    """
    scanned = aliased(Card)
    entitlements = select_entitlements(
        select(scanned.customer_id)
        .where(scanned.organization_id == organization, scanned.code == bindparam("code"))
        .scalar_subquery(),
        organization,
    )
    of_card = HOLDER_OF_CARD
    return (
        select(*_CUSTOMER, *_CARD, *entitlements.c, *more)
        .select_from(Card)
        .join(Customer, of_card)
        .outerjoin(entitlements, true())
        .where(Card.organization_id == organization, Card.code == bindparam("code"))
    )


_BY_CARD = select_by_card(_organization)
_aliased = aliased(Card)
_entitlements_by_alias = select_entitlements(
    select(_aliased.customer_id)
    .join(
        CardWallet,
        and_(
            CardWallet.organization_id == _aliased.organization_id,
            CardWallet.card_id == _aliased.id,
        ),
    )
    .where(CardWallet.organization_id == _organization, CardWallet.alias == bindparam("alias"))
    .scalar_subquery()
)
_BY_ALIAS = (
    select(*_CUSTOMER, *_CARD, *_entitlements_by_alias.c)
    .select_from(CardWallet)
    .join(Card, CARD_OF_WALLET)
    .join(Customer, HOLDER_OF_CARD)
    .outerjoin(_entitlements_by_alias, true())
    .where(CardWallet.organization_id == _organization, CardWallet.alias == bindparam("alias"))
)
_entitlements_by_id = select_entitlements(_customer_id)
_BY_ID = (
    select(*_CUSTOMER, *_entitlements_by_id.c)
    .select_from(Customer)
    .outerjoin(_entitlements_by_id, true())
    .where(Customer.organization_id == _organization, Customer.id == _customer_id)
)
_numbered = aliased(Customer)
_entitlements_by_number = select_entitlements(
    select(_numbered.id)
    .where(_numbered.organization_id == _organization, _numbered.number == _number)
    .scalar_subquery()
)
_BY_NUMBER = (
    select(*_CUSTOMER, *_entitlements_by_number.c)
    .select_from(Customer)
    .outerjoin(_entitlements_by_number, true())
    .where(Customer.organization_id == _organization, Customer.number == _number)
)
_CARDS_OF_CUSTOMER = (
    select(*_CARD, CardWallet.replaces)
    .select_from(Card)
    .outerjoin(
        CardWallet,
        CARD_OF_WALLET,
    )
    .where(Card.organization_id == _organization, Card.customer_id == _customer_id)
    .order_by(Card.issued_at.desc(), Card.id)
)

_ATTEMPTS = 2

_Name = CardCode | CardAlias | CustomerUuid | InstallLink | CustomerNumber
Proof = SignedCardCode | RotatingCode
"""A code that proves more than it names; ``membership.wallet.code_verifier`` judges it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The customer that a text identifies (their row), their entitlements, and the card if any.

    A ``proof`` is not verified yet: it identifies a customer and grants nothing. ``static_since``
    is when the static code of the card was first handed out; see
    ``membership.wallet.static_codes``.
    """

    customer: AnyRow
    entitlements: Entitlements
    card: CardView | None
    named_by: NamedBy
    proof: Proof | None = None
    static_since: datetime | None = None


def read_code(text: str) -> ParsedCode | None:
    """Return the code in a scanned text; None if it has none of the forms of a card."""
    try:
        return parse(text)
    except BarcodeError:
        return None


def find_by_text(
    connection: Connection, tenant: Tenant, text: str, now: datetime, *, former: bool = True
) -> Found | UnknownCause:
    """Return the customer whom ``text`` identifies, or why there is none; see ``find_by_code``.

    Former numbers are left out unless ``former``.
    """
    return find_by_code(connection, tenant, text, read_code(text), now, former=former)


def find_by_code(
    connection: Connection,
    tenant: Tenant,
    text: str,
    code: ParsedCode | None,
    now: datetime,
    *,
    former: bool = True,
) -> Found | UnknownCause:
    """Return the customer of one organization whom ``code``, read from ``text``, identifies.

    Otherwise returns the cause: a code of another organization counts as unknown. The former id and
    number of a merged customer find the one they were merged into. A card of another issuer may
    have any text. After cards, a former number finds its customer if only one has it; if several
    do, the cause is NOT_FOUND, and ``holders_of`` returns them.
    """
    if code is None:
        foreign = _by_foreign_card(connection, tenant.id, text, now)
        if foreign is None and former:
            return _by_former_number(connection, tenant.id, text, now)
        return UnknownCause.NOT_A_CARD if foreign is None else foreign
    if isinstance(code, InstallLink) and code.organization != tenant.slug:
        return UnknownCause.NOT_FOUND
    proof = code if isinstance(code, SignedCardCode | RotatingCode) else None
    named: _Name
    match code:
        case SignedCardCode():
            named = code.card
        case RotatingCode():
            named = code.name
        case _:
            named = code
    rows = _rows(connection, tenant.id, named, now)
    if not rows:
        foreign = _by_foreign_card(connection, tenant.id, code.text, now)
        return UnknownCause.NOT_FOUND if foreign is None else foreign
    if isinstance(named, CardCode | CardAlias):
        return found_of(connection, tenant.id, rows, now, proof)
    held = entitlements_of(connection, tenant.id, rows, now)
    return Found(rows[0], held, None, _NAMED_BY[type(named)], proof)


_NAMED_BY: Mapping[type, NamedBy] = {
    CardCode: NamedBy.CARD,
    SignedCardCode: NamedBy.SIGNED_CARD,
    RotatingCode: NamedBy.ROTATING_CARD,
    CustomerNumber: NamedBy.NUMBER,
    CustomerUuid: NamedBy.CUSTOMER_ID,
    InstallLink: NamedBy.INSTALL_LINK,
}


def found_of(
    connection: Connection,
    organization_id: int,
    rows: Sequence[AnyRow],
    now: datetime,
    proof: Proof | None = None,
) -> Found:
    """Return the customer and the card from the rows of ``select_by_card``."""
    entitlements = entitlements_of(connection, organization_id, rows, now)
    row, named_by = rows[0], NamedBy.CARD if proof is None else _NAMED_BY[type(proof)]
    return Found(row, entitlements, _card_view(row), named_by, proof, row.card_static_since)


def _by_foreign_card(
    connection: Connection, organization_id: int, text: str, now: datetime
) -> Found | None:
    """Return the customer with a card of another issuer with this text; None if there is none."""
    for spelling in filter(storable, foreign_spellings(text)):
        asked = {"organization_id": organization_id, "now": now, "code": spelling}
        if rows := connection.execute(_BY_CARD, asked).all():
            found = found_of(connection, organization_id, rows, now)
            return replace(found, named_by=NamedBy.FOREIGN_CARD)
    return None


def _by_former_number(
    connection: Connection, organization_id: int, text: str, now: datetime
) -> Found | UnknownCause:
    """Return the only customer with a former number, or the cause if there is none or several.

    Whoever has it is merged into another customer perhaps, before they are read: then that one has
    it, and it is asked for once more.
    """
    for _ in range(_ATTEMPTS):
        holders = holders_of(connection, organization_id, text)
        if len(holders) != 1:
            return UnknownCause.NOT_FOUND if holders else UnknownCause.NOT_A_CARD
        asked = {"organization_id": organization_id, "now": now, "customer_id": holders[0]}
        rows = connection.execute(_BY_ID, asked).all()
        if rows:
            entitlements = entitlements_of(connection, organization_id, rows, now)
            return Found(rows[0], entitlements, None, NamedBy.NUMBER)
    return UnknownCause.NOT_A_CARD


def _rows(
    connection: Connection,
    organization_id: int,
    code: _Name,
    now: datetime,
) -> Sequence[AnyRow]:
    """Return a row for each membership of the customer that a code identifies; empty if unknown."""
    asked: dict[str, Any] = {"organization_id": organization_id, "now": now}
    if isinstance(code, CardCode):
        return connection.execute(_BY_CARD, {**asked, "code": code.text}).all()
    if isinstance(code, CardAlias):
        return connection.execute(_BY_ALIAS, {**asked, "alias": code.text}).all()
    if isinstance(code, CustomerNumber):
        rows = connection.execute(_BY_NUMBER, {**asked, "number": code.number}).all()
        stayed = None if rows else resolve_number(connection, organization_id, code.number)
    else:
        rows = connection.execute(_BY_ID, {**asked, "customer_id": code.customer_id}).all()
        stayed = None if rows else resolve(connection, organization_id, code.customer_id)
    if stayed is not None:
        rows = connection.execute(_BY_ID, {**asked, "customer_id": stayed}).all()
    return rows


def current_card(
    connection: Connection, tenant: Tenant, customer_id: UUID, card_id: UUID
) -> CardView | None:
    """Return the valid card that replaced a card of the customer, or else their newest valid one.

    None if the customer has no valid card.
    """
    asked = {"organization_id": tenant.id, "customer_id": customer_id}
    cards = connection.execute(_CARDS_OF_CUSTOMER, asked).all()
    replacing = {row.replaces: row for row in cards if row.replaces is not None}
    good = [row for row in cards if row.card_revoked_at is None]
    follows = replacing.get(card_id)
    while follows is not None and follows not in good:
        follows = replacing.get(follows.card_id)
    current = follows or next(iter(good), None)
    return None if current is None else _card_view(current)


def _card_view(row: AnyRow) -> CardView:
    """Return the card columns of a row as a message."""
    return CardView(
        id=row.card_id,
        label=row.card_label,
        issued_at=row.card_issued_at,
        revoked_at=row.card_revoked_at,
    )
