"""Routes of the list of members."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api_client.messages.members import MemberCount, MemberOrder, MemberPage
from membership.base.scopes import Scope
from membership.members.member_list import listing
from membership.members.member_list.filters import Wanted, wanted_members
from membership.web.access import Call, reads
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/members", tags=["Customers"])


@router.get("")
def list_members(
    call: Annotated[Call, reads(Scope.CUSTOMERS_READ)],
    wanted: Annotated[Wanted, Depends(wanted_members)],
    *,
    sort: Annotated[MemberOrder, Query(description="The order.")] = MemberOrder.NUMBER,
    skip: Annotated[
        int,
        Query(
            ge=0,
            le=listing.MOST_SKIPPED,
            examples=[0],
            description="How many rows after the cursor, or after the start, to pass over: for a "
            "list with a scroll bar. A cursor alone neither repeats nor misses a customer when "
            "others come or go.",
        ),
    ] = 0,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> MemberPage:
    """List customers with what a scan would decide about them now, by number or name.

    Filters are combined: a customer must fulfil all of them. Erased customers are left out.

    Errors: `invalid_cursor` (422).
    """
    return listing.list_members(call, wanted, sort, limit=limit, cursor=cursor, skip=skip)


@router.get("/count")
def count_members(
    call: Annotated[Call, reads(Scope.CUSTOMERS_READ)],
    wanted: Annotated[Wanted, Depends(wanted_members)],
) -> MemberCount:
    """Return how many customers `GET /v1/members` lists with the same filters.

    All are counted without a filter, and up to 1,000 with one: `more` says that there are others.
    """
    return listing.count_members(call, wanted)
