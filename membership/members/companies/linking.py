"""Links between customers and companies, made by hand or by email domain, with history.

Every new or ended link is recorded in the audit and emitted as an event.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from membership.events.audit.recorder import record
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.companies.mail_domains import is_public_here
from membership.store.models import (
    Company,
    CompanyDomain,
    CompanyLink,
    Customer,
    LinkSource,
    Organization,
)
from membership.store.upsert import AnyInsert, insert_into
from membership.web.errors import Conflict, NotFound

REOPENED_WITHIN = timedelta(minutes=10)
"""How long after its end a link can be opened again, as if it had not been ended."""

_TRIES = 3
"""A link that is found and then ended by somebody else leaves room for a new one."""


def open_link(
    session: Session, organization_id: int, company_id: UUID, customer_id: UUID
) -> CompanyLink | None:
    """Return the open link between a customer and a company; None if there is none."""
    return session.scalars(
        select(CompanyLink).where(
            CompanyLink.organization_id == organization_id,
            CompanyLink.company_id == company_id,
            CompanyLink.customer_id == customer_id,
            CompanyLink.valid_until.is_(None),
        )
    ).first()


def hold_open(
    session: Session, organization_id: int, company_id: UUID, *, to_sell: bool = False
) -> None:
    """Check that a company is not archived, and lock it against archiving until the commit.

    ``to_sell`` locks it against other sales, too. Raises NotFound; Conflict for an archived
    company.
    """
    company = session.execute(
        select(Company.archived_at)
        .where(Company.organization_id == organization_id, Company.id == company_id)
        .with_for_update(read=not to_sell, key_share=to_sell)
    ).first()
    if company is None:
        raise NotFound("company_not_found", "There is no such company.")
    if company.archived_at is not None:
        raise Conflict("company_archived", "This company is archived and takes nothing new.")


def link_customer(
    session: Session,
    organization_id: int,
    company_id: UUID,
    customer_id: UUID,
    now: datetime,
    *,
    role: str = "",
    source: LinkSource = LinkSource.MANUAL,
) -> CompanyLink:
    """Link a customer to a company from ``now`` on; return the new or the existing link.

    Raises NotFound for an unknown company; Conflict for an archived one, or if others keep ending
    the link at the same time.
    """
    for _ in range(_TRIES):
        link = open_link(session, organization_id, company_id, customer_id)
        if link is not None:
            return link
        hold_open(session, organization_id, company_id)
        new = {
            "organization_id": organization_id,
            "id": uuid4(),
            "company_id": company_id,
            "customer_id": customer_id,
            "role": role,
            "source": source,
            "valid_from": now,
            "valid_until": None,
        }
        connection = session.connection()
        added = open_link_once(insert_into(connection, CompanyLink)).returning(CompanyLink.id)
        if connection.scalar(added, new) is not None:
            return _announce_linked(session, organization_id, company_id, customer_id, now)
    raise Conflict("link_changed", "This link is being changed by somebody else; try again.")


def _announce_linked(
    session: Session, organization_id: int, company_id: UUID, customer_id: UUID, now: datetime
) -> CompanyLink:
    """Record and emit the link that was just made, and return it."""
    link = open_link(session, organization_id, company_id, customer_id)
    if link is None:
        raise RuntimeError("a link was made and is not there")
    link_data = {
        "company_id": str(company_id),
        "customer_id": str(customer_id),
        "source": link.source.value,
    }
    since = {"role": link.role, "valid_from": link.valid_from.isoformat()}
    record(session, organization_id, "link.created", link.id, after={**link_data, **since})
    announced = {"link_id": str(link.id), **link_data}
    emit(session, organization_id, EventType.LINK_CREATED, link.id, announced, now=now)
    return link


def linked_before(
    session: Session, organization_id: int, company_id: UUID, customer_id: UUID
) -> bool:
    """Return whether a customer is or ever was linked to a company."""
    links = select(CompanyLink.id).where(
        CompanyLink.organization_id == organization_id,
        CompanyLink.company_id == company_id,
        CompanyLink.customer_id == customer_id,
    )
    return session.scalars(links.limit(1)).first() is not None


def open_link_once(added: AnyInsert) -> AnyInsert:
    """Return an insert of links that skips customers with an open link to the company."""
    return added.on_conflict_do_nothing(
        index_elements=("organization_id", "company_id", "customer_id"),
        index_where=CompanyLink.valid_until.is_(None),
    )


def unlink_customer(
    session: Session, organization_id: int, company_id: UUID, customer_id: UUID, now: datetime
) -> bool:
    """End the link between a customer and a company; return False if there is none."""
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
    ).first()
    if ended is None:
        return False
    link_data = {"company_id": str(company_id), "customer_id": str(customer_id)}
    record(
        session,
        organization_id,
        "link.ended",
        ended.id,
        before={"valid_until": None},
        after={"valid_until": now.isoformat(), **link_data},
    )
    announced = {"link_id": str(ended.id), **link_data}
    emit(session, organization_id, EventType.LINK_ENDED, ended.id, announced, now=now)
    return True


def reopen_link(
    session: Session, organization_id: int, company_id: UUID, customer_id: UUID, now: datetime
) -> None:
    """Undo the last unlinking of a customer, if it was within ``REOPENED_WITHIN``.

    The link keeps its start, and with it its place among the seats. Raises NotFound for an unknown
    company; Conflict for an archived one.
    """
    hold_open(session, organization_id, company_id, to_sell=True)
    if open_link(session, organization_id, company_id, customer_id) is not None:
        return
    last = session.execute(
        select(CompanyLink.id, CompanyLink.valid_until, CompanyLink.source)
        .where(
            CompanyLink.organization_id == organization_id,
            CompanyLink.company_id == company_id,
            CompanyLink.customer_id == customer_id,
            CompanyLink.valid_until >= now - REOPENED_WITHIN,
        )
        .order_by(CompanyLink.valid_until.desc(), CompanyLink.valid_from.desc())
        .limit(1)
    ).first()
    if last is None or last.valid_until is None:
        return
    session.execute(
        update(CompanyLink)
        .where(CompanyLink.organization_id == organization_id, CompanyLink.id == last.id)
        .values(valid_until=None)
        .execution_options(synchronize_session=False)
    )
    link_data = {"company_id": str(company_id), "customer_id": str(customer_id)}
    record(
        session,
        organization_id,
        "link.reopened",
        last.id,
        before={"valid_until": last.valid_until.isoformat()},
        after={"valid_until": None, **link_data},
    )
    announced = {"link_id": str(last.id), **link_data, "source": last.source.value}
    emit(session, organization_id, EventType.LINK_CREATED, last.id, announced, now=now)


def hold_domains(session: Session, organization_id: int, *, to_change: bool = False) -> None:
    """Serialize changes of company domains with changes of addresses, until the commit.

    Without the lock, two concurrent transactions would not see each other's half, and a customer
    with an address in a company's domain would stay unlinked. ``to_change`` is for the transaction
    that assigns domains. Creating a customer takes a customer number, which locks the same row.
    """
    held = select(Organization.id).where(Organization.id == organization_id)
    if to_change:
        session.execute(held.with_for_update(key_share=True))
    else:
        session.execute(held.with_for_update(read=True))


def link_by_email_domain(session: Session, customer: Customer, now: datetime) -> None:
    """Link a customer to the company that owns the domain of their email address, if any.

    An archived company and a public domain link nobody. Neither is anybody linked who was linked
    to the company before: whoever was unlinked by hand stays out until a person links them.
    """
    if customer.email_domain is None:
        return
    organization_id = customer.organization_id
    owner = session.scalar(
        select(CompanyDomain.company_id).where(
            CompanyDomain.organization_id == organization_id,
            CompanyDomain.domain == customer.email_domain,
        )
    )
    if owner is None or is_public_here(session, customer.email_domain):
        return
    company = session.get(Company, (organization_id, owner), with_for_update={"read": True})
    if company is None or company.archived_at is not None:
        return
    if linked_before(session, organization_id, owner, customer.id):
        return
    link_customer(session, organization_id, owner, customer.id, now, source=LinkSource.EMAIL_DOMAIN)
