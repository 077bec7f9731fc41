"""Routes of memberships."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api_client.messages.management import SoldView
from membership.base.scopes import Scope
from membership.members.memberships import (
    changes,
    listing,
    renewals,
    service,
    terminations,
    undo,
)
from membership.members.memberships.conditions import locked_etag
from membership.members.memberships.records import sold_etag, sold_view
from membership.members.memberships.schemas import (
    EarlyEnd,
    Extension,
    HistoryPage,
    NewMembership,
    PaymentState,
    Renewal,
    SoldPage,
    StatusFilter,
    Transfer,
    Undo,
)
from membership.members.memberships.second_sale import held_beside
from membership.store.models import Membership, MembershipSource
from membership.web.access import Call, reads, writes_once
from membership.web.idempotency import once, request_of
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit
from membership.web.preconditions import InCondition, InShown

router = APIRouter(prefix="/v1/memberships", tags=["Memberships"])

Reader = Annotated[Call, reads(Scope.MEMBERSHIPS_READ)]
Writer = Annotated[Call, writes_once(Scope.MEMBERSHIPS_WRITE)]


class _RenewalOf(Renewal):
    """Identity of a renewal for its idempotency key: the membership and the body."""

    membership_id: UUID


class _ExtensionOf(Extension):
    """An extension of one membership."""

    membership_id: UUID


class _TransferOf(Transfer):
    """A transfer of one membership."""

    membership_id: UUID


def _wanted(
    customer_id: Annotated[UUID | None, Query(description="Owned by this customer.")] = None,
    company_id: Annotated[UUID | None, Query(description="Owned by this company.")] = None,
    plan_id: Annotated[UUID | None, Query(description="Sold from this plan.")] = None,
    status: Annotated[StatusFilter | None, Query(description="As it stands now.")] = None,
    source: Annotated[MembershipSource | None, Query(description="How it came to be.")] = None,
) -> listing.Wanted:
    """What a list of memberships is limited to."""
    return listing.Wanted(
        customer_id=customer_id,
        company_id=company_id,
        plan_id=plan_id,
        source=source,
        status=status,
    )


@router.get("")
def list_memberships(
    call: Reader,
    wanted: Annotated[listing.Wanted, Depends(_wanted)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> SoldPage:
    """List memberships as they were sold, by id; all given filters must match.

    Inherited memberships are not listed here, but in the profile of the customer.
    """
    return listing.list_sold(call, wanted, limit, cursor)


@router.post("", status_code=201)
def assign_membership(new: NewMembership, call: Writer) -> SoldView:
    """Assign a plan to a customer, or to a company whose linked customers inherit it.

    The current terms of the plan are copied: later edits of the plan do not affect the membership.
    `source` is `staff` for a member of staff and `api` for an API key. Answers 404 for an unknown
    plan or owner, 409 `plan_archived`, `customer_erased` or `company_archived`, `plan_held` if the
    owner has the plan already at that time (see `again`), 422 `period_invalid` for an impossible
    period.
    """

    def create() -> SoldView:
        sold = service.assign(call.session, call.tenant, new, call.now, actor=call.actor)
        return _sold_view(call, sold)

    return once(call, new, SoldView, create)


@router.get("/{membership_id}")
def get_membership(membership_id: UUID, call: Reader, shown: InShown) -> SoldView:
    """Return a membership as it was sold, with its current status."""
    membership = service.get_membership(call.session, call.tenant, membership_id)
    view = _sold_view(call, membership)
    return shown.show(view, sold_etag(view))


def _sold_view(call: Call, sold: Membership) -> SoldView:
    """Return a membership with what the owner has of the same plan beside it."""
    beside = held_beside(call.session, call.tenant, sold, call.now)
    return sold_view(sold, call.now).model_copy(update={"also_held": beside})


@router.get("/{membership_id}/history")
def get_history(
    membership_id: UUID, call: Reader, limit: PageLimit = DEFAULT_PAGE, cursor: PageCursor = None
) -> HistoryPage:
    """List the changes of a membership, oldest first: who made them, with before and after.

    Periods are in the membership itself, `periods`.
    """
    return listing.history(call, membership_id, limit, cursor)


@router.post("/{membership_id}/renew")
def renew_membership(
    membership_id: UUID, renewal: Renewal, call: Writer, condition: InCondition
) -> SoldView:
    """Renew a membership by the length it was sold with.

    If paid before the end, the new period follows the current one without gap or overlap: 1, 2 or 3
    months after 31 January are the end of February, 31 March or 30 April. If paid at the end or
    later, it starts at the payment, see `starts_at`. Each call buys one period: send an
    `Idempotency-Key` to make repeated calls safe. Answers 409 `membership_open`, `length_missing`,
    `membership_ended_early`, `membership_transferred`, `calendar_ends`, or `plan_held` if the owner
    has the plan already for that time and `again` is false, 422 `payment_to_come`.
    """

    def create() -> SoldView:
        condition.require(lambda: locked_etag(call, membership_id))
        membership = renewals.renew(call.session, call.tenant, membership_id, renewal, call.now)
        return _sold_view(call, membership)

    asked = _RenewalOf(membership_id=membership_id, **dict(renewal))
    changed = once(call, asked, SoldView, create)
    return condition.show(changed, sold_etag(changed))


@router.post("/{membership_id}/extend")
def extend_membership(
    membership_id: UUID, extension: Extension, call: Writer, condition: InCondition
) -> SoldView:
    """Extend a membership without payment; `why` is recorded in its history.

    An expired membership is extended as if it had continued; to leave out the gap, renew it.
    Answers 409 `membership_open`, `membership_ended_early` or `membership_transferred`, 422
    `not_extended` for a last day that is not later, or has passed.
    """

    def create() -> SoldView:
        condition.require(lambda: locked_etag(call, membership_id))
        membership = renewals.extend(call.session, call.tenant, membership_id, extension, call.now)
        return _sold_view(call, membership)

    asked = _ExtensionOf(membership_id=membership_id, **extension.model_dump())
    changed = once(call, asked, SoldView, create)
    return condition.show(changed, sold_etag(changed))


@router.post("/{membership_id}/end")
def end_membership(
    membership_id: UUID, end: EarlyEnd, call: Writer, condition: InCondition
) -> SoldView:
    """End a membership early, now or at a future time.

    Once ended it stays ended, even if the clock is set back. A future end can be moved by calling
    this again, and withdrawn by `DELETE`. Answers 409 `membership_ended` or
    `membership_transferred`, 422 `end_invalid`.
    """

    def save() -> SoldView:
        condition.require(lambda: locked_etag(call, membership_id))
        sold = terminations.end_early(call.session, call.tenant, membership_id, end, call.now)
        return _sold_view(call, sold)

    changed = once(call, request_of("end membership", membership_id, body=end), SoldView, save)
    return condition.show(changed, sold_etag(changed))


@router.delete("/{membership_id}/end")
def withdraw_end(membership_id: UUID, call: Writer, condition: InCondition) -> SoldView:
    """Withdraw a future early end: the end that was sold applies again.

    Answers 409 `no_end_planned`, `membership_ended` or `membership_transferred`.
    """

    def save() -> SoldView:
        condition.require(lambda: locked_etag(call, membership_id))
        sold = terminations.withdraw_end(call.session, call.tenant, membership_id, call.now)
        return _sold_view(call, sold)

    changed = once(call, request_of("take back end", membership_id), SoldView, save)
    return condition.show(changed, sold_etag(changed))


@router.post("/{membership_id}/undo")
def undo_last_change(
    membership_id: UUID, wanted: Undo, call: Writer, condition: InCondition
) -> SoldView:
    """Undo the last change of a membership: renewed, extended, ended, transferred, payment noted.

    It is again as it was before, for every question asked from now on; the history keeps both. A
    renewal that is undone takes its period away; a transfer takes the membership that followed. The
    sale itself is undone by the membership's own id as `change_id`, see `sale_undo_until`.
    `also_held` names what the owner has of the same plan for a part of the time that counts again.
    Possible for 14 days, see `last_change`. Answers 409 `nothing_to_undo`, `not_the_last_change`,
    `undo_too_late`, `membership_paid`, `membership_changed_since`, `membership_transferred`,
    `billed_by_provider` or `customer_erased`.
    """

    def save() -> SoldView:
        condition.require(lambda: locked_etag(call, membership_id))
        sold = undo.undo_last_change(
            call.session, call.tenant, membership_id, wanted.change_id, call.now, why=wanted.why
        )
        return _sold_view(call, sold)

    changed = once(call, request_of("undo change", membership_id, body=wanted), SoldView, save)
    return condition.show(changed, sold_etag(changed))


@router.post("/{membership_id}/transfer", status_code=201)
def transfer_membership(
    membership_id: UUID, wanted: Transfer, call: Writer, condition: InCondition
) -> SoldView:
    """Transfer the owner of a membership to another plan; returns the new membership.

    The former membership ends at that time, with the reason, and the new one starts, with the
    current terms of its plan and `previous_id`. `POST /v1/memberships/{membership_id}/undo` of the
    former one undoes it. Answers 409 `membership_transferred`,
    `membership_ended`, `membership_ended_early`, `plan_archived` or `plan_held`, 422 `end_invalid`.
    """

    def create() -> SoldView:
        condition.require(lambda: locked_etag(call, membership_id))
        following = terminations.transfer(
            call.session, call.tenant, membership_id, wanted, call.now, actor=call.actor
        )
        return _sold_view(call, following)

    asked = _TransferOf(membership_id=membership_id, **wanted.model_dump())
    changed = once(call, asked, SoldView, create)
    return condition.show(changed, sold_etag(changed))


@router.put("/{membership_id}/payment")
def set_payment_state(
    membership_id: UUID, payment: PaymentState, call: Writer, condition: InCondition
) -> SoldView:
    """Record since when a payment is overdue, or that it was paid.

    An overdue membership stays active; the desk shows that it is overdue. Staff decide what
    follows.
    """

    def save() -> SoldView:
        condition.require(lambda: locked_etag(call, membership_id))
        sold = changes.set_payment_overdue(
            call.session, call.tenant, membership_id, payment.overdue_since, call.now
        )
        return _sold_view(call, sold)

    asked = request_of("note payment", membership_id, body=payment)
    changed = once(call, asked, SoldView, save)
    return condition.show(changed, sold_etag(changed))
