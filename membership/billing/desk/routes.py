"""Routes of payments that staff take at the desk."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

import resources
from api_client.messages.payments import DailyClose, PaymentPage, PaymentView
from membership.base.fields import Instant
from membership.base.scopes import Scope
from membership.billing.desk import service
from membership.billing.desk.daily_close import close_of_day
from membership.billing.schemas import NewPayment, Voiding
from membership.members.memberships.conditions import locked_etag
from membership.web.access import Call, reads, writes_once
from membership.web.file_answers import file_answer
from membership.web.idempotency import once, request_of
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit
from membership.web.preconditions import InCondition

router = APIRouter(prefix="/v1", tags=["Payments"])

Reader = Annotated[Call, reads(Scope.MEMBERSHIPS_READ)]
Writer = Annotated[Call, writes_once(Scope.MEMBERSHIPS_WRITE)]


class _PaymentFor(NewPayment):
    """A payment with its membership, which are compared for the idempotency key together."""

    membership_id: UUID


@router.post("/memberships/{membership_id}/payments", status_code=201)
def note_payment(
    membership_id: UUID, new: NewPayment, call: Writer, condition: InCondition
) -> PaymentView:
    """Record a payment taken at the desk for a membership; it gets a receipt number.

    The membership is no longer overdue. With `renew` it is also renewed as by
    `POST /v1/memberships/{membership_id}/renew`, in the same transaction. Send an
    `Idempotency-Key` so that a repeated call records nothing twice. `If-Match` is of the
    membership.

    Errors: `membership_not_found` (404); `customer_erased`, `company_archived` and those of a
    renewal (409); `amount_zero`, `currency_wrong`, `payment_to_come` (422).
    """

    def create() -> PaymentView:
        condition.require(lambda: locked_etag(call, membership_id))
        return service.payment_view(service.record_payment(call, membership_id, new))

    request = _PaymentFor(membership_id=membership_id, **new.model_dump())
    return once(call, request, PaymentView, create)


@router.get("/memberships/{membership_id}/payments")
def list_payments_of_membership(
    membership_id: UUID, call: Reader, limit: PageLimit = DEFAULT_PAGE, cursor: PageCursor = None
) -> PaymentPage:
    """List the payments for a membership, latest first, voided ones included.

    Errors: `membership_not_found` (404), `invalid_cursor` (422).
    """
    return service.list_payments(call, limit, cursor, membership_id=membership_id)


@router.get("/payments")
def list_payments(
    call: Reader,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    since: Annotated[Instant | None, Query(description="Paid at this instant or later.")] = None,
    until: Annotated[Instant | None, Query(description="Paid before this instant.")] = None,
) -> PaymentPage:
    """List all payments, latest first, voided ones included: for balancing a till.

    Errors: `invalid_cursor` (422).
    """
    return service.list_payments(call, limit, cursor, since=since, until=until)


@router.get("/payments/daily-close")
def show_daily_close(
    call: Reader,
    day: Annotated[
        date | None,
        Query(description="A day of the organization; by default today.", examples=["2027-03-10"]),
    ] = None,
) -> DailyClose:
    """Return the payments and voidings of a day, by method and by member of staff.

    A payment belongs to the day on which it was recorded, and a voiding to the day on which it was
    recorded: the figures of a past day never change.
    """
    return close_of_day(call, day)


@router.get("/payments/{payment_id}")
def get_payment(payment_id: UUID, call: Reader) -> PaymentView:
    """Return a payment. Errors: `payment_not_found` (404)."""
    return service.payment_view(service.get_payment(call.session, call.tenant, payment_id))


@router.get(
    "/payments/{payment_id}/receipt.pdf",
    response_class=Response,
    responses=file_answer("The receipt as a PDF.", "application/pdf"),
)
def print_receipt(
    payment_id: UUID,
    call: Reader,
    language: Annotated[Literal["en", "de"], Query(description="Language of the receipt.")] = "en",
) -> Response:
    """Return the receipt of a payment (PDF, A5); that of a voided one is marked as void.

    Errors: `payment_not_found` (404).
    """
    # Importing the PDF library takes a fifth of a second, which no start should wait for.
    from membership.billing.desk.receipt import receipt_pdf, receipt_text  # noqa: PLC0415

    payment = service.get_payment(call.session, call.tenant, payment_id)
    text = receipt_text(payment, call.tenant, language)
    data = receipt_pdf(text, resources.path("fonts"), language, call.now)
    name = f"{service.receipt_number(payment)}.pdf"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="{name}"'}
    return Response(data, media_type="application/pdf", headers=headers)


@router.post("/payments/{payment_id}/void")
def void_payment(payment_id: UUID, voiding: Voiding, call: Writer) -> PaymentView:
    """Void a payment recorded in error. It keeps its number; its receipt is marked as void.

    A renewal that was made with it is undone, and the membership is overdue again if it was. If the
    membership was changed since, the renewal stays: see `renewal` and `renewal_stays_because` in
    the response. Errors: `payment_not_found` (404), `payment_voided` (409).
    """

    def void() -> PaymentView:
        return service.payment_view(service.void_payment(call, payment_id, voiding.why))

    return once(call, request_of("void payment", payment_id, body=voiding), PaymentView, void)
