"""Routes of duplicates: found, and merged."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel

from membership.base.scopes import Scope
from membership.members.customers.duplicates import list_duplicates
from membership.members.customers.merge import merge
from membership.members.customers.merge_schemas import Duplicates, MergedCustomer, MergeRequest
from membership.web.access import Call, reads, writes_once
from membership.web.idempotency import once
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/customers", tags=["Customers"])

_MERGE = {"other_id": "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"}


class _Merge(BaseModel):
    """What identifies a merge: both customers."""

    customer_id: UUID
    other_id: UUID


@router.get("/duplicates")
def duplicates(
    call: Annotated[Call, reads(Scope.CUSTOMERS_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> Duplicates:
    """List customers who are likely entered twice, each with the first one who is alike.

    Alike are two with the same email address (whatever its case), the same phone number, or
    the same name (whatever its case and accents) and birth date. A pair that has more than one
    of these in common is listed for each. A page looks at a bounded part of the customers: one
    without items is not the last as long as it has a `next_cursor`. Errors: 422
    `invalid_cursor`.
    """
    return list_duplicates(call, limit, cursor)


@router.post("/{customer_id}/merge")
def merge_customers(
    customer_id: UUID,
    request: Annotated[MergeRequest, Body(examples=[_MERGE])],
    call: Annotated[Call, writes_once(Scope.CUSTOMERS_WRITE)],
) -> MergedCustomer:
    """Merge a duplicate (`other_id`) into the customer of the path; it cannot be undone.

    All memberships, company links, cards and visits of the duplicate go over. What the one who
    stays lacks (names, email, phone, birth date, language, photo) is filled in, desk notes are
    joined, and a ban of either stays. Where both are linked to a company the earlier link, and
    with it the seat, is kept. The duplicate's id, number and cards lead to the one who stays
    from then on. Errors: 404 `customer_not_found`; 409 `already_merged`, `customer_erased`;
    422 `merge_with_self`. Sends the event `customer.merged`.
    """

    def run() -> MergedCustomer:
        return merge(call.session, call.tenant, customer_id, request.other_id, call.now)

    asked = _Merge(customer_id=customer_id, other_id=request.other_id)
    return once(call, asked, MergedCustomer, run)
