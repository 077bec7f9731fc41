"""Routes of companies and the customers linked to them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from membership.access import Call, Scope, creates, reads, writes
from membership.companies import service
from membership.companies.schemas import (
    CompanyChange,
    CompanyPage,
    CompanyView,
    LinkedCustomers,
    NewCompany,
    NewLink,
)
from membership.idempotency import once
from membership.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/companies", tags=["Companies"])


@router.get("")
def list_companies(
    call: Annotated[Call, reads(Scope.COMPANIES_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> CompanyPage:
    """List companies by name."""
    return service.list_companies(call, limit, cursor)


@router.post("", status_code=201)
def create_company(
    new: NewCompany, call: Annotated[Call, creates(Scope.COMPANIES_WRITE)]
) -> CompanyView:
    """Create a company; customers with an address in its domains are linked at once."""

    def create() -> CompanyView:
        company = service.create_company(call.session, call.tenant, new, call.now)
        return service.show_company(call, company)

    return once(call, new, CompanyView, create)


@router.get("/{company_id}")
def get_company(
    company_id: UUID, call: Annotated[Call, reads(Scope.COMPANIES_READ)]
) -> CompanyView:
    """Show a company with its memberships, expired ones too."""
    company = service.get_company(call.session, call.tenant, company_id)
    return service.show_company(call, company)


@router.patch("/{company_id}")
def change_company(
    company_id: UUID,
    change: CompanyChange,
    call: Annotated[Call, writes(Scope.COMPANIES_WRITE)],
) -> CompanyView:
    """Set the fields that are sent."""
    company = service.change_company(call.session, call.tenant, company_id, change, call.now)
    return service.show_company(call, company)


@router.get("/{company_id}/customers")
def list_linked(
    company_id: UUID,
    call: Annotated[Call, reads(Scope.COMPANIES_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> LinkedCustomers:
    """List the customers linked now, in the order in which they take seats."""
    return service.list_linked(call, company_id, limit, cursor)


@router.put("/{company_id}/customers/{customer_id}", status_code=204)
def link_customer(
    company_id: UUID,
    customer_id: UUID,
    link: NewLink,
    call: Annotated[Call, writes(Scope.COMPANIES_WRITE)],
) -> Response:
    """Link a customer to a company: they inherit its memberships from now on."""
    service.link(call, company_id, customer_id, link)
    return Response(status_code=204)


@router.delete("/{company_id}/customers/{customer_id}", status_code=204)
def unlink_customer(
    company_id: UUID,
    customer_id: UUID,
    call: Annotated[Call, writes(Scope.COMPANIES_WRITE)],
) -> Response:
    """End a link: what was inherited through it is gone at once."""
    service.unlink(call, company_id, customer_id)
    return Response(status_code=204)
