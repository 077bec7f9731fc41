"""Routes of sales."""

from typing import Annotated

from fastapi import APIRouter

from api_client.messages.sales import SalePreview, SaleUndone, SaleView
from membership.base.scopes import Scope
from membership.billing.selling import service
from membership.billing.selling.schemas import Sale, UndoSale
from membership.web.access import Call, writes, writes_once
from membership.web.idempotency import once, request_of

router = APIRouter(prefix="/v1/sales", tags=["Sales"])

Writer = Annotated[Call, writes_once(Scope.MEMBERSHIPS_WRITE)]
Previewer = Annotated[Call, writes(Scope.MEMBERSHIPS_WRITE)]


@router.post("/preview")
def preview_sale(sale: Sale, call: Previewer) -> SalePreview:
    """Return what a sale would do now: plan, period, amount, tax. Nothing is stored.

    It is decided by the code of `POST /v1/sales`, which takes the answer as `expected`. Without an
    owner it is previewed for a new customer. Refused as the sale would be, except that a plan that
    is held already is said by `held`.
    """
    return service.preview(call, sale)


@router.post("", status_code=201)
def sell(sale: Sale, call: Writer) -> SaleView:
    """Sell, renew, change or pay a membership, with the payment, in one transaction.

    A new customer is created with it. Send what was previewed as `expected`, and an
    `Idempotency-Key` so that a repeated call sells nothing twice. The answer's `undo` is
    the body of `POST /v1/sales/undo`.

    Errors: those of assigning, renewing and transferring a membership and of recording a payment;
    `amount_changed`, `period_changed`, `plan_held` (409); `owner_missing` (422).
    """
    return once(call, request_of("sell", body=sale), SaleView, lambda: service.sell(call, sale))


@router.post("/undo")
def undo_sale(wanted: UndoSale, call: Writer) -> SaleUndone:
    """Undo a sale: its payment is voided, and the membership is as before it. All of it or nothing.

    A new customer stays, without the membership. Errors: those of voiding a payment and of undoing
    a change of a membership.
    """
    asked = request_of("undo sale", body=wanted)
    return once(call, asked, SaleUndone, lambda: service.undo(call, wanted))
