"""The route by which an organization's own site logs its visitor in."""

from fastapi import APIRouter, Response

from api_client.messages.scan import Message
from membership.portal.login.schemas import OpenSession, Ticket
from membership.portal.signup.token_login import log_in
from membership.web.transactions import InTransactions

router = APIRouter(prefix="/v1/join/{organization}", include_in_schema=False)


class ShownEmbedToken(Message):
    """A token of a site."""

    token: str


@router.post("/sessions/token", status_code=201, response_model=None)
async def log_in_by_token(
    organization: str, shown: ShownEmbedToken, transactions: InTransactions, response: Response
) -> OpenSession | Ticket:
    """Log in with a JWT that a site of the organization has signed; it is good once.

    201 with a session, as for a ticket; 200 with a ticket, as for a code, if nobody or several
    have the address. 401 `token_refused`, whyever it is not good: the log says why. 404
    `page_not_found` unless signup is open; 429 `too_many_tries` for too many that were refused.
    """
    response.headers["Cache-Control"] = "no-store"
    answer = await log_in(transactions, organization, shown.token)
    if isinstance(answer, Ticket):
        response.status_code = 200
    return answer
