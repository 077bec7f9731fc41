"""Google Wallet as the service uses it: the REST API of loyalty cards, and its token server.

It stores what it receives, validates it against Google's discovery document, accepts only tokens
that it issued for a signed assertion, and fails on demand. It also plays a phone that saves a card
by a link and shows its code.
"""

import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.fakes.discovery import faults

ISSUER = "3388000000022222222"
ACCOUNT = "cards@club-wallet-cards.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
_AUDIENCE = "https://oauth2.googleapis.com/token"
"""Whom an assertion is for, wherever it is shown ("Using OAuth 2.0 for Server to Server")."""
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SCHEMAS = {"loyaltyClass": "LoyaltyClass", "loyaltyObject": "LoyaltyObject"}
_ROOT = "/walletobjects/v1/"
_KEY = rsa.generate_private_key(65537, 2048)
_PEM = _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass(frozen=True)
class Fault:
    """A failure instead of a normal answer. Without a status the connection is closed.

    The failure is sent after ``seconds``; ``late`` carries out the request first. ``at`` is a part
    of the path of the requests that fail.
    """

    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    late: bool = False
    seconds: float = 0.0
    at: str = _ROOT


def told(status: int, message: str, path: str = "") -> dict[str, Any]:
    """Return the body of an error in the form of Google's APIs."""
    error: dict[str, Any] = {"code": status, "message": message}
    if path:
        violation = {"field": path, "description": message}
        error["details"] = [
            {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [violation],
            }
        ]
    return {"error": error}


