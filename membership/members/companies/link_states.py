"""Whether a customer is linked to a company, with the ETag of that: for conditional changes."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from api_client.messages.management import LinkState
from membership.members.companies.linking import open_link
from membership.members.companies.service import get_company
from membership.members.customers.service import get_customer
from membership.members.customers.views import customer_view
from membership.store.models import Company, CompanyLink
from membership.web.access import Call
from membership.web.errors import NotFound
from membership.web.preconditions import strong_etag


class _Link(BaseModel):
    """What a change of a link is of: the open link, if there is one, and its role."""

    link_id: UUID | None
    role: str


def link_etag(link_id: UUID | None, role: str) -> str:
    """Return the ETag of an open link; None and an empty role for who is not linked."""
    return strong_etag(_Link(link_id=link_id, role=role), "link_id", "role")


def show_link(call: Call, company_id: UUID, customer_id: UUID) -> tuple[LinkState, str]:
    """Return whether a customer is linked to a company, and the ETag of that. Raises NotFound."""
    company = get_company(call.session, call.tenant, company_id)
    customer = get_customer(call.session, call.tenant, customer_id)
    link = open_link(call.session, call.tenant.id, company.id, customer.id)
    state = LinkState(
        customer=customer_view(customer),
        linked=link is not None,
        role="" if link is None else link.role,
        source=None if link is None else link.source,
        valid_from=None if link is None else link.valid_from,
    )
    return state, _etag(link)


def lock_link(call: Call, company_id: UUID, customer_id: UUID) -> str:
    """Return the ETag of a link, or of there being none, locked until the commit.

    The company is locked first, so that nobody else links anybody to it meanwhile. Raises NotFound.
    """
    session, organization_id = call.session, call.tenant.id
    company = session.get(
        Company, (organization_id, company_id), with_for_update={"key_share": True}
    )
    if company is None:
        raise NotFound("company_not_found", "There is no such company.")
    customer = get_customer(session, call.tenant, customer_id)
    link = session.scalars(
        select(CompanyLink)
        .where(
            CompanyLink.organization_id == organization_id,
            CompanyLink.company_id == company_id,
            CompanyLink.customer_id == customer.id,
            CompanyLink.valid_until.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    return _etag(link)


def lock_open_link(call: Call, company_id: UUID, customer_id: UUID) -> str:
    """Return the ETag of an open link, locked until the commit. Raises NotFound without one."""
    try:
        etag = lock_link(call, company_id, customer_id)
    except NotFound:
        raise not_linked() from None
    if etag == _etag(None):
        raise not_linked()
    return etag


def not_linked() -> NotFound:
    """Return the error for a link that does not exist."""
    return NotFound("link_not_found", "This customer is not linked to this company.")


def _etag(link: CompanyLink | None) -> str:
    """Return the ETag of an open link, or of none."""
    return link_etag(None, "") if link is None else link_etag(link.id, link.role)
