"""The page to which the links in mails lead: choosing a password in a browser."""

from fastapi import APIRouter, Response

from membership.accounts.staff.mails import SET_PASSWORD_PATH
from membership.web.pages import content_policy, static_file

router = APIRouter(include_in_schema=False)

_HEADERS = {
    "Content-Security-Policy": content_policy(
        "script-src 'self'; style-src 'self'; connect-src 'self'"
    ),
    "Referrer-Policy": "no-referrer",
}


def _file(ending: str) -> Response:
    """Return one of the page's three files."""
    return static_file(f"set-password.{ending}", headers=_HEADERS)


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
