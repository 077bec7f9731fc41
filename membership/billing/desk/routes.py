"""Routes of payments that staff take at the desk."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api_client.messages.payments import DailyClose, PaymentPage, PaymentView, ReceiptMailed
from membership.base.fields import Instant
from membership.base.scopes import Scope
from membership.billing.desk import service
from membership.billing.desk.daily_close import close_of_day
from membership.billing.desk.receipt_mail import mail_receipt, payer_of, receipt_language
from membership.billing.desk.views import payment_view, receipt_number
from membership.billing.schemas import NewPayment, ReceiptMail, Voiding
from membership.members.memberships.conditions import locked_etag
from membership.web.access import Call, reads, writes_once
from membership.web.file_answers import file_answer
from membership.web.idempotency import once, request_of
from membership.web.languages import accepted_language
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
        return payment_view(service.record_payment(call, membership_id, new))

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
    *,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    since: Annotated[Instant | None, Query(description="Paid at this instant or later.")] = None,
    until: Annotated[Instant | None, Query(description="Paid before this instant.")] = None,
    customer_id: Annotated[
        UUID | None,
        Query(
            description="Only those for memberships that were sold to a customer; the former id of "
            "a merged one leads to them.",
            examples=["0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"],
        ),
    ] = None,
) -> PaymentPage:
    """List all payments, latest first, voided ones included: for balancing a till.

    Errors: `customer_not_found` (404), `invalid_cursor` (422).
    """
    return service.list_payments(
        call, limit, cursor, customer_id=customer_id, since=since, until=until
    )


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
    return payment_view(service.get_payment(call.session, call.tenant, payment_id))


@router.get(
    "/payments/{payment_id}/receipt.pdf",
    response_class=Response,
    responses=file_answer("The receipt as a PDF.", "application/pdf"),
)
def print_receipt(
    payment_id: UUID,
    request: Request,
    call: Reader,
    language: Annotated[
        Literal["en", "de"] | None,
        Query(
            description="Language of the receipt; by default the customer's own.", examples=["de"]
        ),
    ] = None,
) -> Response:
    """Return the receipt of a payment (PDF, A5); that of a voided one is marked as void.

    It names the club, its address, tax number and tax rate as they were when the payment was
    recorded. Errors: `payment_not_found` (404).
    """
    # Importing the PDF library takes a fifth of a second, which no start should wait for.
    from membership.billing.desk.receipt import receipt_file  # noqa: PLC0415

    payment = service.get_payment(call.session, call.tenant, payment_id)
    accepted = accepted_language(request.scope)
    chosen = language or receipt_language(payer_of(call.session, payment), accepted)
    data = receipt_file(payment, call.tenant, chosen, call.now)
    name = f"{receipt_number(payment)}.pdf"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="{name}"'}
    return Response(data, media_type="application/pdf", headers=headers)


@router.post("/payments/{payment_id}/receipt/mail", status_code=202)
def mail_receipt_of(
    payment_id: UUID,
    wanted: ReceiptMail,
    request: Request,
    call: Writer,
) -> ReceiptMailed:
    """Mail the receipt of a payment (PDF) to the customer or company who paid, in their language.

    The mail is queued and sent soon after; one for the same address that was not sent yet is
    replaced. Errors: `payment_not_found` (404); `email_missing` (422) without an address.
    """

    def queue() -> ReceiptMailed:
        accepted = accepted_language(request.scope)
        return mail_receipt(call, payment_id, wanted, request.app.state.vault, accepted)

    asked = request_of("mail receipt", payment_id, body=wanted)
    return once(call, asked, ReceiptMailed, queue)


@router.post("/payments/{payment_id}/void")
def void_payment(payment_id: UUID, voiding: Voiding, call: Writer) -> PaymentView:
    """Void a payment recorded in error. It keeps its number; its receipt is marked as void.

    A renewal that was made with it is undone, and the membership is overdue again if it was. If the
    membership was changed since, the renewal stays: see `renewal` and `renewal_stays_because` in
    the response. Errors: `payment_not_found` (404), `payment_voided` (409).
    """

    def void() -> PaymentView:
        return payment_view(service.void_payment(call, payment_id, voiding.why))

    return once(call, request_of("void payment", payment_id, body=voiding), PaymentView, void)
