"""Client of the membership API over one persistent ``requests.Session``.

A client is used by one thread. Every call has one deadline for resolving, connecting, sending,
waiting and reading together, even if the peer sends its answer byte by byte (``api_client.wire``).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from threading import Event
from typing import TypeVar
from uuid import UUID

import requests
import urllib3
from pydantic import ValidationError

from api_client.messages.editable import Editable
from api_client.messages.scan import (
    CustomerHits,
    DeskInfo,
    Message,
    Problem,
    ScanAnswer,
    ScanMethod,
    ScanPreview,
    ScanRequest,
    VisitPage,
    VisitView,
)

from .errors import (
    ApiError,
    BadAnswer,
    BehindGateway,
    Busy,
    KeyUnknown,
    NotAllowed,
    Refused,
    ServiceError,
    TooSlow,
    Unreachable,
)
from .resolver import SYSTEM_RESOLVER, Resolver
from .wire import DeadlineSession

_SCANS = "/v1/scans"
MAX_ANSWER_BYTES = 4 * 1024 * 1024
_CHUNK = 64 * 1024
_RETRY_PAUSE_S = 0.1
_OVERTAKEN = {"database_busy", "overtaken"}
"""Codes of a 503 whose request only conflicted with concurrent ones."""
GOOD = frozenset({200, 201, 202, 204})
"""Statuses of answers that are no refusal: all that the API describes."""
_OF_A_GATEWAY = frozenset({502, 503, 504})
"""Statuses with which a proxy says that what is behind it does not answer."""
_MOST_ATTEMPTS = 4
"""Scans that are sent at once at most: two of now, and two that nobody waits for any longer."""
Parameter = str | int | Sequence[str]
"""A value of a query; a sequence is sent as a parameter for each."""
M = TypeVar("M", bound=Message)


class _AnotherVisit(BadAnswer):
    """The answer is to another scan than the one that was sent."""


class MembershipClient:
    """Sends requests to one membership service with one key.

    ``base_url`` has no path, ``key`` is an API key or the token of a staff session, ``deadline_s``
    the default deadline of a call in seconds. Calls raise the errors of ``api_client.errors``.
    ``resolver`` finds the address of the service.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        deadline_s: float = 2.0,
        resolver: Resolver = SYSTEM_RESOLVER,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._deadline_s = deadline_s
        self._key = key
        self._resolver = resolver
        self._no_retries = Event()
        self._session = self._new_session()
        self._attempts: ThreadPoolExecutor | None = None

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        if self._attempts is not None:
            self._attempts.shutdown(wait=False, cancel_futures=True)
            self._attempts = None

    def stop_retrying(self) -> None:
        """Let a scan that is being retried fail now. May be called from any thread."""
        self._no_retries.set()

    def record_scan(self, scan: ScanRequest, *, deadline_s: float | None = None) -> ScanAnswer:
        """Record a scan. Returns the person and the outcome.

        The visit id makes it idempotent, so it is retried until the deadline after a refused or
        broken connection or a proxy's 502, since the service may be restarting, and after a
        conflict with a concurrent request, such as a merge of that customer. It is sent a second
        time over a new connection when a third of the deadline has passed: a router may have
        dropped the former one without a word. An answer to another visit is no answer: it is asked
        for once more over a new connection, and then raises BadAnswer. A retry that the deadline
        ends raises what was wrong before it: that the service is busy says more than that the last
        try was cut.
        """
        deadline_s = self._deadline_s if deadline_s is None else deadline_s
        end = time.monotonic() + deadline_s
        mistaken = False
        before: Unreachable | Busy | None = None
        while True:
            try:
                return self._record_once(scan, end, hedge_s=deadline_s / 3)
            except TooSlow as cut:
                if before is None:
                    raise
                raise before from cut
            except _AnotherVisit:
                if mistaken:
                    raise
                mistaken = True
                self._renew(self._new_session())
            except (Unreachable, Busy) as error:
                if isinstance(error, Busy) and not error.soon:
                    raise
                if time.monotonic() + _RETRY_PAUSE_S >= end:
                    raise
                if self._no_retries.wait(_RETRY_PAUSE_S):
                    raise
                before = error

    def _record_once(self, scan: ScanRequest, end: float, *, hedge_s: float) -> ScanAnswer:
        """Send a scan, and again over a new connection if there is no answer in ``hedge_s``.

        Returns the first answer. Raises the first error once neither can answer any more.
        """
        if self._attempts is None:
            self._attempts = ThreadPoolExecutor(_MOST_ATTEMPTS, "scan")
        first = self._attempts.submit(self._record_over, self._session, scan, end)
        try:
            return first.result(hedge_s)
        except FutureTimeout:
            if first.done():  # just now
                return first.result()
        fresh = self._new_session()
        second = self._attempts.submit(self._record_over, fresh, scan, end)
        waiting = {first, second}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            good = next((each for each in done if each.exception() is None), None)
            if good is not None:
                if good is second:
                    self._renew(fresh)
                else:
                    fresh.close()
                return good.result()
        self._renew(fresh)
        return first.result()

    def _record_over(self, session: DeadlineSession, scan: ScanRequest, end: float) -> ScanAnswer:
        """Send a scan over the connections of ``session``. Raises _AnotherVisit for a mix-up."""
        body = scan.model_dump_json().encode()
        post = partial(session.post_json, self.base_url + _SCANS, body)
        status, raw, _ = self._exchange(session, post, end)
        answer = self._parsed(ScanAnswer, _SCANS, status, raw)
        if answer.visit_id != scan.visit_id:
            raise _AnotherVisit(f"{self.base_url} answered with another visit.")
        return answer

    def _new_session(self) -> DeadlineSession:
        session = DeadlineSession(self._resolver)
        session.headers["Authorization"] = f"Bearer {self._key}"
        session.headers["Accept"] = "application/json"
        return session

    def _renew(self, session: DeadlineSession) -> None:
        """Use the connections of ``session`` from now on."""
        former, self._session = self._session, session
        former.close()

    def desk(self) -> DeskInfo:
        """Return the desk's organization and today's count. Also serves as a health check."""
        return self._ask(DeskInfo, "GET", "/v1/desk")

    def search_customers(self, text: str, *, limit: int = 8) -> CustomerHits:
        """Search customers by part of a name, number, email, phone or card. Best results first."""
        return self._ask(CustomerHits, "GET", "/v1/customers", params={"q": text, "limit": limit})

    def preview_scan(
        self, customer_id: UUID, method: ScanMethod, attention_kinds: Sequence[str] = ()
    ) -> ScanPreview:
        """Return what a scan of a customer would answer now; no visit is recorded."""
        asked = {
            "customer_id": str(customer_id),
            "method": method.value,
            "attention_kinds": attention_kinds,
        }
        return self._ask(ScanPreview, "GET", "/v1/scans/preview", params=asked)

    def recent_visits(self, *, limit: int = 12) -> VisitPage:
        """Return the newest visits of the organization."""
        return self._ask(VisitPage, "GET", "/v1/visits", params={"limit": limit})

    def undo_visit(self, visit_id: UUID) -> VisitView:
        """Mark a visit as undone. It is kept and no longer counts."""
        return self._ask(VisitView, "POST", f"/v1/visits/{visit_id}/undo")

    def photo(self, path: str) -> bytes:
        """Return the encoded image at the ``photo_path`` of a customer."""
        end = time.monotonic() + self._deadline_s
        return self._fetch("GET", path, end=end)[1]

    def _do(
        self, method: str, path: str, *, body: object = None, once: str = "", if_match: str = ""
    ) -> None:
        """Send a request whose answer has no body."""
        end = time.monotonic() + self._deadline_s
        self._fetch(method, path, end=end, body=body, headers=keyed(once, if_match))

    def _ask(
        self,
        kind: type[M],
        method: str,
        path: str,
        *,
        end: float | None = None,
        params: Mapping[str, Parameter] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> M:
        end = time.monotonic() + self._deadline_s if end is None else end
        status, raw, etag = self._fetch(
            method, path, end=end, params=params, body=body, headers=headers
        )
        answer = self._parsed(kind, path, status, raw)
        if isinstance(answer, Editable):
            answer.received(etag)
        return answer

    def _parsed(self, kind: type[M], path: str, status: int, raw: bytes) -> M:
        try:
            return kind.model_validate_json(raw)
        except ValidationError as error:
            raise BadAnswer(
                f"The answer of {self.base_url}{path} (HTTP {status}) is no {kind.__name__}: "
                f"{_first_error(error)}."
            ) from error

    def _fetch(
        self,
        method: str,
        path: str,
        *,
        end: float,
        params: Mapping[str, Parameter] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        most: int = MAX_ANSWER_BYTES,
    ) -> tuple[int, bytes, str]:
        """Return status, body and ETag of the answer; the latter is empty if there is none."""
        send = partial(
            self._session.request,
            method,
            self.base_url + path,
            params=params,
            json=None if isinstance(body, bytes) else body,
            data=body if isinstance(body, bytes) else None,
            headers=headers,
            stream=True,
            allow_redirects=False,
        )
        return self._exchange(self._session, send, end, most)

    def _exchange(
        self,
        session: DeadlineSession,
        send: Callable[..., requests.Response],
        end: float,
        most: int = MAX_ANSWER_BYTES,
    ) -> tuple[int, bytes, str]:
        """Send over ``session``, and return what ``_fetch`` does, with a body of at most ``most``
        bytes.
        """
        left = end - time.monotonic()
        if left <= 0:
            raise TooSlow(f"{self.base_url} did not answer in time.")
        session.deadline.end = end
        try:
            with send(timeout=left) as response:
                raw = self._read(response, end, most)
        except requests.Timeout as error:
            raise TooSlow(f"{self.base_url} did not answer in time.") from error
        except requests.exceptions.ContentDecodingError as error:
            raise BadAnswer(f"{self.base_url} sent an answer that cannot be decoded.") from error
        except requests.RequestException as error:
            if time.monotonic() >= end:  # It ended while the request was sent.
                raise TooSlow(f"{self.base_url} did not answer in time.") from error
            raise Unreachable(f"{self.base_url} cannot be reached.") from error
        if response.status_code not in GOOD:
            raise _error_for(self.base_url, response, raw)
        return response.status_code, raw, response.headers.get("ETag", "")

    def _read(self, response: requests.Response, end: float, most: int) -> bytes:
        """Read the body within the deadline and the size limit."""
        parts: list[bytes] = []
        size = 0
        while part := _read_some(response):
            parts.append(part)
            size += len(part)
            if size > most:
                raise BadAnswer(f"The answer of {self.base_url} is larger than expected.")
            if time.monotonic() > end:
                raise TooSlow(f"{self.base_url} did not finish its answer in time.")
        return b"".join(parts)


def keyed(once: str, if_match: str = "") -> dict[str, str]:
    """Return the headers of an idempotency key and of a known state; none for empty ones."""
    headers = {"Idempotency-Key": once, "If-Match": if_match}
    return {name: value for name, value in headers.items() if value}


def _read_some(response: requests.Response) -> bytes:
    """Read what has arrived, unlike ``iter_content``, which waits for a full chunk."""
    try:
        part: bytes = response.raw.read1(_CHUNK, decode_content=True)
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.ReadTimeout(str(error)) from error
    except urllib3.exceptions.DecodeError as error:
        raise requests.exceptions.ContentDecodingError(str(error)) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise requests.ConnectionError(str(error)) from error
    return part


def _error_for(base_url: str, response: requests.Response, raw: bytes) -> ApiError:
    status = response.status_code
    problem = _problem(response, raw)
    if status in {requests.codes.unauthorized, requests.codes.forbidden}:
        why = f": {problem.detail}" if problem and problem.detail else "."
        unknown = status == requests.codes.unauthorized and problem is not None
        words = f"{base_url} does not accept this desk's key (HTTP {status}){why}"
        ours = problem is not None
        return KeyUnknown(words, problem) if unknown else NotAllowed(words, ours=ours)
    if status == requests.codes.too_many_requests:
        return Busy(f"{base_url} asks to wait: too many requests (HTTP {status}).")
    if problem is not None and problem.code in _OVERTAKEN:
        return Busy(f"{base_url} is busy: {problem.detail}", soon=True)
    if problem is None and status in _OF_A_GATEWAY:
        return BehindGateway(f"{base_url} answers that the service does not (HTTP {status}).")
    if problem is None:
        return BadAnswer(f"{base_url} answered HTTP {status} without a reason we can read.")
    if status >= requests.codes.server_error:
        return ServiceError(f"The service failed: {problem.detail or problem.title}", problem)
    return Refused(problem)


def _problem(response: requests.Response, raw: bytes) -> Problem | None:
    if not response.headers.get("Content-Type", "").startswith("application/problem+json"):
        return None
    try:
        return Problem.model_validate_json(raw)
    except ValidationError:
        return None


def _first_error(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "body"
    return f"{where}: {first['msg']}"
