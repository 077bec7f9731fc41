"""The page that mails link to, where a password is set."""

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
    """Show the page. The token is in the URL's fragment, which browsers do not send."""
    return _file("html")


@router.get(f"{SET_PASSWORD_PATH}.css")
async def set_password_style() -> Response:
    """Return the style sheet of the page."""
    return _file("css")


@router.get(f"{SET_PASSWORD_PATH}.js")
async def set_password_script() -> Response:
    """Return the script of the page."""
    return _file("js")
