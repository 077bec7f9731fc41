"""The route that lists the audit; no route changes it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api_client.messages.audit import EntryPage
from membership.base.fields import Instant, Line
from membership.base.scopes import Scope
from membership.events.audit import service
from membership.events.audit.of_customer import list_entries_of
from membership.web.access import Call, reads
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/audit", tags=["Audit"])


@router.get("")
def list_audit(
    call: Annotated[Call, reads(Scope.AUDIT_READ)],
    *,
    subject_id: Annotated[
        Line | None,
        Query(
            description="Id of what was changed: a customer, a plan, an account.",
            examples=["0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"],
        ),
    ] = None,
    customer_id: Annotated[
        UUID | None,
        Query(
            description="A customer: what was changed of them, and of their memberships, cards, "
            "companies, payments and orders. The former id of a merged one leads to them.",
            examples=["0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"],
        ),
    ] = None,
    actor_id: Annotated[
        UUID | None, Query(description="Id of the account or key that did it.")
    ] = None,
    action: Annotated[
        Line | None, Query(description="What was done.", examples=["customer.changed"])
    ] = None,
    since: Annotated[
        Instant | None, Query(alias="from", description="Not before this instant.")
    ] = None,
    until: Annotated[Instant | None, Query(alias="to", description="Before this instant.")] = None,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> EntryPage:
    """List changes, newest first: who made them, with the values before and after.

    Sign-ins, failed ones of an existing account, sign-outs and password changes are entries too,
    never with a password or token. Use the same filters for all pages. Of a customer, changes of
    cards that were given to somebody else since are not listed.

    Errors: `customer_not_found` (404), `invalid_cursor` (422).
    """
    filters = service.EntryFilter(subject_id, actor_id, action, since, until)
    if customer_id is None:
        return service.list_entries(call, filters, limit, cursor)
    return list_entries_of(call, customer_id, filters, limit, cursor)
