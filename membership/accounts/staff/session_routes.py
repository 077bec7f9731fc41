"""Routes for signing in and out, and for passwords."""

from typing import Annotated

from fastapi import APIRouter, Response

from api_client.messages.management import EndedSessions, SignedIn
from api_client.messages.second_factor import FactorConfirmed, FactorSecret, FactorState
from membership.accounts.staff import accounts, own_factor, own_password, resets, sessions
from membership.accounts.staff.schemas import (
    Accepted,
    FactorCode,
    FactorRemoval,
    FactorStart,
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
    """Sign in: returns a bearer token for every route that the role allows. Needs no API key.

    A session ends after 12 hours, after an hour without use (both are settings), when the password
    changes and when the account is disabled. 401 `credentials_wrong` is the same for every reason.
    After five failures for an account, or thirty from a network address, every further attempt is
    delayed: 429 with `Retry-After`, also for the right password. With a second factor: 401
    `second_factor_needed` without a `code`, `second_factor_wrong` for a wrong or used one, both
    only after the right password; wrong codes are counted separately.
    """
    response.headers.update(_NO_STORE)
    return await sessions.sign_in(transactions, asked)


@router.delete("/sessions/current", status_code=204)
def sign_out(call: Annotated[Call, staff_writes()]) -> Response:
    """Sign out: the token is invalid at once."""
    sessions.sign_out(call)
    return Response(status_code=204)


@router.delete("/sessions")
def sign_out_everywhere(call: Annotated[Call, staff_writes()]) -> EndedSessions:
    """Sign out everywhere: end all sessions of the caller's account, this one included."""
    return accounts.end_sessions_of(call, call.caller_id)


@router.get("/me")
def get_me(call: Annotated[Call, staff_reads()]) -> Me:
    """Return the signed-in member of staff and their scopes. 403 `staff_only` for an API key."""
    return sessions.me(call)


@router.post("/me/password", status_code=204)
async def change_own_password(
    change: PasswordChange, transactions: InTransactions, caller: Annotated[Caller, allows(None)]
) -> Response:
    """Change the caller's password; ends all other sessions of the account.

    422 `password_wrong` for a wrong current password, which counts as a failed sign-in (429); 422
    `password_too_short`, `password_too_long`, `password_guessable`, `password_phrase`,
    `password_address` or `password_common` for the new one; 409 if another request changed the
    password meanwhile.
    """
    await own_password.change_password(transactions, caller, change)
    return Response(status_code=204)


@router.get("/me/second-factor")
def get_second_factor(call: Annotated[Call, staff_reads()]) -> FactorState:
    """Return whether the caller's account has a second factor. 403 `staff_only` for an API key."""
    return own_factor.factor_state(call)


@router.post("/me/second-factor")
async def start_second_factor(
    asked: FactorStart,
    transactions: InTransactions,
    caller: Annotated[Caller, allows(None)],
    response: Response,
) -> FactorSecret:
    """Start to set up a second factor (TOTP); the secret is returned only here.

    It takes effect once a code confirms it. 422 `password_wrong` (counted, 429); 409
    `second_factor_exists`.
    """
    response.headers.update(_NO_STORE)
    return await own_factor.start(transactions, caller, asked)


@router.post("/me/second-factor/confirm")
async def confirm_second_factor(
    asked: FactorCode,
    transactions: InTransactions,
    caller: Annotated[Caller, allows(None)],
    response: Response,
) -> FactorConfirmed:
    """Confirm the second factor with a code; returns the recovery codes, only here.

    Ends all other sessions of the account. 422 `second_factor_wrong` (counted, 429); 409
    `second_factor_not_begun`.
    """
    response.headers.update(_NO_STORE)
    return await own_factor.confirm(transactions, caller, asked)


@router.post("/me/second-factor/remove", status_code=204)
async def remove_second_factor(
    asked: FactorRemoval, transactions: InTransactions, caller: Annotated[Caller, allows(None)]
) -> Response:
    """Remove the second factor, with the password and a code.

    422 `password_wrong`, `second_factor_wrong` (counted, 429); 409 `second_factor_missing`.
    """
    await own_factor.remove(transactions, caller, asked)
    return Response(status_code=204)


@router.post("/password-resets", status_code=202)
async def request_reset(wish: ResetWish, transactions: InTransactions) -> Accepted:
    """Request a mail with a link to replace a forgotten password. Needs no API key.

    The response is the same whether or not the account exists. A new mail invalidates older ones.
    429 with `Retry-After` for too many requests.
    """
    await resets.request_reset(transactions, wish)
    return Accepted(detail="If there is such an account, a mail is on its way.")


@router.post("/password-resets/confirm", status_code=204)
async def confirm_reset(confirmation: ResetConfirmation, transactions: InTransactions) -> Response:
    """Set a password with a mailed token, which is valid once. Ends all sessions. Needs no API key.

    422 `reset_token_invalid` for a token that is wrong, used, replaced or expired; 422 for a weak
    password, which leaves the token valid; 429 for too many wrong tokens.
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
    """Create the organization's first account, an admin, and sign in with it.

    409 `staff_exists` if there is an account already; 422 for a weak password.
    """
    response.headers.update(_NO_STORE)
    return await own_password.make_first_account(transactions, caller, first)
