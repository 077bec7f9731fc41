"""A scan before the first one: what scans need is built before the service reports ``ready``.

The first request through an application builds its middleware, starts a thread, opens a
connection and compiles statements, which takes several times as long as a scan. The rehearsal
is refused like a scan with a wrong key: nothing is stored, counted or logged.
"""

import json
from uuid import uuid4

from fastapi import FastAPI
from starlette.types import Message, Scope

from membership.base.logs import logger
from membership.web.access import KEY_PREFIX
from membership.web.middleware import REHEARSAL

_REFUSED = 401


async def rehearse_scan(app: FastAPI) -> None:
    """Send a scan with a wrong key through the application, past limits, metrics and logs.

    A rehearsal that goes wrong is logged: the service is ready nevertheless, and its first
    scan is slower or answered with what is wrong.
    """
    body = json.dumps({"visit_id": str(uuid4()), "text": "rehearsal", "method": "camera"})
    status = 0

    async def receive() -> Message:
        return {"type": "http.request", "body": body.encode(), "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]

    try:
        await app(_scope(), receive, send)
    except Exception:  # noqa: BLE001 - logged; requests are answered with what is wrong
        logger().exception("rehearsal_failed")
        return
    if status != _REFUSED:
        logger().warning("rehearsal_answered", status=status)


def _scope() -> Scope:
    """The request as the web server would pass it on."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 0),
        "scheme": "http",
        "method": "POST",
        "root_path": "",
        "path": "/v1/scans",
        "raw_path": b"/v1/scans",
        "query_string": b"",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"authorization", f"Bearer {KEY_PREFIX}rehearsal".encode()),
            (b"content-type", b"application/json"),
        ],
        "state": {},
        REHEARSAL: True,
    }
