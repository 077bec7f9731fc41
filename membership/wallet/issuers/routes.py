"""Routes of the issuer accounts that sign cards."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from api_client.messages.cards import WalletsReady
from membership.base.scopes import Scope
from membership.store.models import IdentityKind
from membership.wallet.issuers import service
from membership.wallet.issuers.google import GoogleAccount
from membership.wallet.issuers.schemas import NewAppleIdentity, NewGoogleIdentity
from membership.wallet.issuers.service import IssuerContext
from membership.web.access import Call, Caller, allows, reads, writes
from membership.web.preconditions import InCondition, InShown
from passes.apple.identity import Identity

router = APIRouter(prefix="/v1/wallets", tags=["Wallets"])

_Writing = Annotated[Call, writes(Scope.WALLETS_WRITE)]
_Allowed = Annotated[Caller, allows(Scope.WALLETS_WRITE)]


@router.get("")
def show_wallets(
    request: Request, call: Annotated[Call, reads(Scope.CARDS_READ)], shown: InShown
) -> WalletsReady:
    """Return who signs cards for both wallets, and what prevents phones from accepting them.

    Without a certificate of Apple a self-signed one signs, which every iPhone rejects. Warnings
    start 30 days before a certificate expires.
    """
    ready = service.show(_context(request, call))
    return shown.show(ready, service.etag(ready))


async def _apple(request: Request, new: NewAppleIdentity, _allowed: _Allowed) -> Identity:
    """Return the certificate, opened before a transaction is. Raises Invalid, Busy."""
    async with request.app.state.concurrency.key_file():
        return await run_in_threadpool(service.load_apple, new)


async def _google(request: Request, new: NewGoogleIdentity, _allowed: _Allowed) -> GoogleAccount:
    """Return the account, its key loaded before a transaction is open. Raises Invalid, Busy."""
    async with request.app.state.concurrency.key_file():
        return await run_in_threadpool(service.load_google, new)


@router.put("/apple")
def put_apple(
    request: Request,
    new: NewAppleIdentity,
    identity: Annotated[Identity, Depends(_apple)],
    call: _Writing,
    condition: InCondition,
) -> WalletsReady:
    """Set the certificate that signs passes from now on, replacing a previous one.

    It is validated first: dates, its key, one pass type (UID) and team (OU) in its name, and that
    Apple's intermediate, which is shipped with the service, issued it. Key and certificates are
    stored encrypted and never returned.

    Errors: `certificate_invalid` (422) with the place of the error, `not_base64` (422),
    `pass_type_differs` (409) if phones have cards of another pass type.
    """
    context = _context(request, call)
    condition.require(lambda: service.locked_etag(context))
    ready = service.put_apple(context, identity, replace_pass_type=new.replace_pass_type)
    return condition.show(ready, service.etag(ready))


@router.delete("/apple", status_code=204)
def delete_apple(request: Request, call: _Writing, condition: InCondition) -> Response:
    """Delete the certificate; a self-signed one signs again. Cards on phones stay as they are.

    Errors: `wallet_not_configured` (404).
    """
    context = _context(request, call)
    condition.require(lambda: service.locked_etag(context))
    service.remove(context, IdentityKind.APPLE)
    return Response(status_code=204)


@router.put("/google")
def put_google(
    request: Request,
    account: Annotated[GoogleAccount, Depends(_google)],
    call: _Writing,
    condition: InCondition,
) -> WalletsReady:
    """Set the service account that issues cards in Google Wallet, replacing a previous one.

    Its key is validated and stored encrypted, without a request to Google: whether the account may
    act for the issuer is known with the first card.

    Errors: `service_account_invalid` (422).
    """
    context = _context(request, call)
    condition.require(lambda: service.locked_etag(context))
    ready = service.put_google(context, account)
    return condition.show(ready, service.etag(ready))


@router.delete("/google", status_code=204)
def delete_google(request: Request, call: _Writing, condition: InCondition) -> Response:
    """Delete the service account. Cards in Google Wallet stay, but are no longer updated.

    Errors: `wallet_not_configured` (404).
    """
    context = _context(request, call)
    condition.require(lambda: service.locked_etag(context))
    service.remove(context, IdentityKind.GOOGLE)
    return Response(status_code=204)


def _context(request: Request, call: Call) -> IssuerContext:
    """Return the context of a request."""
    state = request.app.state
    return IssuerContext(
        call.session, state.vault, call.tenant, state.settings.public_url, call.now
    )
