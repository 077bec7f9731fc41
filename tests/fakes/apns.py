"""Apple's push service (APNs) as a provider sees it: HTTP/2 over TLS with client certificates.

It answers as Apple's "Handling notification responses from APNs" says, or misbehaves as the test
configures: for one token, or for the next push.
"""

import asyncio
import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError


@dataclass(frozen=True)
class Received:
    """A received push. ``connection`` counts connections from 1."""

    token: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def topic(self) -> str:
        """The header ``apns-topic``."""
        return self.headers["apns-topic"]


@dataclass(frozen=True)
class Told:
    """The answer to a push. ``drop`` closes the connection, ``silent`` never answers.

    ``held`` sends the answer together with the next one.
    """

    status: int = 200
    reason: str | None = None
    timestamp: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    drop: bool = False
    silent: bool = False
    held: bool = False
    raw: bytes | None = None

    def body(self) -> bytes:
        """Return the JSON dictionary of an error; empty for a success."""
        if self.raw is not None:
            return self.raw
        if self.reason is None:
            return b""
        told: dict[str, Any] = {"reason": self.reason}
        if self.timestamp is not None:
            told["timestamp"] = self.timestamp
        return json.dumps(told).encode()


@dataclass
class FakeApns:
    """The running service. ``answers`` are by token; ``otherwise`` is for all others."""

    url: str
    ca_file: Path
    received: list[Received] = field(default_factory=list)
    answers: dict[str, Told] = field(default_factory=dict)
    otherwise: Told = field(default_factory=Told)
    connections: int = 0
    on_push: Any = None
    """Called with each push before it is answered; from the service's own thread."""

    def tokens(self) -> list[str]:
        """Return the tokens of all received pushes, sorted."""
        return sorted(each.token for each in self.received)


class _Connection(asyncio.Protocol):
    """One connection of a provider."""

    def __init__(self, apns: FakeApns) -> None:
        self._apns = apns
        self._h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._requests: dict[int, tuple[dict[str, str], bytearray]] = {}
        self._number = 0
        self._held = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._apns.connections += 1
        self._number = self._apns.connections
        self._h2.initiate_connection()
        transport.write(self._h2.data_to_send())  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        try:
            events = self._h2.receive_data(data)
        except ProtocolError:
            self._transport.close()
            return
        for event in events:
            if isinstance(event, RequestReceived):
                self._requests[event.stream_id] = (_texts(event.headers), bytearray())
            elif isinstance(event, DataReceived):
                self._requests[event.stream_id][1].extend(event.data)
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, StreamEnded):
                self._answer(event.stream_id)
        if not self._held and not self._transport.is_closing():
            self._transport.write(self._h2.data_to_send())

    def _answer(self, stream_id: int) -> None:
        headers, body = self._requests.pop(stream_id)
        prefix = "/3/device/"
        assert headers[":method"] == "POST"
        assert headers[":path"].startswith(prefix)
        token = headers[":path"].removeprefix(prefix)
        push = Received(token, headers, bytes(body), self._number)
        self._apns.received.append(push)
        if self._apns.on_push is not None:
            self._apns.on_push(push)
        told = self._apns.answers.get(token, self._apns.otherwise)
        if told.drop:
            self._transport.abort()
        elif not told.silent:
            self._held = told.held
            lines = [(":status", str(told.status)), ("apns-id", headers["apns-id"]), *told.headers]
            content = told.body()
            self._h2.send_headers(stream_id, lines, end_stream=not content)
            if content:
                self._h2.send_data(stream_id, content, end_stream=True)


def _texts(headers: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    """Return headers by name; h2 decodes them."""
    return {str(name): str(value) for name, value in headers}


@contextlib.contextmanager
def fake_apns(folder: Path, trusted: x509.Certificate) -> Iterator[FakeApns]:
    """Yield the service on a free port of loopback; client certificates must be of ``trusted``.

    ``folder`` stores the server's own certificate.
    """
    ca_file = folder / "apns-ca.pem"
    context = _tls(folder, ca_file, trusted)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake-apns")
    thread.start()
    apns = FakeApns("", ca_file)

    async def serve() -> asyncio.Server:
        return await loop.create_server(lambda: _Connection(apns), "127.0.0.1", 0, ssl=context)

    async def stop(listening: asyncio.Server) -> None:
        listening.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    try:
        listening = asyncio.run_coroutine_threadsafe(serve(), loop).result(10)
        apns.url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield apns
        asyncio.run_coroutine_threadsafe(stop(listening), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextlib.contextmanager
def strict_apns(folder: Path, trusted: x509.Certificate) -> Iterator[FakeApns]:
    """Yield a service that only verifies certificates and sends TLS alerts for bad ones.

    asyncio closes a failed connection before the alert is sent, so this does not use it. It uses
    TLS 1.2, in which the client waits for the result of the verification.
    """
    apns = FakeApns("", folder / "apns-ca.pem")
    context = _tls(folder, apns.ca_file, trusted)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_server(("127.0.0.1", 0)) as listener:
        apns.url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=_judge, args=(apns, listener, context))
        thread.start()
        try:
            yield apns
        finally:
            socket.create_connection(listener.getsockname()).close()
            thread.join()


def _judge(apns: FakeApns, listener: socket.socket, context: ssl.SSLContext) -> None:
    """Reject one connection after the other, until an empty one comes."""
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(10)
            if not connection.recv(1, socket.MSG_PEEK):
                return
            apns.connections += 1
            with contextlib.suppress(ssl.SSLError):
                context.wrap_socket(connection, server_side=True).close()


def _tls(folder: Path, ca_file: Path, trusted: x509.Certificate) -> ssl.SSLContext:
    """Return a TLS context with its own certificate, requiring one of the trusted authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _self_signed(key).public_bytes(Encoding.PEM)
    own, authorities = folder / "apns-server.pem", folder / "apns-clients.pem"
    own.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate
    )
    ca_file.write_bytes(certificate)
    authorities.write_bytes(trusted.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    context.load_verify_locations(authorities)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    return context


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Return a self-signed certificate for 127.0.0.1."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fake APNs")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    return (
        x509.CertificateBuilder(
            issuer_name=name,
            subject_name=name,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=datetime(2020, 1, 1, tzinfo=UTC),
            not_valid_after=datetime(2049, 12, 31, tzinfo=UTC),
        )
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
