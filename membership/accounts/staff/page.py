"""The page to which the links in mails lead: choosing a password in a browser."""

from fastapi import APIRouter, Response

import resources
from membership.accounts.staff.mails import SET_PASSWORD_PATH

router = APIRouter(include_in_schema=False)

_KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def _file(kind: str) -> Response:
    """One file of the page, with headers that let it load nothing from elsewhere."""
    content = resources.path(f"web/set-password.{kind}").read_bytes()
    return Response(content, media_type=_KINDS[kind], headers=_HEADERS)


@router.get(SET_PASSWORD_PATH)
def set_password_page() -> Response:
    """Show the page. The token is in the address's fragment, which does not come here."""
    return _file("html")


@router.get(f"{SET_PASSWORD_PATH}.css")
def set_password_style() -> Response:
    """How the page looks."""
    return _file("css")


@router.get(f"{SET_PASSWORD_PATH}.js")
def set_password_script() -> Response:
    """What the page does."""
    return _file("js")
