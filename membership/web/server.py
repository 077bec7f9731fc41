"""The web server: uvicorn, with limits of time and size for each connection.

uvicorn limits neither the time in which a request must arrive nor the size of its head, so that a
few slow or endless connections could hold its descriptors or fill its memory. Bodies are rejected
with a problem earlier, by ``membership.web.middleware``.
"""

import asyncio
from enum import Enum
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api_client.messages.scan import Problem
from membership.base.settings import ServiceSettings
from membership.web.body_limits import body_limits
from membership.web.connections import Connections, Use
from membership.web.errors import PROBLEM_TYPE

LARGEST_HEAD = 64 * 1024
MOST_HEADERS = 100
GRACE_SECONDS = 5
_KEEP_ALIVE_SECONDS = 75
_LATER = 1.0
_CHUNK_OVERHEAD = 8
"""Bytes on the wire of a chunk of one byte: six, and some to spare."""

_REASONS = {
    400: b"Bad Request",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
}


class _HeadTooLarge(Exception):
    """The head of a request exceeds its limit."""


class _Part(Enum):
    """The part of a request that is being received."""

    NOTHING = "nothing"
    HEAD = "head"
    BODY = "body"


class BoundedProtocol(HttpToolsProtocol):
    """A connection whose requests are limited in time and size, heads also in number of lines."""

    _part = _Part.HEAD
    _awaited: _Part | None = None
    _deadline: asyncio.TimerHandle | None = None
    _body_seconds = 0.0
    _part_bytes = 0
    _head_bytes = 0
    _too_large = False
    _served = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the deadline of the first request."""
        super().connection_made(transport)
        settings = self.config.loaded_app.state.settings
        self._settings: ServiceSettings = settings
        self._seconds = settings.request_timeout_seconds
        self._most_bytes = {_Part.HEAD: LARGEST_HEAD}
        self._connections: Connections = self.config.loaded_app.state.connections
        self._peer = None if self.client is None else self.client[0]
        if self._connections.add(self, self._peer):
            self._wait()
        else:
            self._send_problem(503, "too_many_connections", "Too many connections are open.")

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the deadline."""
        self._stop_waiting()
        self._connections.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse data; a part that is not complete yet has a deadline and a limit of size."""
        super().data_received(data)
        if self._part is _Part.NOTHING:
            self._stop_waiting()
        elif not self.transport.is_closing():
            self._part_bytes += len(data)
            # The parser buffers a line until it ends, so that lines cannot be counted instead.
            if self._part_bytes > self._most_bytes[self._part]:
                self._too_large = True
                self._refuse()
            elif self._part is not self._awaited:
                self._wait()

    def on_message_begin(self) -> None:
        """Start to receive a head."""
        super().on_message_begin()
        self._part, self._part_bytes, self._head_bytes = _Part.HEAD, 0, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a line of the head or trailer."""
        self._head_bytes += len(name) + len(value)
        if len(self.headers) >= MOST_HEADERS or self._head_bytes > LARGEST_HEAD:
            self._too_large = True
            raise _HeadTooLarge
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start to receive the body."""
        self._part, self._part_bytes = _Part.BODY, 0
        super().on_headers_complete()
        method, path = self.scope["method"], self.scope["path"]
        largest, self._body_seconds = body_limits(self._settings, method, path)
        self._most_bytes[_Part.BODY] = LARGEST_HEAD + _CHUNK_OVERHEAD * largest

    def on_message_complete(self) -> None:
        """End the request."""
        self._part = _Part.NOTHING
        self._served = True
        self._connections.touch(self)
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Send a problem for an invalid request or a head that is too large."""
        self._stop_waiting()
        status, code = (431, "head_too_large") if self._too_large else (400, "not_http")
        detail = f"A request's head may have {MOST_HEADERS} lines and {LARGEST_HEAD} bytes."
        self._send_problem(status, code, detail if self._too_large else msg)

    @property
    def use(self) -> Use:
        """What the connection is doing."""
        if self._part is _Part.NOTHING and self.cycle and not self.cycle.response_complete:
            return Use.ANSWERING
        return Use.IDLE if self._served else Use.NEVER_SENT

    def drop(self) -> None:
        """Close the connection to make room for another one."""
        self._stop_waiting()
        if self.transport.get_write_buffer_size():  # a close would wait until it is read
            self.transport.abort()
        else:
            self.transport.close()

    def _send_problem(self, status: int, code: str, detail: str) -> None:
        """Send a problem and close the connection."""
        problem = Problem(title=_REASONS[status].decode(), status=status, code=code, detail=detail)
        body = problem.model_dump_json().encode()
        head = (
            b"HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(
            head % (status, _REASONS[status], PROBLEM_TYPE.encode(), len(body)) + body
        )
        self.transport.close()

    def _refuse(self) -> None:
        """Send a problem for a head that is too large; if a response may have begun, only close."""
        if self._part is _Part.HEAD:
            self.send_400_response("")
        else:
            self.transport.close()

    def _wait(self) -> None:
        """Start the deadline of the part; that of a body is after the middleware's."""
        self._stop_waiting()
        self._awaited = self._part
        patience = self._seconds
        if self._part is _Part.BODY:
            patience = self._body_seconds + _LATER
        self._deadline = self.loop.call_later(patience, self._give_up)

    def _give_up(self) -> None:
        """Close the connection: the request did not arrive in time."""
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._awaited = None


def uvicorn_config(app: FastAPI, **more: Any) -> uvicorn.Config:
    """Return the configuration of uvicorn: own logs, limited time for the graceful stop.

    The client address is determined by ``membership.base.addresses``: uvicorn would trust any proxy
    on this machine.
    """
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        **more,
    )
