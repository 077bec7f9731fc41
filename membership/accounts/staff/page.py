"""The page that mails link to, where a password is set."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from membership.accounts.staff.mails import SET_PASSWORD_PATH
from membership.accounts.staff.page_texts import password_texts
from membership.web.languages import choose_language
from membership.web.pages import PageKind, content_policy, render_page, static_file

router = APIRouter(include_in_schema=False)

_SOURCES = "script-src 'self'; style-src 'self'; connect-src 'self'"
_KIND = PageKind(_SOURCES, {"X-Robots-Tag": "noindex, nofollow", "Vary": "Accept-Language"})
_HEADERS = {
    "Content-Security-Policy": content_policy(_SOURCES),
    "Referrer-Policy": "no-referrer",
}


def _file(ending: str) -> Response:
    """Return the style sheet or the script of the page."""
    return static_file(f"set-password.{ending}", headers=_HEADERS)


@router.get(SET_PASSWORD_PATH)
def set_password_page(
    request: Request, lang: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show the page in the browser's language, or in ``lang``.

    The token is in the URL's fragment, which browsers do not send.
    """
    language = choose_language(lang, request.headers.get("Accept-Language", ""))
    values = {"script_texts": json.dumps(password_texts(language), ensure_ascii=False)}
    return render_page(_KIND, "set-password.html", language, values)


@router.get(f"{SET_PASSWORD_PATH}.css")
async def set_password_style() -> Response:
    """Return the style sheet of the page."""
    return _file("css")


@router.get(f"{SET_PASSWORD_PATH}.js")
async def set_password_script() -> Response:
    """Return the script of the page."""
    return _file("js")
