"""Routes by which the public logs in. They need no key, and are for the signup page only."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from membership.portal.login import codes, sessions
from membership.portal.login.access import CustomerCall, customer_reads, customer_writes
from membership.portal.login.profile import own_profile
from membership.portal.login.schemas import (
    CodeSent,
    CodeWish,
    Opening,
    OpenSession,
    OwnProfile,
    ShownLogin,
    ShownRefresh,
    Ticket,
)
from membership.web.transactions import InTransactions

router = APIRouter(prefix="/v1/join/{organization}", include_in_schema=False)

_NO_STORE = {"Cache-Control": "no-store"}


@router.post("/codes", status_code=202)
async def send_code(
    request: Request, organization: str, wish: CodeWish, transactions: InTransactions
) -> CodeSent:
    """Mail a code to an address, whoever has it; older codes are good no longer.

    404 `page_not_found` unless the organization's signup is open; 429 `too_many_tries` with
    `Retry-After` for too many codes to an address, or from a place.
    """
    accepted = request.headers.get("Accept-Language", "")
    await codes.send_code(transactions, codes.Wish(organization, wish, accepted))
    return CodeSent()


@router.post("/codes/verify")
async def change_code(
    organization: str, shown: ShownLogin, transactions: InTransactions, response: Response
) -> Ticket:
    """Change a code for a ticket, and tell which customers have the address.

    A code is good once, for 10 minutes and at most 5 tries: 401 `code_wrong` is the same for
    all else. 429 `too_many_tries` with `Retry-After` for too many tries.
    """
    response.headers.update(_NO_STORE)
    return await codes.change_code(transactions, organization, shown)


@router.post("/sessions", status_code=201)
async def open_session(
    organization: str, opening: Opening, transactions: InTransactions, response: Response
) -> OpenSession:
    """Open a session with a ticket, which is good once, for 30 minutes.

    401 `ticket_wrong`; 404 `customer_not_found` for somebody who has not the address; 422
    `consent_missing` for somebody new who does not consent. A refusal leaves the ticket good.
    """
    response.headers.update(_NO_STORE)
    return await sessions.open_with_ticket(transactions, organization, opening)


@router.post("/sessions/refresh")
async def refresh_session(
    organization: str, shown: ShownRefresh, transactions: InTransactions, response: Response
) -> OpenSession:
    """Change a refresh token for new tokens, up to 30 days after the login.

    One that is shown again ends the session. 401 `session_over`, whyever it is not good.
    """
    response.headers.update(_NO_STORE)
    token = shown.refresh_token.get_secret_value()
    return await sessions.refresh_session(transactions, organization, token)


@router.post("/sessions/end", status_code=204)
def end_session(call: Annotated[CustomerCall, customer_writes()]) -> Response:
    """Log out: the session's tokens are worthless from here on."""
    sessions.end_session(call.session, call.tenant, call.session_id, call.now)
    return Response(status_code=204)


@router.get("/me")
def get_me(call: Annotated[CustomerCall, customer_reads()], response: Response) -> OwnProfile:
    """Show the customer who is logged in, with what they hold. 401 `login_needed` otherwise."""
    response.headers.update(_NO_STORE)
    return own_profile(call)
