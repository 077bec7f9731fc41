"""Routes by which customers log in. They need no API key; the signup page uses them."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from api_client.messages.management import EndedSessions
from membership.base.actors import HARMLESS
from membership.members.customers.logins import EVERYWHERE, end_logins
from membership.portal.login import codes, openings, sessions
from membership.portal.login.access import CustomerCall, customer_reads, customer_writes
from membership.portal.login.device import DeviceCookie, set_device
from membership.portal.login.profile import customer_profile
from membership.portal.login.schemas import (
    CodeRequest,
    CodeSent,
    CodeVerification,
    CustomerProfile,
    RefreshRequest,
    SessionRequest,
    SessionTokens,
    Ticket,
)
from membership.web.transactions import InTransactions

router = APIRouter(prefix="/v1/join/{organization}", include_in_schema=False)

_NO_STORE = {"Cache-Control": "no-store"}


@router.post("/codes", status_code=202)
async def send_code(
    request: Request,
    organization: str,
    wanted: CodeRequest,
    transactions: InTransactions,
    device: DeviceCookie = "",
) -> CodeSent:
    """Mail a code to any email address; older codes become invalid.

    404 `page_not_found` if neither signup nor page of members is open; 429 `too_many_tries` with
    `Retry-After` for too many codes to an email address or from a network address.
    """
    accepted = request.headers.get("Accept-Language", "")
    await codes.send_code(transactions, organization, wanted, accepted, device)
    return CodeSent()


@router.post("/codes/verify")
async def verify_code(
    request: Request,
    organization: str,
    wanted: CodeVerification,
    *,
    transactions: InTransactions,
    response: Response,
    device: DeviceCookie = "",
) -> Ticket:
    """Exchange a code for a ticket, and list the customers with the address.

    A code is valid once, for 10 minutes and 5 tries; 401 `code_wrong` otherwise, the same for
    every reason. 429 `too_many_tries` with `Retry-After` for too many tries; those of others do
    not delay a device or network from which the owner of the address logged in lately.
    """
    response.headers.update(_NO_STORE)
    verified = await codes.verify_code(transactions, organization, wanted, device)
    request.scope[HARMLESS] = True
    set_device(request, response, verified.device)
    return verified.ticket


@router.post("/sessions", status_code=201)
async def open_session(
    request: Request,
    organization: str,
    wanted: SessionRequest,
    transactions: InTransactions,
    response: Response,
) -> SessionTokens:
    """Open a session with a ticket, which is valid once, for 30 minutes.

    401 `ticket_wrong`; 404 `customer_not_found` for a customer with another address; 409
    `signup_closed` for a new customer where only members may log in; 422 `consent_missing` for a
    new customer without consent. The ticket stays valid after an error.
    """
    response.headers.update(_NO_STORE)
    opened = await openings.open_with_ticket(transactions, organization, wanted)
    request.scope[HARMLESS] = True
    return opened


@router.post("/sessions/refresh")
async def refresh_session(
    request: Request,
    organization: str,
    wanted: RefreshRequest,
    transactions: InTransactions,
    response: Response,
) -> SessionTokens:
    """Exchange a refresh token for new tokens, up to 30 days after the login.

    A token that is used again ends the session, unless it is a repeat of the request: within
    seconds, and before the new refresh token was used. It gets the same answer. 401
    `session_over` for every invalid token.
    """
    response.headers.update(_NO_STORE)
    token = wanted.refresh_token.get_secret_value()
    opened = await sessions.refresh_session(transactions, organization, token)
    request.scope[HARMLESS] = True
    return opened


@router.post("/sessions/end", status_code=204)
def end_session(call: Annotated[CustomerCall, customer_writes()]) -> Response:
    """Log out: end the session and its tokens."""
    sessions.end_session(call.session, call.tenant, call.session_id, call.now)
    return Response(status_code=204)


@router.post("/sessions/end-all")
def end_all_sessions(call: Annotated[CustomerCall, customer_writes()]) -> EndedSessions:
    """Log out on all devices: end every session of the customer, this one too."""
    ended = end_logins(call.session, call.tenant.id, [call.customer_id], call.now, EVERYWHERE)
    return EndedSessions(ended=ended)


@router.get("/me")
def show_profile(
    call: Annotated[CustomerCall, customer_reads()], response: Response
) -> CustomerProfile:
    """Return the profile of the logged-in customer. 401 `login_needed` without a login."""
    response.headers.update(_NO_STORE)
    return customer_profile(call)
