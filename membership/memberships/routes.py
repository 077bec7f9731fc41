"""Routes of memberships."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from membership.access import Call, Scope, creates, reads, writes
from membership.idempotency import once
from membership.memberships import service
from membership.memberships.schemas import (
    EarlyEnd,
    NewMembership,
    PaymentState,
    SoldPage,
    SoldView,
)
from membership.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/memberships", tags=["Memberships"])


@router.get("")
def list_memberships(
    call: Annotated[Call, reads(Scope.MEMBERSHIPS_READ)],
    customer_id: UUID | None = None,
    company_id: UUID | None = None,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> SoldPage:
    """List memberships as they were sold, of one owner or of all."""
    return service.list_sold(call, limit, cursor, customer_id=customer_id, company_id=company_id)


@router.post("", status_code=201)
def assign_membership(
    new: NewMembership, call: Annotated[Call, creates(Scope.MEMBERSHIPS_WRITE)]
) -> SoldView:
    """Assign a plan to a customer, or to a company whose linked customers inherit it."""

    def create() -> SoldView:
        sold = service.assign(call.session, call.tenant, new, call.now)
        return service.sold_view(sold, call.now)

    return once(call, new, SoldView, create)


@router.get("/{membership_id}")
def get_membership(
    membership_id: UUID, call: Annotated[Call, reads(Scope.MEMBERSHIPS_READ)]
) -> SoldView:
    """Show a membership as it was sold, and how it stands now."""
    membership = service.get_membership(call.session, call.tenant, membership_id)
    return service.sold_view(membership, call.now)


@router.post("/{membership_id}/end")
def end_membership(
    membership_id: UUID, end: EarlyEnd, call: Annotated[Call, writes(Scope.MEMBERSHIPS_WRITE)]
) -> SoldView:
    """End a membership before its time, now or at an instant to come."""
    membership = service.end_early(call.session, call.tenant, membership_id, end, call.now)
    return service.sold_view(membership, call.now)


@router.put("/{membership_id}/payment")
def note_payment(
    membership_id: UUID,
    payment: PaymentState,
    call: Annotated[Call, writes(Scope.MEMBERSHIPS_WRITE)],
) -> SoldView:
    """Note since when a payment is overdue, or that it was paid."""
    membership = service.set_payment_overdue(
        call.session, call.tenant, membership_id, payment.overdue_since
    )
    return service.sold_view(membership, call.now)
