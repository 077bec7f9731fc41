"""Companies as messages of the API: in full, and in a list by name."""

from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from api_client.messages.management import CompanyLine, CompanyPage, CompanyView
from api_client.messages.scan import Message
from membership.base.folding import words_of
from membership.members.companies.domains import domains_of
from membership.members.companies.links import (
    count_linked,
    count_of_each,
    count_seats_taken,
    first_linked,
)
from membership.members.memberships.service import sold_to_company
from membership.store.models import Company
from membership.web.access import Call
from membership.web.paging import bad_cursor, decode_cursor, encode_cursor, total_of
from membership.web.preconditions import strong_etag

LINKED_SHOWN = 20
"""How many linked customers a profile shows; the others are on pages of their own."""
_MAX_WORDS = 10


class _Edited(Message):
    """What can be edited of a company, as a ``CompanyView`` shows it."""

    id: UUID
    name: str
    billing_name: str | None
    billing_email: str | None
    seat_cap: int | None
    email_domains: tuple[str, ...]
    archived_at: AwareDatetime | None


def _edited(session: Session, company: Company) -> _Edited:
    """Return what can be edited of a company: from its row and its domains alone."""
    return _Edited(
        id=company.id,
        name=company.name,
        billing_name=company.billing_name,
        billing_email=company.billing_email,
        seat_cap=company.seat_cap,
        email_domains=tuple(domains_of(session, company)),
        archived_at=company.archived_at,
    )


def show_company(call: Call, company: Company) -> CompanyView:
    """Return a company with its memberships and the first of its linked customers."""
    customers = count_linked(call, company.id)
    return CompanyView(
        **_edited(call.session, company).model_dump(),
        created_at=company.created_at,
        customers=customers,
        seats_taken=count_seats_taken(call, company.id),
        linked=first_linked(call, company, LINKED_SHOWN),
        memberships=sold_to_company(call.session, call.tenant, company.id, call.now),
    )


def company_etag(view: CompanyView | _Edited) -> str:
    """Return the ETag of what can be edited of a company."""
    return strong_etag(view, *_Edited.model_fields)


def stored_etag(session: Session, company: Company) -> str:
    """Return the ETag of a company as it is stored; nothing of it is counted."""
    return company_etag(_edited(session, company))


def list_companies(
    call: Call,
    query: str,
    limit: int,
    cursor: str | None,
    *,
    archived: bool | None = None,
    counts: bool = False,
) -> CompanyPage:
    """Return a page of companies by name, or of those whose name has every word of ``query``.

    With ``counts``, each has the number of its linked customers. Parts of words match; accents and
    case are ignored. A search reads each company of the organization at most once. Raises Invalid
    for a bad cursor.
    """
    wanted = select(Company).where(Company.organization_id == call.tenant.id)
    words = words_of(query)[:_MAX_WORDS]
    if query.strip() and not words:
        return CompanyPage(items=(), total=0)
    for word in words:
        wanted = wanted.where(Company.search_text.contains(word, autoescape=True))
    if archived is not None:
        none = Company.archived_at.is_(None)
        wanted = wanted.where(~none if archived else none)
    all_companies = wanted
    if cursor is not None:
        name, company_id = decode_cursor(cursor, str, str)
        try:
            here = tuple_(Company.name, Company.id)
            wanted = wanted.where(here > tuple_(name, UUID(str(company_id))))
        except ValueError:
            raise bad_cursor() from None
    found = call.session.scalars(wanted.order_by(Company.name, Company.id).limit(limit + 1)).all()
    page = found[:limit]
    people = count_of_each(call, [each.id for each in page]) if counts else {}
    return CompanyPage(
        items=tuple(
            CompanyLine(
                id=each.id,
                name=each.name,
                seat_cap=each.seat_cap,
                archived_at=each.archived_at,
                customers=people[each.id].linked if counts else None,
                seats_taken=people[each.id].seats_taken if counts else None,
            )
            for each in page
        ),
        next_cursor=encode_cursor(page[-1].name, str(page[-1].id)) if len(found) > limit else None,
        total=total_of(call.session, all_companies, len(found), limit, cursor),
    )
