"""The static files of the member page, at addresses that contain their version.

A service worker caches the page and its files for use without network
(``resources/web/member/sw.js``). The files in a cache match, because the content at an address
never changes.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from fastapi import APIRouter, Response

import resources
from membership.portal.open_signup import no_such_page
from membership.web.pages import static_file

router = APIRouter(prefix="/me", include_in_schema=False)

FILES: Mapping[str, str] = {
    "base.css": "signup/app.css",
    "app.css": "member/app.css",
    "load.js": "load.js",
    "app.js": "member/app.js",
    "session.js": "member/session.js",
    "sections.js": "member/sections.js",
    "bills.js": "member/bills.js",
    "plans.js": "member/plans.js",
    "parts.js": "member/parts.js",
    "live.js": "member/live.js",
    "codes.js": "member/codes.js",
    "login.js": "login/login.js",
    "clock.js": "clock.js",
    "qrcode.js": "member/vendor/qrcode.mjs",
}
"""Files by the name under which they are served. The signup page shares some of them."""

MODULES = tuple(name for name in FILES if name.endswith(".js") and name != "load.js")
"""The modules of the page, the one that imports the others first."""

_IMMUTABLE = "public, max-age=31536000, immutable"


@router.get("/sw.js")
async def get_worker() -> Response:
    """Return the service worker, whose scope is the addresses below ``/me/``."""
    return static_file("member/sw.js")


@router.get("/files/{version}/{name}")
async def get_file(version: str, name: str) -> Response:
    """Return a file of the current version; 404 for any other version."""
    if version != files_version() or name not in FILES:
        raise no_such_page()
    return static_file(FILES[name], cache=_IMMUTABLE)


@lru_cache(maxsize=1)
def files_version() -> str:
    """Return 16 hexadecimal digits that depend on the content of all files."""
    all_files = hashlib.sha256()
    for path in FILES.values():
        all_files.update(hashlib.sha256(resources.path(f"web/{path}").read_bytes()).digest())
    return all_files.hexdigest()[:16]
