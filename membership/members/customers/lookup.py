"""From a scanned text to the customer it names, and the card it is on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select, true
from sqlalchemy.orm import aliased

from api_client.messages.scan import CardView, UnknownCause
from membership.members.customers.aliases import resolve, resolve_number
from membership.members.customers.views import VIEW_COLUMNS
from membership.members.memberships.entitlements import Held, held_by, held_of
from membership.store.database import AnyRow
from membership.store.models import ApiKey, Card, CardWallet, Customer, Organization
from membership.store.wallet_joins import CARD_OF_WALLET, HOLDER_OF_CARD
from membership.web.access import (
    GOOD_KEY,
    KEY_COLUMNS,
    KEYS_ORGANIZATION,
    OF_KEY,
    Caller,
    Tenant,
    caller_of_key,
    digest,
)
from passes.codes.barcode import (
    BarcodeError,
    CardCode,
    CustomerNumber,
    CustomerUuid,
    InstallLink,
    RotatingCode,
    SignedCardCode,
    parse,
)

_CUSTOMER = (*VIEW_COLUMNS, Customer.birth_date, Customer.desk_note)
_CARD = (
    Card.id.label("card_id"),
    Card.label.label("card_label"),
    Card.issued_at.label("card_issued_at"),
    Card.revoked_at.label("card_revoked_at"),
)
_organization: ColumnElement[int] = bindparam("organization_id")
_number: ColumnElement[int] = bindparam("number", type_=Customer.number.type)
_customer_id: ColumnElement[UUID] = bindparam("customer_id", type_=Customer.id.type)


def _by_card(organization: ColumnElement[int], *more: Any) -> Select[*tuple[Any, ...]]:
    """The query for whose card has a ``code``, with what they hold and the columns ``more``."""
    scanned = aliased(Card)
    held = held_by(
        select(scanned.customer_id)
        .where(scanned.organization_id == organization, scanned.code == bindparam("code"))
        .scalar_subquery(),
        organization,
    )
    of_card = HOLDER_OF_CARD
    return (
        select(*_CUSTOMER, *_CARD, *held.c, *more)
        .select_from(Card)
        .join(Customer, of_card)
        .outerjoin(held, true())
        .where(Card.organization_id == organization, Card.code == bindparam("code"))
    )


_BY_CARD = _by_card(_organization)
_BY_CARD_AND_KEY = (
    _by_card(KEYS_ORGANIZATION, *KEY_COLUMNS)
    .join(ApiKey, ApiKey.organization_id == Card.organization_id)
    .join(Organization, OF_KEY)
    .where(GOOD_KEY)
)
_held_by_id = held_by(_customer_id)
_BY_ID = (
    select(*_CUSTOMER, *_held_by_id.c)
    .select_from(Customer)
    .outerjoin(_held_by_id, true())
    .where(Customer.organization_id == _organization, Customer.id == _customer_id)
)
_numbered = aliased(Customer)
_held_by_number = held_by(
    select(_numbered.id)
    .where(_numbered.organization_id == _organization, _numbered.number == _number)
    .scalar_subquery()
)
_BY_NUMBER = (
    select(*_CUSTOMER, *_held_by_number.c)
    .select_from(Customer)
    .outerjoin(_held_by_number, true())
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

Proof = SignedCardCode | RotatingCode
"""A code that proves more than it names; ``membership.wallet.code_verifier`` judges it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The customer that a text names (their row) with what they hold, and the card if it is one.

    A ``proof`` is not judged yet: it names somebody and lets nobody in.
    """

    customer: AnyRow
    held: Held
    card: CardView | None
    proof: Proof | None = None


def find_by_text(
    connection: Connection, tenant: Tenant, text: str, now: datetime
) -> Found | UnknownCause:
    """Find whom ``text`` names among the customers of one organization.

    A code of another organization is exactly like one that nobody has. The id and number of a
    customer who was merged lead to the one who stayed. An imported card may say anything.
    """
    try:
        code = parse(text)
    except BarcodeError:
        foreign = _by_foreign_card(connection, tenant.id, text.strip(), now)
        return UnknownCause.NOT_A_CARD if foreign is None else foreign
    if isinstance(code, InstallLink) and code.organization != tenant.slug:
        return UnknownCause.NOT_FOUND
    proof = code if isinstance(code, SignedCardCode | RotatingCode) else None
    named = code.card if isinstance(code, SignedCardCode | RotatingCode) else code
    rows = _rows(connection, tenant.id, named, now)
    if not rows:
        foreign = _by_foreign_card(connection, tenant.id, code.text, now)
        return UnknownCause.NOT_FOUND if foreign is None else foreign
    held = held_of(connection, tenant.id, rows, now)
    card = _card_view(rows[0]) if isinstance(named, CardCode) else None
    return Found(rows[0], held, card, proof)


def find_with_key(
    connection: Connection, key: str, text: str, now: datetime
) -> tuple[Caller, Found] | None:
    """Who calls with an API key, and whose card says ``text``: most scans, in one query.

    None if ``text`` is no card's code, if there is no such card, or if the key is no good.
    """
    try:
        code = parse(text)
    except BarcodeError:
        return None
    if not isinstance(code, CardCode):
        return None
    asked = {"digest": digest(key), "code": code.text, "now": now}
    rows = connection.execute(_BY_CARD_AND_KEY, asked).all()
    if not rows:
        return None
    of_key = rows[0][-len(KEY_COLUMNS) :]
    caller = caller_of_key(*of_key)
    held = held_of(connection, caller.tenant.id, rows, now)
    return caller, Found(rows[0], held, _card_view(rows[0]))


_LONGEST_CODE = 255


def _by_foreign_card(
    connection: Connection, organization_id: int, text: str, now: datetime
) -> Found | None:
    """Whose card, made elsewhere and imported with its code, says ``text``."""
    if not text.isprintable() or not 0 < len(text) <= _LONGEST_CODE:
        return None
    asked = {"organization_id": organization_id, "now": now, "code": text}
    rows = connection.execute(_BY_CARD, asked).all()
    if not rows:
        return None
    return Found(rows[0], held_of(connection, organization_id, rows, now), _card_view(rows[0]))


def _rows(
    connection: Connection,
    organization_id: int,
    code: CardCode | CustomerUuid | InstallLink | CustomerNumber,
    now: datetime,
) -> Sequence[AnyRow]:
    """The customer that a code names, once for each membership that they hold; or none."""
    asked: dict[str, Any] = {"organization_id": organization_id, "now": now}
    if isinstance(code, CardCode):
        return connection.execute(_BY_CARD, {**asked, "code": code.text}).all()
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
    """The good card that replaced one of the customer's cards, or else their newest good one."""
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
    """The card columns of a row."""
    return CardView(
        id=row.card_id,
        label=row.card_label,
        issued_at=row.card_issued_at,
        revoked_at=row.card_revoked_at,
    )
