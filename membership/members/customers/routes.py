"""Routes of customers."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api_client.messages.management import CustomerProfile, CustomerRecord, EndedSessions
from api_client.messages.scan import CustomerHits, CustomerState
from membership.base.scopes import Scope
from membership.members.customers import photos, service
from membership.members.customers.logins import EVERYWHERE, end_logins
from membership.members.customers.profile import customer_etag, customer_record, profile
from membership.members.customers.schemas import CustomerChange, NewCustomer
from membership.members.customers.search import search, with_details
from membership.members.customers.views import photo_path
from membership.web.access import Call, allows, reads, writes, writes_once
from membership.web.etag import etag_matches
from membership.web.file_answers import file_answer
from membership.web.idempotency import once, request_of
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit
from membership.web.preconditions import InCondition, InShown

router = APIRouter(prefix="/v1/customers", tags=["Customers"])

_IMAGE: dict[int | str, dict[str, Any]] = {
    **file_answer("The photo.", "image/jpeg", "image/png", "image/webp"),
    304: {"description": "What the caller has is the photo."},
}
_YEAR = 365 * 24 * 3600


@router.get("")
def search_customers(
    call: Annotated[Call, reads(Scope.CUSTOMERS_READ)],
    *,
    q: Annotated[
        str,
        Query(
            max_length=4096,
            description="Part of a name, number, former number, email or phone; a card code; a "
            "UUID.",
            examples=["okaf"],
        ),
    ] = "",
    state: Annotated[
        CustomerState | None, Query(description="Only customers in this state.")
    ] = None,
    details: Annotated[
        bool, Query(description="Add what tells namesakes apart: date of birth and address.")
    ] = False,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> CustomerHits:
    """Search customers, best match first; without `q` list them by number.

    A card code, a UUID or a number finds exactly its customer, including the former id or
    number of a merged duplicate. With `state`, a page may be shorter than `limit` without being
    the last: continue while there is a `next_cursor`.

    Errors: `invalid_cursor` (422).
    """
    found = search(call, q, limit, cursor, state=state)
    return with_details(call, found) if details else found


@router.post("", status_code=201)
def create_customer(
    new: NewCustomer, call: Annotated[Call, writes_once(Scope.CUSTOMERS_WRITE)], shown: InShown
) -> CustomerRecord:
    """Create a customer; the service assigns the number.

    An address in the email domain of a company links the customer to it at once.

    Errors: `phone_invalid` (422) for an impossible phone number.
    """

    def create() -> CustomerRecord:
        customer = service.create_customer(call.session, call.tenant, new, call.now)
        return customer_record(customer)

    created = once(call, new, CustomerRecord, create)
    return shown.show(created, customer_etag(created))


@router.get("/{customer_id}")
def customer_profile(
    customer_id: UUID, call: Annotated[Call, reads(Scope.CUSTOMERS_READ)], shown: InShown
) -> CustomerProfile:
    """Return a customer with memberships (own and inherited), cards, companies and visits.

    Expired memberships and ended links are listed, but grant nothing. The former id of a merged
    duplicate returns the remaining customer.

    Errors: `customer_not_found` (404).
    """
    found = profile(call, customer_id)
    return shown.show(found, customer_etag(found))


@router.patch("/{customer_id}")
def change_customer(
    request: Request,
    customer_id: UUID,
    change: CustomerChange,
    call: Annotated[Call, writes_once(Scope.CUSTOMERS_WRITE)],
    condition: InCondition,
) -> CustomerRecord:
    """Set the fields that are sent, such as `state` to ban a customer.

    A new address in the email domain of a company links the customer to it. Existing links stay
    in any case. A new address or a ban ends the customer's sessions. A changed address is
    announced by mail to the old and the new address. A changed name or address goes to the payment
    provider, if the customer has paid through it.

    A ban of a customer whom a subscription charges needs `subscriptions`, which says what becomes
    of it; without it the ban is refused (`subscriptions_undecided`). A ban closes the customer's
    open payment pages.

    Errors: `customer_not_found` (404), `customer_erased`, `subscriptions_undecided` (409),
    `name_missing`, `phone_invalid` (422).
    """

    def current() -> str:
        return customer_etag(
            customer_record(service.lock_customer(call.session, call.tenant, customer_id))
        )

    def save() -> CustomerRecord:
        condition.require(current)
        vault = request.app.state.vault
        changed = service.change_customer(
            call.session, call.tenant, customer_id, change, call.now, vault=vault
        )
        return customer_record(changed)

    asked = request_of("change customer", customer_id, body=change)
    changed = once(call, asked, CustomerRecord, save)
    return condition.show(changed, customer_etag(changed))


@router.delete("/{customer_id}/sessions")
def end_customer_sessions(
    customer_id: UUID, call: Annotated[Call, writes(Scope.CUSTOMERS_WRITE)]
) -> EndedSessions:
    """End all sessions of a customer on their own page; signing in again takes a mailed code.

    Repeating the request is safe.

    Errors: `customer_not_found` (404).
    """
    customer = service.get_customer(call.session, call.tenant, customer_id)
    here = call.tenant.id
    ended = end_logins(call.session, here, [customer.id], call.now, EVERYWHERE)
    return EndedSessions(ended=ended)


@router.get("/{customer_id}/photo", response_class=Response, responses=_IMAGE)
def customer_photo(
    customer_id: UUID,
    call: Annotated[Call, reads(Scope.CUSTOMERS_READ)],
    v: Annotated[
        str | None,
        Query(
            max_length=64,
            description="Version of the photo, as in `photo_path`; makes the answer cacheable.",
            examples=["9f86d081884c7d659a2feaa0c55ad015"],
        ),
    ] = None,
    if_none_match: Annotated[str | None, Header(description="ETag of the caller's copy.")] = None,
) -> Response:
    """Return the photo of a customer, or 304 if the caller has the current one.

    With the version in `photo_path` it may be cached without expiry: a new photo has a new path.

    Errors: `customer_not_found`, `photo_not_found` (404).
    """
    tag = photos.photo_tag(call.session, call.tenant, customer_id)
    kept = f"private, max-age={_YEAR}, immutable" if v == tag else "private, no-cache"
    headers = {"ETag": f'"{tag}"', "Cache-Control": kept, "X-Content-Type-Options": "nosniff"}
    if etag_matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    photo = photos.load_photo(call.session, call.tenant, customer_id)
    return Response(photo.data, media_type=photo.mime, headers=headers)


def _locked_photo(call: Call, customer_id: UUID) -> str:
    """Return the ETag of a customer's photo, locked; ``"none"`` in quotes without one."""
    customer = service.lock_customer(call.session, call.tenant, customer_id)
    return f'"{customer.photo_tag or "none"}"'


