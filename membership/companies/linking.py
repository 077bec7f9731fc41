"""Links between customers and companies, made by hand or by email domain; history is kept."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from membership.errors import Conflict
from membership.inserts import AnyInsert, insert_into
from membership.models import CompanyDomain, CompanyLink, Customer


def open_link(
    session: Session, organization_id: int, company_id: UUID, customer_id: UUID
) -> CompanyLink | None:
    """The link that holds between a customer and a company, if there is one."""
    return session.scalars(
        select(CompanyLink).where(
            CompanyLink.organization_id == organization_id,
            CompanyLink.company_id == company_id,
            CompanyLink.customer_id == customer_id,
            CompanyLink.valid_until.is_(None),
        )
    ).first()


def link_customer(
    session: Session,
    organization_id: int,
    company_id: UUID,
    customer_id: UUID,
    now: datetime,
    *,
    role: str = "",
) -> CompanyLink:
    """Link a customer to a company from now on; who is linked already stays as they are.

    Raises Conflict if the link is being ended at the same time.
    """
    link = open_link(session, organization_id, company_id, customer_id)
    if link is not None:
        return link
    new = {
        "organization_id": organization_id,
        "id": uuid4(),
        "company_id": company_id,
        "customer_id": customer_id,
        "role": role,
        "valid_from": now,
        "valid_until": None,
    }
    connection = session.connection()
    connection.execute(open_link_once(insert_into(connection, CompanyLink)), new)
    link = open_link(session, organization_id, company_id, customer_id)
    if link is None:
        raise Conflict("link_changed", "This link is being changed by somebody else; try again.")
    return link


def open_link_once(added: AnyInsert) -> AnyInsert:
    """Let an insert of links pass over those between whom there is a link."""
    return added.on_conflict_do_nothing(
        index_elements=("organization_id", "company_id", "customer_id"),
        index_where=CompanyLink.valid_until.is_(None),
    )


def unlink_customer(
    session: Session, organization_id: int, company_id: UUID, customer_id: UUID, now: datetime
) -> bool:
    """End the link between a customer and a company; False if there is none."""
    ended = session.execute(
        update(CompanyLink)
        .where(
            CompanyLink.organization_id == organization_id,
            CompanyLink.company_id == company_id,
            CompanyLink.customer_id == customer_id,
            CompanyLink.valid_until.is_(None),
        )
        .values(valid_until=now)
        .returning(CompanyLink.id)
    )
    return ended.first() is not None


def link_by_email_domain(session: Session, customer: Customer, now: datetime) -> None:
    """Link a customer to the company that owns the domain of their email address, if any."""
    if customer.email_domain is None:
        return
    owner = session.get(CompanyDomain, (customer.organization_id, customer.email_domain))
    if owner is not None:
        link_customer(session, customer.organization_id, owner.company_id, customer.id, now)
