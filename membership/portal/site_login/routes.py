"""The route by which a site of an organization logs in its visitor."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from membership.base.actors import HARMLESS
from membership.base.request_body import RequestBody
from membership.portal.login.schemas import SessionTokens, Ticket
from membership.portal.site_login.service import log_in
from membership.web.transactions import InTransactions

router = APIRouter(prefix="/v1/join/{organization}", include_in_schema=False)


_LONGEST = 128 * 1024
"""Characters of what is taken for a token at all; the log says why a long one is none."""


class SiteToken(RequestBody):
    """A signed token of a site."""

    token: Annotated[str, Field(max_length=_LONGEST)]


@router.post("/sessions/token", status_code=201, response_model=None)
async def log_in_by_token(
    request: Request,
    organization: str,
    wanted: SiteToken,
    transactions: InTransactions,
    response: Response,
) -> SessionTokens | Ticket:
    """Log in with a JWT that a site of the organization has signed; it is valid once.

    201 with a session, as for a ticket; 200 with a ticket, as for a code, if no customer or
    several have the address. 401 `token_refused` for every invalid token; the log has the reason.
    404 `page_not_found` unless signup is open; 429 `too_many_tries` for too many refused tokens.
    """
    response.headers["Cache-Control"] = "no-store"
    answer = await log_in(transactions, organization, wanted.token)
    request.scope[HARMLESS] = True
    if isinstance(answer, Ticket):
        response.status_code = 200
    return answer
