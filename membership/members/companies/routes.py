"""Routes of companies and the customers linked to them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api_client.messages.management import (
    CompanyPage,
    CompanyView,
    EmailDomainView,
    LinkedCustomers,
    LinkState,
)
from membership.base.scopes import Scope
from membership.members.companies import link_states, links, service, views
from membership.members.companies.domain_rules import DomainRules, show_domain
from membership.members.companies.schemas import (
    CompanyChange,
    EmailDomain,
    NewCompany,
    NewLink,
    PastLinks,
)
from membership.web.access import Call, reads, writes_once
from membership.web.idempotency import Done, once, request_of
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit
from membership.web.preconditions import InCondition, InShown

router = APIRouter(prefix="/v1/companies", tags=["Companies"])


@router.get("")
def list_companies(
    call: Annotated[Call, reads(Scope.COMPANIES_READ)],
    *,
    q: Annotated[
        str,
        Query(
            max_length=200,
            description="Words of the name or parts of them; accents and case are ignored.",
            examples=["northw"],
        ),
    ] = "",
    archived: Annotated[
        bool | None,
        Query(description="Only archived companies, or only others; all if omitted."),
    ] = None,
    counts: Annotated[
        bool, Query(description="Count the linked customers of each company, and taken seats.")
    ] = False,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> CompanyPage:
    """List companies by name; with `q`, those whose name has all of its words or parts of words.

    Errors: `invalid_cursor` (422).
    """
    return views.list_companies(call, q, limit, cursor, archived=archived, counts=counts)


@router.post("", status_code=201)
def create_company(
    new: NewCompany, call: Annotated[Call, writes_once(Scope.COMPANIES_WRITE)], shown: InShown
) -> CompanyView:
    """Create a company; customers with an address in its domains are linked at once.

    A member of staff confirms each domain in `confirmed_domains`, with the number of customers from
    `GET /v1/companies/email-domains/{domain}`.

    Errors: `email_domain_taken`, `email_domain_not_confirmed` (409), `email_domain_public` (422).
    """
    rules = DomainRules.of(call, new)

    def create() -> CompanyView:
        company = service.create_company(call.session, call.tenant, new, call.now, rules)
        return views.show_company(call, company)

    created = once(call, new, CompanyView, create)
    return shown.show(created, views.company_etag(created))


@router.get("/email-domains/{domain}")
def get_email_domain(
    domain: Annotated[
        EmailDomain,
        Path(
            description="The domain in ASCII or Unicode spelling.",
            examples=["northwind.example.com"],
        ),
    ],
    call: Annotated[Call, reads(Scope.COMPANIES_WRITE)],
) -> EmailDomainView:
    """Return the effect of assigning an email domain to a company: how many customers it links."""
    return show_domain(call, domain)


@router.get("/{company_id}")
def get_company(
    company_id: UUID, call: Annotated[Call, reads(Scope.COMPANIES_READ)], shown: InShown
) -> CompanyView:
    """Return a company with its memberships, expired ones included, and its first linked customers.

    Errors: `company_not_found` (404).
    """
    company = service.get_company(call.session, call.tenant, company_id)
    view = views.show_company(call, company)
    return shown.show(view, views.company_etag(view))


@router.patch("/{company_id}")
def change_company(
    company_id: UUID,
    change: CompanyChange,
    call: Annotated[Call, writes_once(Scope.COMPANIES_WRITE)],
    condition: InCondition,
) -> CompanyView:
    """Set the fields that are sent.

    An added domain links the customers with an address there who were never linked to the company:
    whoever was unlinked stays out until `PUT /v1/companies/{company_id}/customers/{customer_id}`
    links them. A removed domain unlinks nobody. A member of staff confirms added domains as for a
    new company. A lower `seat_cap` takes seats from
    those who were linked last.

    `archived` closes a company: it accepts no new links or memberships, and its domains link
    nobody. Existing memberships continue, and linked customers inherit them until the membership
    ends or they are unlinked: end the memberships to revoke access. When the company is restored,
    its domains link customers who came meanwhile.

    Errors: `company_not_found` (404), `email_domain_taken`, `email_domain_not_confirmed` (409),
    `email_domain_public` (422).
    """
    rules = DomainRules.of(call, change)

    def current() -> str:
        company = service.lock_company(call.session, call.tenant, company_id, change)
        return views.stored_etag(call.session, company)

    def save() -> CompanyView:
        condition.require(current)
        company = service.change_company(
            call.session, call.tenant, company_id, change, call.now, rules=rules
        )
        return views.show_company(call, company)

    asked = request_of("change company", company_id, body=change)
    changed = once(call, asked, CompanyView, save)
    return condition.show(changed, views.company_etag(changed))


@router.get("/{company_id}/customers")
def list_linked(
    company_id: UUID,
    call: Annotated[Call, reads(Scope.COMPANIES_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> LinkedCustomers:
    """List the customers linked now, in the order in which they take seats.

    Errors: `company_not_found` (404), `invalid_cursor` (422).
    """
    return links.list_linked(call, company_id, limit, cursor)


@router.get("/{company_id}/links")
def list_link_history(
    company_id: UUID,
    call: Annotated[Call, reads(Scope.COMPANIES_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> PastLinks:
    """List every link that the company has or had, latest first, with its source.

    A customer who was unlinked and linked again is listed twice.

    Errors: `company_not_found` (404), `invalid_cursor` (422).
    """
    return links.list_history(call, company_id, limit, cursor)


@router.get("/{company_id}/customers/{customer_id}")
def get_link(
    company_id: UUID,
    customer_id: UUID,
    call: Annotated[Call, reads(Scope.COMPANIES_READ)],
    shown: InShown,
) -> LinkState:
    """Return whether a customer is linked to a company now.

    Its `ETag`, sent as `If-Match` of a change, is of the link, or of there being none.

    Errors: `company_not_found`, `customer_not_found` (404).
    """
    return shown.show(*link_states.show_link(call, company_id, customer_id))


@router.put("/{company_id}/customers/{customer_id}", status_code=204)
def link_customer(
    company_id: UUID,
    customer_id: UUID,
    link: NewLink,
    call: Annotated[Call, writes_once(Scope.COMPANIES_WRITE)],
    condition: InCondition,
) -> Response:
    """Link a customer to a company: they inherit its memberships from now on.

    An existing link stays and gets the role that is sent. If a company has fewer seats than linked
    customers, the earliest links have them; a new link is last in the queue. `reopen` undoes an
    unlinking of the last ten minutes: the same link holds again, with its place in the queue.

    Errors: `company_not_found`, `customer_not_found` (404), `company_archived`, `customer_erased`
    (409), `link_changed` (409, if others keep changing the same link).
    """

    etag: dict[str, str] = {}  # of a repeat it is not known: others may have changed the link since

    def save() -> Done:
        condition.require(lambda: link_states.lock_link(call, company_id, customer_id))
        links.link(call, company_id, customer_id, link)
        etag["ETag"] = link_states.show_link(call, company_id, customer_id)[1]
        return Done()

    once(call, request_of("link", company_id, customer_id, body=link), Done, save)
    return Response(status_code=204, headers=etag)


@router.delete("/{company_id}/customers/{customer_id}", status_code=204)
def unlink_customer(
    company_id: UUID,
    customer_id: UUID,
    call: Annotated[Call, writes_once(Scope.COMPANIES_WRITE)],
    condition: InCondition,
) -> Response:
    """End a link: what was inherited through it ends at once.

    The customer's own memberships and those of other companies stay. The link stays in the history.

    Errors: `link_not_found` (404).
    """

    def end() -> Done:
        condition.require(lambda: link_states.lock_open_link(call, company_id, customer_id))
        links.unlink(call, company_id, customer_id)
        return Done()

    once(call, request_of("unlink", company_id, customer_id), Done, end)
    return Response(status_code=204)
