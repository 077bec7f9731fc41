"""The session of the member page, which outlasts a visit: its refresh token is a cookie.

Scripts cannot read the cookie, and browsers send it only to the routes of one organization: a
cookie without a path belongs to the folder of the address that set it. Other sites cannot use it:
it is sent from pages of this site only (``SameSite=Strict``), and only PUT and DELETE read it,
which browsers let no other origin send.
"""

from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response

from membership.base.actors import HARMLESS
from membership.portal.login import openings, sessions
from membership.portal.login.schemas import SessionRequest, SessionTokens
from membership.portal.login.sessions import SESSION_LIFE
from membership.portal.member.schemas import MemberSession, MemberSessionRequest
from membership.web.tls import needs_secure_cookie
from membership.web.transactions import InTransactions

router = APIRouter(prefix="/v1/join/{organization}/me/session", include_in_schema=False)

COOKIE = "walletdesk_me"
SessionCookie = Annotated[str, Cookie(alias=COOKIE)]


@router.post("", status_code=201)
async def open_session(
    request: Request,
    organization: str,
    wanted: MemberSessionRequest,
    transactions: InTransactions,
    response: Response,
) -> MemberSession:
    """Open a session of a customer with a ticket, and set its cookie.

    401 `ticket_wrong`; 404 `customer_not_found` for a customer with another address, which leaves
    the ticket valid; 404 `page_not_found` where members cannot log in.
    """
    session_request = SessionRequest(ticket=wanted.ticket, customer_id=wanted.customer_id)
    opened = await openings.open_with_ticket(transactions, organization, session_request)
    request.scope[HARMLESS] = True
    return _with_cookie(request, response, opened)


@router.put("")
async def renew_session(
    request: Request,
    organization: str,
    transactions: InTransactions,
    response: Response,
    cookie: SessionCookie = "",
) -> MemberSession:
    """Renew the session of the cookie: a new access token, and a new cookie.

    401 `session_over` without a cookie or with an invalid one.
    """
    if not cookie:
        request.scope[HARMLESS] = True  # every page asks once whether somebody is logged in
        raise sessions.session_over()
    opened = await sessions.refresh_session(transactions, organization, cookie)
    request.scope[HARMLESS] = True
    return _with_cookie(request, response, opened)


@router.delete("", status_code=204)
async def end_session(
    request: Request, organization: str, transactions: InTransactions, cookie: SessionCookie = ""
) -> Response:
    """Log out: end the session and delete its cookie; repeatable."""
    if cookie:
        await sessions.end_with_refresh(transactions, organization, cookie)
    response = Response(status_code=204)
    _set_cookie(request, response, "", 0)
    return response


def _with_cookie(request: Request, response: Response, opened: SessionTokens) -> MemberSession:
    """Return the access token, with the refresh token in the cookie."""
    response.headers["Cache-Control"] = "no-store"
    _set_cookie(request, response, opened.refresh_token, int(SESSION_LIFE.total_seconds()))
    return MemberSession(
        access_token=opened.access_token, expires_in=opened.expires_in, customer=opened.customer
    )


def _set_cookie(request: Request, response: Response, value: str, max_age: int) -> None:
    """Set the cookie; it requires https unless the page is known to be plain."""
    response.set_cookie(
        COOKIE,
        value,
        max_age=max_age,
        path=None,
        secure=needs_secure_cookie(request.scope, request.app.state.settings.public_url),
        httponly=True,
        samesite="strict",
    )
