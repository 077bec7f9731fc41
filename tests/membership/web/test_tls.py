"""Behind TLS cookies are limited to it and browsers stay with it, also where nothing is set."""

from pathlib import Path

import pytest
import requests

from membership.web.tls import needs_secure_cookie, told_of_tls
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import TIMEOUT, running_service

LOCAL, LAN, TOLD = "localhost:8710", "192.168.1.5:8710", "https://club.example"


@pytest.mark.parametrize(
    ("public_url", "scheme", "headers", "tls", "secure"),
    [
        (TOLD, "http", {"host": LOCAL}, True, True),
        (TOLD, "http", {"host": LOCAL, "origin": "http://localhost"}, True, True),
        (None, "https", {"host": LOCAL}, True, True),
        (None, "http", {"host": LOCAL, "x-forwarded-proto": "https"}, True, True),
        (None, "http", {"host": LOCAL, "x-forwarded-proto": "HTTPS, http"}, True, True),
        (None, "http", {"host": LOCAL, "forwarded": 'for=1.2.3.4;proto="https"'}, True, True),
        (None, "http", {"host": "club.example", "origin": "https://club.example"}, True, True),
        ("http://club.lan", "http", {"host": LAN, "origin": "https://club.lan"}, True, True),
        # A proxy that says nothing, and a caller that is no browser: as if it were TLS.
        (None, "http", {"host": "club.example"}, False, True),
        (None, "http", {}, False, True),
        (None, "http", {"host": "club.example", "x-forwarded-proto": "http"}, False, True),
        # Known to be plain.
        (None, "http", {"host": LOCAL}, False, False),
        (None, "http", {"host": "127.1:80"}, False, False),
        (None, "http", {"host": "[::1]:80"}, False, False),
        (None, "http", {"host": LAN, "origin": f"http://{LAN}"}, False, False),
        ("http://club.lan", "http", {"host": LAN}, False, False),
    ],
)
def test_what_tells_of_tls(
    public_url: str | None, scheme: str, headers: dict[str, str], tls: bool, secure: bool
) -> None:
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "scheme": scheme, "headers": sent}
    assert told_of_tls(scope, public_url) is tls
    assert needs_secure_cookie(scope, public_url) is secure


@pytest.mark.parametrize("public_url", [None, "http://localhost", TOLD])
def test_headers_of_every_answer(
    databases: Databases, tmp_path: Path, public_url: str | None
) -> None:
    with running_service(databases.new(SQLITE, tmp_path, public_url=public_url)) as service:
        for path in ("/healthz", "/join/nobody", "/v1/desk", "/nothing", "/join/app.js"):
            for headers in ({}, {"X-Forwarded-Proto": "https"}):
                answer = requests.get(service.url + path, headers=headers, timeout=TIMEOUT)
                assert "camera=()" in answer.headers["Permissions-Policy"]
                told = [
                    answer.headers.get(name)
                    for name in ("Strict-Transport-Security", "Cross-Origin-Opener-Policy")
                ]
                tls = bool(headers) or public_url == TOLD
                assert told == (["max-age=31536000", "same-origin"] if tls else [None, None])