@dataclass
class GoogleWallet:
    """State of the fake, and its requests: method, path below the root, and body."""

    url: str
    issuer: str = ISSUER
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    coming: list[Fault] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def account(self) -> dict[str, Any]:
        """The key file of the service account, as Google issues it."""
        return {
            "type": "service_account",
            "project_id": "club-wallet-cards",
            "private_key_id": "d6f1c8a0b2",
            "private_key": _PEM,
            "client_email": ACCOUNT,
            "token_uri": f"{self.url}/token",
        }

    def fail(self, *coming: Fault) -> None:
        """Let the next requests fail, one fault each."""
        self.coming.extend(coming)

    def calls(self, method: str = "", kind: str = "") -> list[tuple[str, str, Any]]:
        """Return the requests of a method and kind so far, without those for tokens."""
        return [
            each
            for each in self.requests
            if each[0].startswith(method) and each[1].startswith(kind or "loyalty")
        ]

    def save(self, link: str) -> str:
        """Save a card as a phone does that opens a link; return the id of its object.

        Raises AssertionError if Google would show an error.
        """
        claims = jwt.decode(
            link.removeprefix("https://pay.google.com/gp/v/save/"),
            _KEY.public_key(),
            algorithms=["RS256"],
            audience="google",
            issuer=ACCOUNT,
            options={"verify_iat": False},
        )
        assert claims["typ"] == "savetowallet"
        (named,) = claims["payload"]["loyaltyObjects"]
        assert named["id"] in self.things, "something went wrong: there is no such object"
        assert named["classId"] == self.things[named["id"]]["classId"], "another class"
        with self.lock:
            self.things[named["id"]] = {**self.things[named["id"]], "hasUsers": True}
        return str(named["id"])

    def shown(self, object_id: str, at: datetime) -> str:
        """Return the text of the code that a phone shows at an instant."""
        card = self.things[object_id]
        if "rotatingBarcode" not in card:
            return str(card["barcode"]["value"])
        rotating = card["rotatingBarcode"]
        details, seconds = rotating["totpDetails"], int(at.timestamp())
        text = str(rotating["valuePattern"]).replace("{totp_timestamp_seconds}", str(seconds))
        step = seconds * 1000 // int(details["periodMillis"])
        for number, each in enumerate(details["parameters"]):
            text = text.replace(f"{{totp_value_{number}}}", _totp(each, step))
        return text

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        """Return status and body of the answer to a request; None to close the connection."""
        with self.lock:
            content = json.loads(body) if body and path != "/token" else None
            self.requests.append((method, path.removeprefix(_ROOT), content))
            fault = self.coming[0] if self.coming and self.coming[0].at in path else None
            if fault is not None:
                self.coming.pop(0)
                if not fault.late:
                    return self._failed(fault)
            answer = self._done(method, path, headers, body)
            return answer if fault is None else self._failed(fault)

    def _failed(self, fault: Fault) -> Any:
        time.sleep(fault.seconds)
        if fault.status is None:
            return None
        body = told(fault.status, "as told") if fault.body is None else fault.body
        return fault.status, body, fault.headers

    def _done(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        if path == "/token":
            return *self._token(body), {}
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, told(401, "Request had invalid authentication credentials."), {}
        kind, _, name = path.removeprefix(_ROOT).partition("/")
        if kind not in _SCHEMAS:
            return 404, "<html>Not Found</html>", {}
        return *self._stored(method, kind, name, json.loads(body) if body else None), {}

    def _token(self, body: bytes) -> tuple[int, Any]:
        """Issue a token for an assertion that is signed, for this server, and not expired."""
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        try:
            assert form["grant_type"] == _GRANT
            claims = jwt.decode(
                form["assertion"],
                _KEY.public_key(),
                algorithms=["RS256"],
                audience=_AUDIENCE,
                issuer=ACCOUNT,
                options={"require": ["exp", "iat"]},
                leeway=10,
            )
            assert claims["exp"] - claims["iat"] <= 3600
            assert SCOPE in claims["scope"].split()
        except (jwt.InvalidTokenError, AssertionError, KeyError) as error:
            return 400, {"error": "invalid_grant", "error_description": str(error)}
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return 200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}

    def _stored(self, method: str, kind: str, name: str, content: Any) -> tuple[int, Any]:
        """Carry out a request for a class or an object; return status and body."""
        name = name or str((content or {}).get("id", ""))
        if not name.startswith(f"{self.issuer}."):
            return 403, told(403, "Permission denied for this issuer.")
        before = self.things.get(name)
        if method == "POST":
            return self._insert(kind, name, content)
        if before is None:
            return 404, told(404, f"{_SCHEMAS[kind]} {name} not found.")
        if method == "PATCH":
            if found := faults(_SCHEMAS[kind], content, patch=True):
                return _refused(found)
            # Asked for in each request, and kept of none.
            kept = {key: each for key, each in content.items() if key != "notifyPreference"}
            return self._keep(kind, name, _merged(before, kept))
        return 200, before

    def _insert(self, kind: str, name: str, content: Any) -> tuple[int, Any]:
        if name in self.things:
            return 409, told(409, f"{name} already exists.")
        if kind == "loyaltyObject" and content.get("classId") not in self.things:
            return 404, told(404, f"LoyaltyClass {content.get('classId')} not found.")
        return self._keep(kind, name, content)

    def _keep(self, kind: str, name: str, content: Any) -> tuple[int, Any]:
        if found := faults(_SCHEMAS[kind], content):
            return _refused(found)
        self.things[name] = content
        return 200, content


def _refused(found: list[str]) -> tuple[int, Any]:
    path, _, message = found[0].partition(": ")
    return 400, told(400, f"Invalid value at '{path}': {message}", path)


def _merged(before: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return a patched object: null deletes a key, lists are replaced."""
    merged = dict(before)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = _merged(merged.get(key) or {}, value)
        else:
            merged[key] = value
    return merged


def _totp(parameters: Mapping[str, Any], step: int) -> str:
    """Return a one-time value as phones compute it (RFC 6238)."""
    mac = hmac.new(bytes.fromhex(parameters["key"]), step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[19] % 16
    number = int.from_bytes(mac[at : at + 4], "big") % 2**31
    digits = int(parameters["valueLength"])
    return str(number % 10**digits).zfill(digits)


@contextmanager
def google_wallet(issuer: str = ISSUER) -> Iterator[GoogleWallet]:
    """Yield Google Wallet on loopback; the service account acts for ``issuer``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = wallet.answer(self.command, self.path, dict(self.headers), body)
            if answer is None:
                self.close_connection = True
                return
            status, content, headers = answer
            encoded = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response_only(status)
            self.send_header("Server", "ESF")
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        do_GET = do_POST = do_PATCH = handle_any  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    wallet = GoogleWallet(f"http://127.0.0.1:{server.server_port}", issuer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield wallet
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
