"""From a scanned text to the customer it names, and the card it is on."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, bindparam, select

from api_client.schemas import CardView, UnknownCause
from membership.access import Tenant
from membership.customers.aliases import resolve, resolve_number
from membership.customers.views import VIEW_COLUMNS
from membership.database import AnyRow
from membership.models import Card, Customer
from passes.barcode import BarcodeError, CardCode, CustomerNumber, InstallLink, parse

_CUSTOMER = (*VIEW_COLUMNS, Customer.birth_date, Customer.desk_note)
_CARD = (
    Card.id.label("card_id"),
    Card.label.label("card_label"),
    Card.issued_at.label("card_issued_at"),
    Card.revoked_at.label("card_revoked_at"),
)
_organization: ColumnElement[int] = bindparam("organization_id")
_BY_CARD = (
    select(*_CUSTOMER, *_CARD)
    .join(
        Customer,
        and_(
            Customer.organization_id == Card.organization_id,
            Customer.id == Card.customer_id,
        ),
    )
    .where(Card.organization_id == _organization, Card.code == bindparam("code"))
)
_BY_ID = select(*_CUSTOMER).where(
    Customer.organization_id == _organization, Customer.id == bindparam("customer_id")
)
_BY_NUMBER = select(*_CUSTOMER).where(
    Customer.organization_id == _organization, Customer.number == bindparam("number")
)
_NEWEST_GOOD_CARD = (
    select(*_CARD)
    .where(
        Card.organization_id == _organization,
        Card.customer_id == bindparam("customer_id"),
        Card.revoked_at.is_(None),
    )
    .order_by(Card.issued_at.desc(), Card.id)
    .limit(1)
)


_LONGEST_FOREIGN_CODE = 255


@dataclass(frozen=True, slots=True)
class Found:
    """The customer that a text names (their row), and the card, if the text is a card's."""

    customer: AnyRow
    card: CardView | None


def find_by_text(connection: Connection, tenant: Tenant, text: str) -> Found | UnknownCause:
    """Find whom ``text`` names among the customers of one organization.

    A code of another organization is exactly like one that nobody has. The id and number of a
    customer who was merged lead to the one who stayed.
    """
    try:
        code = parse(text)
    except BarcodeError:
        found = _by_foreign_card(connection, tenant, text.strip())
        return found or UnknownCause.NOT_A_CARD
    if isinstance(code, InstallLink) and code.organization != tenant.slug:
        return UnknownCause.NOT_FOUND
    asked: dict[str, Any] = {"organization_id": tenant.id}
    row: AnyRow | None
    if isinstance(code, CardCode):
        row = connection.execute(_BY_CARD, {**asked, "code": code.text}).first()
    elif isinstance(code, CustomerNumber):
        row = connection.execute(_BY_NUMBER, {**asked, "number": code.number}).first()
        if row is None:
            row = _by_former_id(
                connection, resolve_number(connection, tenant.id, code.number), asked
            )
    else:
        row = connection.execute(_BY_ID, {**asked, "customer_id": code.customer_id}).first()
        if row is None:
            row = _by_former_id(connection, resolve(connection, tenant.id, code.customer_id), asked)
    if row is None:
        return _by_foreign_card(connection, tenant, code.text) or UnknownCause.NOT_FOUND
    return Found(row, _card_view(row) if isinstance(code, CardCode) else None)


def _by_foreign_card(connection: Connection, tenant: Tenant, text: str) -> Found | None:
    """Whose imported card says ``text``: a card made elsewhere may say anything."""
    if not text.isprintable() or not 0 < len(text) <= _LONGEST_FOREIGN_CODE:
        return None
    row = connection.execute(_BY_CARD, {"organization_id": tenant.id, "code": text}).first()
    return None if row is None else Found(row, _card_view(row))


def _by_former_id(
    connection: Connection, stayed: UUID | None, asked: dict[str, Any]
) -> AnyRow | None:
    """The customer into whom the one that a text named was merged, if they were."""
    if stayed is None:
        return None
    return connection.execute(_BY_ID, {**asked, "customer_id": stayed}).first()


def newest_good_card(connection: Connection, tenant: Tenant, customer_id: UUID) -> CardView | None:
    """The customer's newest card that is not revoked."""
    asked = {"organization_id": tenant.id, "customer_id": customer_id}
    row = connection.execute(_NEWEST_GOOD_CARD, asked).first()
    return None if row is None else _card_view(row)


def _card_view(row: AnyRow) -> CardView:
    """The card columns of a row."""
    return CardView(
        id=row.card_id,
        label=row.card_label,
        issued_at=row.card_issued_at,
        revoked_at=row.card_revoked_at,
    )
