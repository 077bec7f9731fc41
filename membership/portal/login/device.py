"""The cookie by which a customer's device is known when a code is asked for or tried.

For clients that keep cookies: the scripts of our own pages send none with a login, because
logging out leaves nothing on a device; there the network address is what is known. The cookie
opens nothing: it only tells the tries of the owner's device from those of others. A cookie
without a path belongs to the folder of the address that set it, ``.../codes``.
"""

from typing import Annotated

from fastapi import Cookie, Request, Response

from membership.accounts.origins import REMEMBERED
from membership.wallet.issuers.warnings import is_https

_COOKIE = "walletdesk_device"
DeviceCookie = Annotated[str, Cookie(alias=_COOKIE)]


def set_device(request: Request, response: Response, token: str) -> None:
    """Set the cookie; it requires https if the service is reached by https."""
    public_url = request.app.state.settings.public_url or str(request.url)
    response.set_cookie(
        _COOKIE,
        token,
        max_age=int(REMEMBERED.total_seconds()),
        path=None,
        secure=is_https(public_url),
        httponly=True,
        samesite="strict",
    )
