"""Routes for signing in and out, and for passwords."""

from typing import Annotated

from fastapi import APIRouter, Response

from api_client.messages.management import EndedSessions, SignedIn
from membership.accounts.staff import accounts, own_password, resets, sessions
from membership.accounts.staff.schemas import (
    Accepted,
    FirstAccount,
    Me,
    PasswordChange,
    ResetConfirmation,
    ResetWish,
    SignIn,
)
from membership.base.scopes import Scope
from membership.web.access import Call, Caller, allows, staff_reads, staff_writes
from membership.web.transactions import InTransactions

router = APIRouter(prefix="/v1/staff", tags=["Staff"])

_NO_STORE = {"Cache-Control": "no-store"}


@router.post("/sessions", status_code=201)
async def sign_in(asked: SignIn, transactions: InTransactions, response: Response) -> SignedIn:
    """Sign in: the token is a bearer token for every route that the role allows. Needs no key.

    A session ends after 12 hours, when it was not used for an hour (both are settings), when
    the password changes and when the account is disabled. 401 `credentials_wrong` is the same
    whatever was wrong. After five failures at an account, or thirty from an address, each
    further try has to wait longer: 429 with `Retry-After`, also for the right password.
    """
    response.headers.update(_NO_STORE)
    return await sessions.sign_in(transactions, asked)


@router.delete("/sessions/current", status_code=204)
def sign_out(call: Annotated[Call, staff_writes()]) -> Response:
    """Sign out: the token is worthless from here on."""
    sessions.sign_out(call)
    return Response(status_code=204)


@router.delete("/sessions")
def sign_out_everywhere(call: Annotated[Call, staff_writes()]) -> EndedSessions:
    """Sign out everywhere: end all sessions of one's own account, this one too."""
    return accounts.end_sessions_of(call, call.caller_id)


@router.get("/me")
def get_me(call: Annotated[Call, staff_reads()]) -> Me:
    """Tell who is signed in, and what they may do. 403 `staff_only` for a key."""
    return sessions.me(call)


@router.post("/me/password", status_code=204)
async def change_own_password(
    change: PasswordChange, transactions: InTransactions, caller: Annotated[Caller, allows(None)]
) -> Response:
    """Change one's own password; ends all other sessions of the account.

    422 `password_wrong` for the present one, which counts like a failed sign-in (429);
    422 `password_too_short`, `password_too_long`, `password_guessable` or `password_common`
    for the new one; 409 if the password was changed by another request meanwhile.
    """
    await own_password.change_password(transactions, caller, change)
    return Response(status_code=204)


@router.post("/password-resets", status_code=202)
async def request_reset(wish: ResetWish, transactions: InTransactions) -> Accepted:
    """Ask for a mail with which a forgotten password can be set anew. Needs no key.

    The answer is the same whether or not there is such an account. A newer mail makes the older
    ones worthless. 429 with `Retry-After` for too many of them.
    """
    await resets.request_reset(transactions, wish)
    return Accepted(detail="If there is such an account, a mail is on its way.")


@router.post("/password-resets/confirm", status_code=204)
async def confirm_reset(confirmation: ResetConfirmation, transactions: InTransactions) -> Response:
    """Set a password with a token from a mail; it is good once. Ends all sessions. Needs no key.

    422 `reset_token_invalid` for a token that is wrong, used, replaced or too old; 422 for a
    password that is not good enough, which leaves the token good; 429 for too many wrong ones.
    """
    await resets.confirm_reset(transactions, confirmation)
    return Response(status_code=204)


@router.post("/first-account", status_code=201)
async def make_first_account(
    first: FirstAccount,
    transactions: InTransactions,
    caller: Annotated[Caller, allows(Scope.STAFF_SETUP)],
    response: Response,
) -> SignedIn:
    """Make the organization's first account, an admin, and sign in with it.

    409 `staff_exists` once there is any account; 422 for a password that is not good enough.
    """
    response.headers.update(_NO_STORE)
    return await own_password.make_first_account(transactions, caller, first)