async def _checked_photo(
    request: Request,
    data: Annotated[bytes, Body(media_type="application/octet-stream")],
    _allowed: Annotated[None, allows(Scope.CUSTOMERS_WRITE)],
) -> photos.Photo:
    """Return the image in the body, validated before a transaction is opened."""
    async with request.app.state.concurrency.image():
        return await run_in_threadpool(photos.checked_photo, data)


@router.put("/{customer_id}/photo", status_code=204)
def store_photo(
    customer_id: UUID,
    photo: Annotated[photos.Photo, Depends(_checked_photo)],
    call: Annotated[Call, writes(Scope.CUSTOMERS_WRITE)],
    condition: InCondition,
) -> Response:
    """Set the photo of a customer: the body is the image itself, a JPEG, PNG or WebP.

    Errors: `customer_not_found` (404), `customer_erased` (409), `body_too_large` (413),
    `photo_invalid`, `photo_too_large` (422, for more than 4,096 pixels a side).
    """
    condition.require(lambda: _locked_photo(call, customer_id))
    tag = photos.store_photo(call.session, call.tenant, customer_id, photo, call.now)
    location = photo_path(customer_id, tag) or ""
    return Response(status_code=204, headers={"ETag": f'"{tag}"', "Content-Location": location})


@router.delete("/{customer_id}/photo", status_code=204)
def remove_photo(
    customer_id: UUID,
    call: Annotated[Call, writes(Scope.CUSTOMERS_WRITE)],
    condition: InCondition,
) -> Response:
    """Delete the photo of a customer.

    Errors: `customer_not_found`, `photo_not_found` (404), `customer_erased` (409).
    """
    condition.require(lambda: _locked_photo(call, customer_id))
    photos.remove_photo(call.session, call.tenant, customer_id, call.now)
    return Response(status_code=204)
