"""Where secrets of a login must not be seen: addresses, headers, logs, and stores of browsers."""

import json
import re

from tests.membership.portal.signup.browser_site import BrowserSite, Page

_TOKENS = re.compile(r"\bm[crt]_[A-Za-z0-9_-]{40,}")
"""Access tokens, refresh tokens and tickets."""

STORES = "return [localStorage.length, sessionStorage.length, document.cookie, location.href]"


def seen_nowhere(browser_site: BrowserSite, page: Page, *secrets: str) -> None:
    """Check that secrets, and tokens of sessions, are where they belong only.

    The browser is looking into the frame.
    """
    assert secrets
    requests = [*browser_site.asked, *browser_site.site.asked]
    # There was a login to look for: the headers with its token are left out, and nothing else.
    shown = [asked.headers.get("authorization", "") for asked in requests]
    assert any(_TOKENS.search(header) for header in shown)
    for asked in requests:
        headers = {name: text for name, text in asked.headers.items() if name != "authorization"}
        _has_none(asked.url + json.dumps(headers), secrets)
        assert "cookie" not in headers
    for line in browser_site.log.getvalue().splitlines():
        _has_none(line, secrets)
    assert '"request"' in browser_site.log.getvalue()
    local, session, cookie, address = page.run(STORES)
    assert (local, session, cookie) == (0, 0, "")
    _has_none(address, secrets)
    assert page.browser.execute_cdp_cmd("Storage.getCookies", {}) == {"cookies": []}


def _has_none(text: str, secrets: tuple[str, ...]) -> None:
    """Check that a text has no secret in it, nor a part of a token that could be used."""
    assert not _TOKENS.search(text)
    for secret in secrets:
        assert not any(part in text for part in secret.split("."))
