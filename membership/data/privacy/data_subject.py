"""The rows of one customer, the data subject, in all tables."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, func, or_, select
from sqlalchemy.orm import Session

from membership.events.audit.of_customer import taken_back
from membership.store.models import (
    AuditEntry,
    BillingOrder,
    Card,
    CompanyLink,
    Customer,
    CustomerAlias,
    Import,
    ImportState,
    Membership,
    Organization,
    Payment,
)

_OVER = (ImportState.FINISHED, ImportState.CANCELLED)
"""States of imports that do not read their file anymore. A failed one may be continued."""
_IDS_AT_ONCE = 200
TABLES = Organization.metadata.tables


@dataclass(frozen=True)
class DataSubject:
    """A customer, with former ids and the ids of their cards, links and memberships.

    ``addresses`` are their email addresses in lower case, former ones included.
    """

    organization_id: int
    customer_id: UUID
    addresses: frozenset[str]
    former_ids: tuple[UUID, ...]
    owned_ids: tuple[UUID, ...]

    @property
    def own_ids(self) -> tuple[UUID, ...]:
        """The ids of the customer: the current one and those from before merges."""
        return (self.customer_id, *self.former_ids)


def load_data_subject(session: Session, customer: Customer) -> DataSubject:
    """Load the identifiers of a customer."""
    here, own = customer.organization_id, customer.id
    former = session.scalars(
        select(CustomerAlias.old_id).where(
            CustomerAlias.organization_id == here, CustomerAlias.customer_id == own
        )
    )
    former_ids, owned = tuple(former), list[UUID]()
    for model in (Card, CompanyLink, Membership):
        owned += session.scalars(
            select(model.id).where(model.organization_id == here, model.customer_id == own)
        )
    owned += session.scalars(
        select(Payment.id)
        .join(
            Membership,
            and_(
                Membership.organization_id == Payment.organization_id,
                Membership.id == Payment.membership_id,
            ),
        )
        .where(Payment.organization_id == here, Membership.customer_id == own)
    )
    owned += map(UUID, taken_back(session, here, (own, *former_ids)))
    addresses = _addresses(session, customer, former_ids)
    return DataSubject(here, own, addresses, former_ids, tuple(owned))


def _addresses(
    session: Session, customer: Customer, former_ids: tuple[UUID, ...]
) -> frozenset[str]:
    """The customer's addresses, current and former ones, the latter from the audit."""
    ids = [str(each) for each in (customer.id, *former_ids)]
    entries = session.execute(
        select(AuditEntry.before, AuditEntry.after).where(
            AuditEntry.organization_id == customer.organization_id, AuditEntry.subject_id.in_(ids)
        )
    )
    addresses = {(part or {}).get("email") for entry in entries for part in entry}
    addresses.add(customer.email)
    return frozenset(address.lower() for address in addresses if isinstance(address, str))


def rows_of(subject: DataSubject, table: Table) -> ColumnElement[bool] | None:
    """SQL condition: the rows of a table that are the customer's; None if none can be."""
    find = _FOUND.get(table.name)
    if find is None and "customer_id" in table.columns:
        find = _by_customer
    if find is None:
        return None
    found = find(subject, table)
    return and_(table.c.organization_id == subject.organization_id, found)


def acted(subject: DataSubject, table: Table) -> ColumnElement[bool]:
    """SQL condition: the rows of a table about actions of the customer."""
    return and_(
        table.c.organization_id == subject.organization_id,
        table.c.actor_kind == "customer",
        table.c.actor_id.in_(subject.own_ids),
    )


def answers_about(table: Table, subject: DataSubject) -> Iterator[ColumnElement[bool]]:
    """Yield SQL conditions: stored responses about what the customer owns, some ids in each.

    SQLite takes no more than 1,000 conditions in a row.
    """
    owned = [str(each) for each in subject.owned_ids]
    for start in range(0, len(owned), _IDS_AT_ONCE):
        ids = owned[start : start + _IDS_AT_ONCE]
        yield and_(
            table.c.organization_id == subject.organization_id,
            or_(*(table.c.answer.contains(each) for each in ids)),
        )


def _by_customer(subject: DataSubject, table: Table) -> ColumnElement[bool]:
    """Rows that refer to the customer."""
    return table.c.customer_id == subject.customer_id


def _own_row(subject: DataSubject, table: Table) -> ColumnElement[bool]:
    """The customer's own row."""
    return table.c.id == subject.customer_id


def _companies(subject: DataSubject, table: Table) -> ColumnElement[bool]:
    """The companies that the customer is or was linked to."""
    linked = select(CompanyLink.company_id).where(
        CompanyLink.organization_id == subject.organization_id,
        CompanyLink.customer_id == subject.customer_id,
    )
    return table.c.id.in_(linked)


def _about(subject: DataSubject, table: Table) -> ColumnElement[bool]:
    """Entries about the customer or their cards, links and memberships."""
    return table.c.subject_id.in_([str(each) for each in (*subject.own_ids, *subject.owned_ids)])


def _by_subject(subject: DataSubject, table: Table) -> ColumnElement[bool]:
    """Lines of files that created the customer."""
    return table.c.subject_id.in_(subject.own_ids)


def _naming(subject: DataSubject, table: Table) -> ColumnElement[bool]:
    """Stored responses that name the customer."""
    return or_(*(table.c.answer.contains(str(each)) for each in subject.own_ids))


def _to_them(subject: DataSubject, table: Table) -> ColumnElement[bool]:
    """Mails to a current or former address of the customer."""
    return func.lower(table.c.recipient).in_(subject.addresses)


def _of_ended_imports(subject: DataSubject, table: Table) -> ColumnElement[bool]:
    """Files of ended imports: they may name the customer, and can be sent again."""
    over = select(Import.id).where(
        Import.organization_id == subject.organization_id, Import.state.in_(_OVER)
    )
    return table.c.import_id.in_(over)


def _at_their_address(subject: DataSubject, table: Table) -> ColumnElement[bool]:
    """Login codes for a current or former address of the customer."""
    return table.c.email_key.in_(subject.addresses)


def _for_their_memberships(subject: DataSubject, table: Table) -> ColumnElement[bool]:
    """Payments for memberships that were sold to the customer."""
    sold = select(Membership.id).where(
        Membership.organization_id == subject.organization_id,
        Membership.customer_id == subject.customer_id,
    )
    return table.c.membership_id.in_(sold)


def _of_their_orders(subject: DataSubject, table: Table) -> ColumnElement[bool]:
    """Invoices of the customer's orders."""
    theirs = select(BillingOrder.id).where(
        BillingOrder.organization_id == subject.organization_id,
        BillingOrder.customer_id == subject.customer_id,
    )
    return table.c.order_id.in_(theirs)


_FOUND: Mapping[str, Callable[[DataSubject, Table], ColumnElement[bool]]] = {
    "customers": _own_row,
    "companies": _companies,
    "audit_entries": _about,
    "idempotency_keys": _naming,
    "outgoing_mails": _to_them,
    "login_codes": _at_their_address,
    "payments": _for_their_memberships,
    "billing_invoices": _of_their_orders,
    "import_chunks": _of_ended_imports,
    "import_lines": _by_subject,
}
"""Conditions for tables where the customer is not in a column ``customer_id``."""
