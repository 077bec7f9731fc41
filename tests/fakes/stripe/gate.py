"""Processing of a request before its function: faults, key, version, idempotency."""

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.fakes.stripe.endpoints import answer
from tests.fakes.stripe.forms import Form, decoded
from tests.fakes.stripe.ledger import API_VERSION, Ledger, new_id
from tests.fakes.stripe.refusals import Refused

_KEYS_KEPT = 24 * 3600
"""An idempotency key is forgotten after so many seconds."""


@dataclass
class Request:
    """A received request; ``params`` are texts, dictionaries and lists as sent.

    ``status`` is None until it is answered.
    """

    method: str
    path: str
    params: Form
    idempotency_key: str | None
    status: int | None = None


@dataclass(frozen=True)
class Answer:
    """The response; ``cut`` closes the connection instead."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True)
class Fault:
    """A failure of a request: a status instead of its work, or a closed connection without one.

    ``late`` does the work first.
    """

    status: int | None = None
    retry_after: int | None = None
    late: bool = False


@dataclass
class _Kept:
    """The first answer under an idempotency key; None while it is in progress."""

    asked: str
    at: int
    answer: Answer | None = None


@dataclass
class Gate:
    """Validates requests and passes them to the ledger.

    ``answering`` is called between the work of a request and its answer.
    """

    ledger: Ledger
    secret_key: str
    requests: list[Request] = field(default_factory=list)
    coming: list[Fault | None] = field(default_factory=list)
    delay_seconds: float = 0.0
    kept: dict[str, _Kept] = field(default_factory=dict)
    answering: Callable[[Request], None] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_on(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer to a request."""
        request = Request(method, urlsplit(target).path, {}, headers.get("idempotency-key"))
        with self.lock:
            self.requests.append(request)
            fault = self.coming.pop(0) if self.coming else None
        time.sleep(self.delay_seconds)
        if fault is not None and not fault.late:
            given = _faulty(fault)
        else:
            try:
                given = self._once(request, target, headers, body)
            except Refused as refused:
                given = _json(refused.status, refused.body())
            except Exception as error:  # noqa: BLE001 - raised in the test, where it belongs
                self.ledger.broken.append(error)
                given = _json(
                    500, Refused(f"The fake is broken: {error!r}", kind="api_error").body()
                )
        if fault is not None and fault.late:
            given = Answer(given.status, given.body, cut=True)
        if self.answering is not None:
            self.answering(request)
        request.status = None if given.cut else given.status
        return Answer(
            given.status,
            given.body,
            {"Request-Id": new_id("request"), "Stripe-Version": API_VERSION, **given.headers},
            given.cut,
        )

    def _once(
        self, request: Request, target: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        """Carry out a request, or return the answer stored under the same key."""
        self._admit(headers)
        query = urlsplit(target).query
        if (
            body
            and headers.get("content-type", "").split(";")[0] != "application/x-www-form-urlencoded"
        ):
            raise Refused("Invalid request: the body must be form-encoded.", status=400)
        try:
            request.params = decoded(body.decode() if request.method == "POST" else query)
        except UnicodeDecodeError:
            raise Refused("Invalid UTF-8 in a parameter.") from None
        key = request.idempotency_key
        if key is None or request.method != "POST":
            return self._work(request)
        if len(key) > 255:
            told = "Idempotency keys can be at most 255 characters."
            raise Refused(told, kind="idempotency_error")
        asked = json.dumps([request.path, request.params], sort_keys=True)
        with self.lock:
            before = self.kept.get(key)
            if before is not None and before.at + _KEYS_KEPT > self.ledger.seconds:
                return _again(before, asked, key)
            mine = self.kept[key] = _Kept(asked, self.ledger.seconds)
        try:
            mine.answer = self._work(request)
        except Refused as refused:
            # A declined card is a result and stored; a request rejected before any work is not.
            if refused.status != 402 and not refused.kept:
                raise
            mine.answer = _json(refused.status, refused.body())
        finally:
            if mine.answer is None:
                del self.kept[key]
        return mine.answer

    def _admit(self, headers: Mapping[str, str]) -> None:
        """Raise Refused without the right key, and for another API version than the fake's."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            given = base64.b64decode(given).decode(errors="replace").partition(":")[0]
        if not given:
            told = "You did not provide an API key."
            raise Refused(told, status=401)
        if given != self.secret_key:
            told = f"Invalid API Key provided: {given[:8]}{'*' * 8}{given[-4:]}"
            raise Refused(told, status=401)
        version = headers.get("stripe-version")
        if version != API_VERSION:
            told = f"Invalid Stripe API version: {version}; this fake speaks {API_VERSION}."
            raise Refused(told)

    def _work(self, request: Request) -> Answer:
        with self.ledger.lock:
            self.ledger.request = {"id": new_id("request"), "key": request.idempotency_key}
            try:
                made = answer(self.ledger, request.method, request.path, request.params)
                return _json(200, made)
            finally:
                self.ledger.request = {}


def _again(before: _Kept, asked: str, key: str) -> Answer:
    if before.asked != asked:
        told = (
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request."
        )
        raise Refused(told, kind="idempotency_error")
    if before.answer is None:
        told = (
            "There is currently another in-progress request using this Idempotent Key "
            f"(that probably means you submitted twice): {key}"
        )
        raise Refused(told, "idempotency_key_in_use", status=409, kind="idempotency_error")
    return Answer(before.answer.status, before.answer.body, {"Idempotent-Replayed": "true"})


def _faulty(fault: Fault) -> Answer:
    """Return an answer without work, which is not stored under a key."""
    if fault.status is None:
        return Answer(0, b"", cut=True)
    limited = fault.status == 429
    told = "Request rate limit exceeded." if limited else "Something went wrong on Stripe's end."
    kind = "invalid_request_error" if limited else "api_error"
    after = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    made = _json(fault.status, Refused(told, "rate_limit" if limited else None, kind=kind).body())
    return Answer(made.status, made.body, after)


def _json(status: int, body: object) -> Answer:
    return Answer(status, json.dumps(body, indent=2).encode())
