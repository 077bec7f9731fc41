"""Routes of the member page for a logged-in customer: cards, payments, personal data."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from membership.billing.desk.views import receipt_number
from membership.data.privacy.export import personal_data
from membership.portal.login.access import CustomerCall, customer_reads, customer_writes
from membership.portal.member.cards import customer_cards, issue_first_card
from membership.portal.member.live import live_card
from membership.portal.member.payments import customer_payment, customer_payments
from membership.portal.member.schemas import (
    CustomerCards,
    CustomerPayments,
    LiveCard,
    LiveCardRequest,
)
from membership.web.access import Call
from membership.web.methods import is_head
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/join/{organization}/me", include_in_schema=False)

Reader = Annotated[CustomerCall, customer_reads()]
Writer = Annotated[CustomerCall, customer_writes()]
Language = Annotated[Literal["en", "de"], Query()]


@router.get("/cards")
def list_cards(request: Request, call: Reader) -> CustomerCards:
    """List the customer's cards, newest first, revoked ones included."""
    state = request.app.state
    return customer_cards(call, state.vault, state.settings.public_url)


@router.post("/cards", status_code=201)
def make_card(request: Request, call: Writer) -> CustomerCards:
    """Issue the customer's first card; returns the list with it.

    409 `card_refused` for a customer who is not active, `card_exists` for one who has or had a
    card of this service, `card_without_design` without a design.
    """
    state = request.app.state
    issue_first_card(call, state.vault)
    return customer_cards(call, state.vault, state.settings.public_url)


@router.post("/live")
def show_live(wanted: LiveCardRequest, request: Request, call: Writer) -> LiveCard:
    """Return the codes of a card for hours ahead, so that a phone shows it without network.

    404 `card_not_found` for another customer's card; 409 `card_revoked`, `card_made_elsewhere`
    for an imported card of another system, `card_without_design`.
    """
    state = request.app.state
    minutes = state.settings.live_card_offline_minutes
    return live_card(call, wanted.card_id, state.vault, minutes)


@router.get("/payments")
def list_payments(
    call: Reader,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    language: Language = "en",
) -> CustomerPayments:
    """List the customer's payments at the desk, latest first. 422 `invalid_cursor`."""
    return customer_payments(call, limit, cursor, language)


@router.get("/payments/{payment_id}/receipt.pdf", response_class=Response)
def print_receipt(payment_id: UUID, call: Reader, language: Language = "en") -> Response:
    """Return the receipt of a payment (PDF, A5). 404 `payment_not_found`."""
    # The library for PDF takes a fifth of a second to load, and no start needs it.
    from membership.billing.desk.receipt import receipt_file  # noqa: PLC0415

    payment = customer_payment(call, payment_id)
    data = receipt_file(payment, call.tenant, language, call.now)
    return _download(data, "application/pdf", f"{receipt_number(payment)}.pdf")


@router.get("/export", response_class=Response)
def export(request: Request, call: Writer) -> Response:
    """Return everything that is stored about the customer (JSON); the audit records it."""
    staff_call = Call(call.session, call.tenant, call.actor, frozenset(), call.now)
    found = personal_data(staff_call, call.customer_id, handed_out=not is_head(request))
    data = found.model_dump_json(indent=2).encode()
    return _download(data, "application/json", f"{call.tenant.slug}-personal-data.json")


def _download(data: bytes, kind: str, name: str) -> Response:
    """Return a file to download, which is not cached."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type=kind, headers=headers)
