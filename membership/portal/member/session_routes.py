"""The session of the customer's own page, which outlasts a visit: its refresh token is a cookie.

No script can read the cookie, and it is sent to the customer's own routes of one organization
only: without a path of its own, a cookie belongs to the folder of the address that set it. No
other site can use it: it is sent from pages of this site only (``SameSite=Strict``), and all that
looks at it is a PUT or DELETE, which browsers let no other origin send.
"""

from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response

from membership.portal.login import sessions
from membership.portal.login.schemas import Opening, OpenSession
from membership.portal.login.sessions import SESSION_LIFE
from membership.portal.member.schemas import OwnOpening, OwnSession
from membership.wallet.issuers.warnings import is_https
from membership.web.transactions import InTransactions

router = APIRouter(prefix="/v1/join/{organization}/me/session", include_in_schema=False)

COOKIE = "walletdesk_me"
Kept = Annotated[str, Cookie(alias=COOKIE)]


@router.post("", status_code=201)
async def open_session(
    request: Request,
    organization: str,
    opening: OwnOpening,
    transactions: InTransactions,
    response: Response,
) -> OwnSession:
    """Open a session of a customer with a ticket, and keep it on this device.

    401 `ticket_wrong`; 404 `customer_not_found` for somebody who has not the ticket's address,
    which leaves the ticket good; 404 `page_not_found` unless the signup is open.
    """
    asked = Opening(ticket=opening.ticket, customer_id=opening.customer_id)
    opened = await sessions.open_with_ticket(transactions, organization, asked)
    return _kept(request, response, opened)


@router.put("")
async def renew_session(
    request: Request,
    organization: str,
    transactions: InTransactions,
    response: Response,
    cookie: Kept = "",
) -> OwnSession:
    """Give the kept session a new access token, and its cookie another value.

    401 `session_over` without a cookie, and whyever it is not good.
    """
    if not cookie:
        raise sessions.session_over()
    opened = await sessions.refresh_session(transactions, organization, cookie)
    return _kept(request, response, opened)


@router.delete("", status_code=204)
async def end_session(
    request: Request, organization: str, transactions: InTransactions, cookie: Kept = ""
) -> Response:
    """Log out: end the kept session, and let this device forget it. Again changes nothing."""
    if cookie:
        await sessions.end_with_refresh(transactions, organization, cookie)
    response = Response(status_code=204)
    _set(request, response, "", 0)
    return response


def _kept(request: Request, response: Response, opened: OpenSession) -> OwnSession:
    """Answer with the access token, and put the refresh token where only the browser has it."""
    response.headers["Cache-Control"] = "no-store"
    _set(request, response, opened.refresh_token, int(SESSION_LIFE.total_seconds()))
    return OwnSession(
        access_token=opened.access_token, expires_in=opened.expires_in, customer=opened.customer
    )


def _set(request: Request, response: Response, value: str, seconds: int) -> None:
    """Set the cookie, which is sent encrypted only wherever the service is reached so."""
    public_url = request.app.state.settings.public_url or str(request.url)
    response.set_cookie(
        COOKIE,
        value,
        max_age=seconds,
        path=None,
        secure=is_https(public_url),
        httponly=True,
        samesite="strict",
    )
