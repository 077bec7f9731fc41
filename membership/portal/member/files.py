"""The files that the customer's page loads, under an address that names their version.

A phone keeps the page and its files for when there is no network (``resources/web/me/sw.js``).
What is kept fits together, for an address never gives anything else than it gave before.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from fastapi import APIRouter, Response

import resources
from membership.portal.signup.offers import no_such_page
from membership.web.pages import static_file

router = APIRouter(prefix="/me", include_in_schema=False)

FILES: Mapping[str, str] = {
    "base.css": "join/app.css",
    "app.css": "me/app.css",
    "app.js": "me/app.js",
    "session.js": "me/session.js",
    "sections.js": "me/sections.js",
    "bills.js": "me/bills.js",
    "parts.js": "me/parts.js",
    "live.js": "me/live.js",
    "codes.js": "me/codes.js",
    "login.js": "join/login.js",
    "qrcode.js": "me/vendor/qrcode.mjs",
}
"""Files by the names under which they are served. The signup page has some of them too."""

_FOR_GOOD = "public, max-age=31536000, immutable"


@router.get("/sw.js")
def get_worker() -> Response:
    """What keeps the page for when there is no network; it serves addresses below ``/me/``."""
    return static_file("me/sw.js")


@router.get("/files/{version}/{name}")
def get_file(version: str, name: str) -> Response:
    """A file of the present version; any other is not there."""
    if version != files_version() or name not in FILES:
        raise no_such_page()
    return static_file(FILES[name], cache=_FOR_GOOD)


@lru_cache(maxsize=1)
def files_version() -> str:
    """What the files say, in 16 characters: other words where any of them is another."""
    found = hashlib.sha256()
    for path in FILES.values():
        found.update(hashlib.sha256(resources.path(f"web/{path}").read_bytes()).digest())
    return found.hexdigest()[:16]
