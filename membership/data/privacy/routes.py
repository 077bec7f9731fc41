"""Routes of personal data: handed out, and erased."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body

from membership.base.scopes import Scope
from membership.data.privacy.erasure import erase
from membership.data.privacy.export import personal_data
from membership.data.privacy.schemas import Erased, EraseRequest, PersonalData
from membership.web.access import Call, writes

router = APIRouter(prefix="/v1/customers", tags=["Personal data"])

_ERASE = {"confirm": "C-000123", "end_memberships": True}


@router.get("/{customer_id}/personal-data")
def customer_personal_data(
    customer_id: UUID, call: Annotated[Call, writes(Scope.PERSONAL_WRITE)]
) -> PersonalData:
    """Hand out everything that is stored about a customer, as one document for them.

    It holds the customer's own fields and photo, former numbers, memberships, cards, company
    links, visits, mails to them, and what the audit tells about them. Secrets and the names of
    staff are left out. That it was handed out is recorded in the audit. Errors: 404
    `customer_not_found`.
    """
    return personal_data(call, customer_id)


@router.post("/{customer_id}/erase")
def erase_customer(
    customer_id: UUID,
    request: Annotated[EraseRequest, Body(examples=[_ERASE])],
    call: Annotated[Call, writes(Scope.PERSONAL_WRITE)],
) -> Erased:
    """Erase what is known of a customer; it cannot be undone.

    Names, email, phone, birth date, note, photo and search words go, also from the audit and
    from answers kept for repeated requests. Memberships with their prices, and visits, stay for
    accounting without the person. Cards are revoked: a scan shows `card_revoked` and "Erased
    customer". Company links end. Memberships that have not ended must be ended first, or are
    with `end_memberships`. Erased once, a customer cannot be changed anymore; asking again gives
    the same answer. Errors: 404 `customer_not_found`; 409 `memberships_running`,
    `billed_by_provider`; 422 `confirm_wrong`. Sends the event `customer.erased`.
    """
    return erase(call, customer_id, request)
