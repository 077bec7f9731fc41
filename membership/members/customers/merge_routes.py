"""Routes of likely duplicates and of merging them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel

from api_client.messages.people import MergedCustomer
from membership.base.scopes import Scope
from membership.members.customers.duplicates import list_duplicates
from membership.members.customers.merge import merge
from membership.members.customers.merge_schemas import DuplicatePage, MergeRequest
from membership.web.access import Call, reads, writes_once
from membership.web.idempotency import once
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/customers", tags=["Customers"])

_MERGE = {"other_id": "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"}


class _Merge(BaseModel):
    """Identity of a merge request: both customers."""

    customer_id: UUID
    other_id: UUID
    cancel_orders: tuple[UUID, ...] | None = None


@router.get("/duplicates")
def duplicates(
    call: Annotated[Call, reads(Scope.CUSTOMERS_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> DuplicatePage:
    """List customers who were probably entered twice, each with the first similar customer.

    Two customers are similar if they have the same email address (ignoring case), the same
    phone number, or the same name (ignoring case and accents) and birth date. A pair with
    several of these in common is listed once for each. A page examines a limited number of
    customers: an empty page is not the last one while it has a `next_cursor`.

    Errors: `invalid_cursor` (422).
    """
    return list_duplicates(call, limit, cursor)


@router.post("/{customer_id}/merge")
def merge_customers(
    customer_id: UUID,
    request: Annotated[MergeRequest, Body(examples=[_MERGE])],
    call: Annotated[Call, writes_once(Scope.CUSTOMERS_WRITE)],
) -> MergedCustomer:
    """Merge a duplicate (`other_id`) into the customer of the path; this cannot be undone.

    All memberships, company links, cards and visits of the duplicate are moved. Empty fields of
    the remaining customer (names, email, phone, birth date, language, photo) are filled in, desk
    notes are joined, and a ban of either customer is kept. If both are linked to the same
    company, the earlier link keeps its seat. The id, number and cards of the duplicate find the
    remaining customer from then on. Sends the event `customer.merged`.

    If subscriptions go on charging both, or one that the merge bans, `cancel_orders` says which are
    cancelled; without it the merge is refused. Open payment pages of the duplicate are closed.

    Errors: `customer_not_found` (404), `already_merged`, `customer_erased`,
    `subscriptions_undecided` (409), `merge_with_self`, `order_not_charging` (422).
    """
    chosen = request.cancel_orders

    def run() -> MergedCustomer:
        return merge(
            call.session, call.tenant, customer_id, request.other_id, call.now, cancelled=chosen
        )

    asked = _Merge(customer_id=customer_id, other_id=request.other_id, cancel_orders=chosen)
    return once(call, asked, MergedCustomer, run)
