"""One customer in all tables: which rows are theirs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, func, or_, select
from sqlalchemy.orm import Session

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
"""Imports whose file is read no more. One that failed may go on, and needs it."""
TABLES = Organization.metadata.tables


@dataclass(frozen=True)
class Subject:
    """A customer, with what else names them: former ids, and the ids of what is theirs.

    ``addresses`` are their email addresses in lower case, former ones included.
    """

    organization_id: int
    customer_id: UUID
    addresses: frozenset[str]
    former_ids: tuple[UUID, ...]
    owned_ids: tuple[UUID, ...]

    @property
    def own_ids(self) -> tuple[UUID, ...]:
        """The ids of the person: the present one and those from before merges."""
        return (self.customer_id, *self.former_ids)


def load_subject(session: Session, customer: Customer) -> Subject:
    """Gather what names a customer."""
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
    addresses = _addresses(session, customer, former_ids)
    return Subject(here, own, addresses, former_ids, tuple(owned))


def _addresses(
    session: Session, customer: Customer, former_ids: tuple[UUID, ...]
) -> frozenset[str]:
    """The customer's address, and those of before as the audit tells them."""
    ids = [str(each) for each in (customer.id, *former_ids)]
    entries = session.execute(
        select(AuditEntry.before, AuditEntry.after).where(
            AuditEntry.organization_id == customer.organization_id, AuditEntry.subject_id.in_(ids)
        )
    )
    told = {(part or {}).get("email") for entry in entries for part in entry}
    told.add(customer.email)
    return frozenset(address.lower() for address in told if isinstance(address, str))


def rows_of(subject: Subject, table: Table) -> ColumnElement[bool] | None:
    """Which rows of a table are the customer's; None where none can be."""
    find = _FOUND.get(table.name)
    if find is None and "customer_id" in table.columns:
        find = _by_customer
    if find is None:
        return None
    found = find(subject, table)
    return and_(table.c.organization_id == subject.organization_id, found)


def acted(subject: Subject, table: Table) -> ColumnElement[bool]:
    """Which rows of a table tell of something that the customer did themself."""
    return and_(
        table.c.organization_id == subject.organization_id,
        table.c.actor_kind == "customer",
        table.c.actor_id.in_(subject.own_ids),
    )


def _by_customer(subject: Subject, table: Table) -> ColumnElement[bool]:
    """Rows that refer to the customer."""
    return table.c.customer_id == subject.customer_id


def _own_row(subject: Subject, table: Table) -> ColumnElement[bool]:
    """The customer's own row."""
    return table.c.id == subject.customer_id


def _companies(subject: Subject, table: Table) -> ColumnElement[bool]:
    """The companies that the customer is or was linked to."""
    linked = select(CompanyLink.company_id).where(
        CompanyLink.organization_id == subject.organization_id,
        CompanyLink.customer_id == subject.customer_id,
    )
    return table.c.id.in_(linked)


def _about(subject: Subject, table: Table) -> ColumnElement[bool]:
    """Entries about the customer or what is theirs."""
    return table.c.subject_id.in_([str(each) for each in (*subject.own_ids, *subject.owned_ids)])


def _naming(subject: Subject, table: Table) -> ColumnElement[bool]:
    """Answers that name the customer."""
    return or_(*(table.c.answer.contains(str(each)) for each in subject.own_ids))


def _to_them(subject: Subject, table: Table) -> ColumnElement[bool]:
    """Mails to the customer's address, or to a former one."""
    return func.lower(table.c.recipient).in_(subject.addresses)


def _of_imports_that_are_over(subject: Subject, table: Table) -> ColumnElement[bool]:
    """Files that were read: whoever is erased may be in them, and they can be sent again."""
    over = select(Import.id).where(
        Import.organization_id == subject.organization_id, Import.state.in_(_OVER)
    )
    return table.c.import_id.in_(over)


def _at_their_address(subject: Subject, table: Table) -> ColumnElement[bool]:
    """Codes that were mailed to the customer's address, or to a former one."""
    return table.c.email_key.in_(subject.addresses)


def _for_their_memberships(subject: Subject, table: Table) -> ColumnElement[bool]:
    """Payments for memberships that were sold to the customer."""
    sold = select(Membership.id).where(
        Membership.organization_id == subject.organization_id,
        Membership.customer_id == subject.customer_id,
    )
    return table.c.membership_id.in_(sold)


def _of_their_orders(subject: Subject, table: Table) -> ColumnElement[bool]:
    """Invoices of what the customer set out to buy."""
    theirs = select(BillingOrder.id).where(
        BillingOrder.organization_id == subject.organization_id,
        BillingOrder.customer_id == subject.customer_id,
    )
    return table.c.order_id.in_(theirs)


_FOUND: Mapping[str, Callable[[Subject, Table], ColumnElement[bool]]] = {
    "customers": _own_row,
    "companies": _companies,
    "audit_entries": _about,
    "idempotency_keys": _naming,
    "outgoing_mails": _to_them,
    "login_codes": _at_their_address,
    "payments": _for_their_memberships,
    "billing_invoices": _of_their_orders,
    "import_chunks": _of_imports_that_are_over,
}
"""How rows are found where it is not by a column ``customer_id``."""
