"""Connections whose every wait ends at one deadline: resolving, connecting, sending and reading.

The timeouts of ``requests`` are for a single wait on the socket: whoever sends a byte of the head
a second, or ``100 Continue`` without end, is read for ever. Here each wait of a socket is for what
is left until the deadline of its session, which costs no thread.
"""

import socket
import ssl
import time
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from .resolver import Address, Resolver

_LEAST_S = 0.001
"""A wait of 0 would not block, which is another mode of a socket."""


class Deadline:
    """When the request that is under way ends, in seconds of ``time.monotonic``."""

    def __init__(self) -> None:
        self.end = float("inf")

    def left(self) -> float:
        """Return the seconds that are left. Raises TimeoutError if there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return max(left, _LEAST_S)


class _Timed:
    """What a socket has of a deadline; its waits are for what is left until then."""

    deadline: Deadline | None = None

    def wait_until_then(self: Any) -> None:
        """Set the timeout to what is left. Raises TimeoutError."""
        if self.deadline is not None and self.deadline.end != float("inf"):
            self.settimeout(self.deadline.left())


class _TimedSocket(_Timed, socket.socket):
    def recv_into(self, *arguments: Any, **named: Any) -> int:
        self.wait_until_then()
        return super().recv_into(*arguments, **named)

    def sendall(self, *arguments: Any, **named: Any) -> None:
        self.wait_until_then()
        super().sendall(*arguments, **named)


class _TimedTls(_Timed, ssl.SSLSocket):
    def recv_into(self, *arguments: Any, **named: Any) -> int:
        self.wait_until_then()
        return super().recv_into(*arguments, **named)

    def sendall(self, *arguments: Any, **named: Any) -> None:
        self.wait_until_then()
        super().sendall(*arguments, **named)


class _Connecting:
    """What both kinds of connections have: sockets with the deadline of their session."""

    deadline: Deadline
    resolver: Resolver

    def _new_conn(self: Any) -> socket.socket:
        host, port = self._dns_host, self.port
        try:
            found = self.resolver.addresses(host, port, self.deadline.left())
        except TimeoutError as error:
            raise ConnectTimeoutError(self, str(error)) from error
        except socket.gaierror as error:
            raise NameResolutionError(host, self, error) from error
        except OSError as error:
            raise NewConnectionError(self, f"{host} cannot be resolved: {error}") from error
        try:
            made: socket.socket = self._first_of(found)
        except TimeoutError as error:
            self.resolver.forget(host, port)
            raise ConnectTimeoutError(self, f"{host} was not connected to in time") from error
        except OSError as error:
            self.resolver.forget(host, port)
            raise NewConnectionError(self, f"{host} cannot be connected to: {error}") from error
        return made

    def _first_of(self: Any, found: list[Address]) -> socket.socket:
        """Connect to the first address that can be; each gets its share of what is left."""
        for number, (family, address) in enumerate(found):
            made = _TimedSocket(family, socket.SOCK_STREAM)
            try:
                for option in self.socket_options or ():
                    made.setsockopt(*option)
                made.settimeout(self.deadline.left() / (len(found) - number))
                made.connect(address)
                made.deadline = self.deadline
                made.wait_until_then()  # A handshake of TLS follows, which has one timeout.
            except OSError:
                made.close()
                if number == len(found) - 1:
                    raise
                continue
            self.resolver.worked(self._dns_host, self.port, (family, address))
            return made
        raise OSError("no address")


class _Plain(_Connecting, HTTPConnection):
    pass


class _Secure(_Connecting, HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, _TimedTls):
            self.sock.deadline = self.deadline


class _DeadlineAdapter(HTTPAdapter):
    """Makes the connections of one session."""

    def __init__(self, deadline: Deadline, resolver: Resolver) -> None:
        self._deadline, self._resolver = deadline, resolver
        super().__init__()

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        manager: Any = self.poolmanager
        manager.pool_classes_by_scheme = {"http": self._pool, "https": self._secure_pool}

    def _pool(self, *arguments: Any, **named: Any) -> HTTPConnectionPool:
        pool = HTTPConnectionPool(*arguments, **named)
        pool.ConnectionCls = self._maker(_Plain)
        return pool

    def _secure_pool(self, *arguments: Any, **named: Any) -> HTTPSConnectionPool:
        context = create_urllib3_context()
        context.sslsocket_class = _TimedTls
        pool = HTTPSConnectionPool(*arguments, **(named | {"ssl_context": context}))
        pool.ConnectionCls = self._maker(_Secure)
        return pool

    def _maker(self, kind: Callable[..., Any]) -> Any:
        """Return what makes connections of a kind with the deadline of this session."""

        def make(*arguments: Any, **named: Any) -> Any:
            made = kind(*arguments, **named)
            made.deadline, made.resolver = self._deadline, self._resolver
            return made

        return make


class DeadlineSession(requests.Session):
    """A session with one deadline at a time: ``deadline.end`` is set before each request."""

    def __init__(self, resolver: Resolver) -> None:
        super().__init__()
        self.trust_env = False
        self.deadline = Deadline()
        self._adapter = _DeadlineAdapter(self.deadline, resolver)
        self._posts: dict[str, requests.PreparedRequest] = {}
        self.mount("http://", self._adapter)
        self.mount("https://", self._adapter)

    def post_json(self, url: str, body: bytes, timeout: float) -> requests.Response:
        """Send ``body`` as JSON, and return the answer before its body is read.

        What does not change from one request to the next is prepared once for each ``url``. No
        redirect is followed and no cookie is kept. Raises the errors of ``requests``.
        """
        made = self._posts.get(url)
        if made is None:
            headers = {"Content-Type": "application/json"}
            made = self.prepare_request(requests.Request("POST", url, headers))
            self._posts[url] = made
        made = made.copy()
        made.prepare_body(body, None)
        return self._adapter.send(
            made, stream=True, timeout=timeout, verify=self.verify or True, cert=self.cert
        )
