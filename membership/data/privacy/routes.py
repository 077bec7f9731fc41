"""Routes to export and to erase personal data."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request

from api_client.messages.people import Erased
from membership.base.scopes import Scope
from membership.data.privacy.erasure import erase
from membership.data.privacy.export import personal_data
from membership.data.privacy.schemas import EraseRequest, PersonalData
from membership.web.access import Call, writes
from membership.web.methods import is_head

router = APIRouter(prefix="/v1/customers", tags=["Personal data"])

_ERASE = {"confirm": "C-000123", "end_memberships": True}


@router.get("/{customer_id}/personal-data")
def customer_personal_data(
    customer_id: UUID, request: Request, call: Annotated[Call, writes(Scope.PERSONAL_WRITE)]
) -> PersonalData:
    """Export everything that is stored about a customer, as one document for them.

    It has the customer's own fields and photo, former numbers, memberships, cards, company links,
    visits, mails to them, and their audit entries. Secrets and the names of staff are omitted. The
    export is recorded in the audit.

    Errors: `customer_not_found` (404).
    """
    return personal_data(call, customer_id, handed_out=not is_head(request))


@router.post("/{customer_id}/erase", response_model_exclude_none=True)
def erase_customer(
    customer_id: UUID,
    request: Annotated[EraseRequest, Body(examples=[_ERASE])],
    call: Annotated[Call, writes(Scope.PERSONAL_WRITE)],
) -> Erased:
    """Erase the personal data of a customer; this cannot be undone.

    Names, email, phone, birth date, note, photo and search words are deleted, also from the audit
    and from responses stored for repeated requests. Memberships with their prices, and visits, are
    kept for accounting without the person. Cards are revoked: a scan returns `card_revoked` and
    "Erased customer". Company links end. Memberships that have not ended must be ended first, or
    with `end_memberships`. An erased customer cannot be changed; repeating the request returns the
    same response. Sends the event `customer.erased`.

    The payment provider has data of its own: `at_provider` says what stays there, and
    `delete_at_provider` has the customer deleted there too. Before, `GET /v1/customers/{id}/payer`
    shows by which ids it knows them. Open payment pages are closed.

    Errors: `customer_not_found` (404), `memberships_running`, `billed_by_provider` (409),
    `confirm_wrong` (422).
    """
    return erase(call, customer_id, request)
