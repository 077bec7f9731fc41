"""Client of Google Wallet's REST API, as far as cards need it: classes and objects of loyalty.

Facts: Google Wallet API reference, "loyaltyclass" and "loyaltyobject" (insert, get, patch), and
Google Identity, "Using OAuth 2.0 for Server to Server Applications".
"""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from types import TracebackType
from typing import Any, Self

import requests

from membership.wallet.google.errors import (
    GoogleConflict,
    GoogleMissing,
    GoogleRefusesAccount,
    GoogleUnavailable,
    error_of,
)
from membership.wallet.google.identity import GoogleIdentity
from passes.google.loyalty import LoyaltyClass, LoyaltyObject

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
MOST_ANSWER_BYTES = 1 << 20

_NOTIFY = "NOTIFY_ON_UPDATE"
_PLURALS = {LoyaltyClass: "loyaltyClass", LoyaltyObject: "loyaltyObject"}


class GoogleApi:
    """A client for one service account. To be closed, or used as a context manager."""

    def __init__(
        self,
        identity: GoogleIdentity,
        base_url: str,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._identity = identity
        self._base = base_url.rstrip("/") + "/walletobjects/v1"
        self._timeouts = (connect_seconds, read_seconds)
        self._http = requests.Session()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def put(
        self, resource: LoyaltyClass | LoyaltyObject, *, known: bool, notify: bool = False
    ) -> dict[str, Any]:
        """Add a class or object, or replace it if it exists. Idempotent.

        ``known`` selects what is tried first: to replace it, or to add it; ``notify`` is as for
        ``patch``. Returns the resource as Google has it then. Raises GoogleError.
        """
        if known:
            try:
                return self.patch(resource, notify=notify)
            except GoogleMissing:
                return self.insert(resource)
        try:
            return self.insert(resource)
        except GoogleConflict:
            return self.patch(resource)

    def insert(self, resource: LoyaltyClass | LoyaltyObject) -> dict[str, Any]:
        """Add a class or object. Raises GoogleConflict if it exists; GoogleError."""
        return self._send("POST", self._address(type(resource)), resource.id, resource.as_json())

    def patch(
        self, resource: LoyaltyClass | LoyaltyObject, *, notify: bool = False
    ) -> dict[str, Any]:
        """Replace a class or object; Google notifies its holders if ``notify``.

        Google keeps nothing of that: it is asked for in each request. Raises GoogleMissing;
        GoogleError.
        """
        address = self._address(type(resource), resource.id)
        content = resource.as_patch() | ({"notifyPreference": _NOTIFY} if notify else {})
        return self._send("PATCH", address, resource.id, content)

    def get(self, kind: type[LoyaltyClass | LoyaltyObject], resource_id: str) -> dict[str, Any]:
        """Fetch a class or object. Raises GoogleMissing; GoogleError."""
        return self._send("GET", self._address(kind, resource_id), resource_id)

    def _address(self, kind: type[LoyaltyClass | LoyaltyObject], resource_id: str = "") -> str:
        """The URL of a collection, or of one resource in it."""
        return f"{self._base}/{_PLURALS[kind]}" + (f"/{resource_id}" if resource_id else "")

    def _send(
        self, method: str, url: str, resource_id: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a request, and once more with a new token if the first one is refused."""
        status, answer, retry_after = self._once(method, url, body, self._token(fresh=False))
        if status == 401:
            status, answer, retry_after = self._once(method, url, body, self._token(fresh=True))
        if not 200 <= status < 300:
            raise error_of(status, answer, retry_after)
        return _checked(answer, resource_id)

    def _once(
        self, method: str, url: str, body: dict[str, Any] | None, token: str
    ) -> tuple[int, bytes, float | None]:
        """Send one request; returns status, body, and the seconds of ``Retry-After``."""
        try:
            with self._http.request(
                method,
                url,
                json=body,
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as answer:
                content = _limited(answer.iter_content(1 << 16))
                pause = _seconds(answer.headers.get("Retry-After"), answer.headers.get("Date"))
                return answer.status_code, content, pause
        except requests.RequestException as error:
            raise _no_answer(error) from None

    def _token(self, *, fresh: bool) -> str:
        """An access token, fetched if none is valid. Raises GoogleError."""
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - slow to load
        from google.auth.transport.requests import Request  # noqa: PLC0415 - slow to load

        try:
            credentials = self._identity.credentials
        except ValueError:
            raise GoogleRefusesAccount(
                "The private key of the service account cannot be read."
            ) from None
        if fresh or not credentials.valid:
            make: Any = Request
            ask = partial(make(self._http), timeout=self._timeouts)
            try:
                credentials.refresh(ask)
            except GoogleAuthError as error:
                raise _no_token(error) from None
            except (TypeError, AttributeError, ValueError):
                # The library assumes that a token server answers in JSON.
                raise GoogleUnavailable("The token server did not answer in JSON.") from None
        return str(credentials.token)


def _limited(chunks: Iterable[bytes]) -> bytes:
    """The body of a response, limited in size. Raises GoogleUnavailable."""
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > MOST_ANSWER_BYTES:
            raise GoogleUnavailable("Google's answer was too large.")
    return bytes(content)


def _checked(answer: bytes, resource_id: str) -> dict[str, Any]:
    """The resource in a response.

    Raises GoogleUnavailable if it holds none: networks with a sign-in page answer 200 as well.
    """
    try:
        found = json.loads(answer)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("id") != resource_id:
        raise GoogleUnavailable("Something other than Google Wallet answered.")
    return found


def _seconds(header: str | None, sent: str | None) -> float | None:
    """Seconds to wait by a ``Retry-After`` header: a number or a date (RFC 9110, 10.2.3).

    A date is compared with ``sent``, the response's own, so that this machine's clock does not
    matter. None without a valid header.
    """
    if header is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", header.strip(), re.ASCII):
        return float(header)
    try:
        until, since = (_utc(parsedate_to_datetime(each or "")) for each in (header, sent))
    except (ValueError, OverflowError):
        return None
    return max(0.0, (until - since).total_seconds())


def _utc(at: datetime) -> datetime:
    """The instant of a header, in UTC if it has no zone."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _no_answer(error: requests.RequestException) -> GoogleUnavailable:
    """Why there is no response, without the URL and headers of the request."""
    if isinstance(error, requests.Timeout):
        return GoogleUnavailable("Google did not answer in time.")
    if isinstance(error, requests.exceptions.SSLError):
        return GoogleUnavailable("Google could not be reached over TLS.")
    return GoogleUnavailable("Google cannot be reached.")


def _no_token(error: Any) -> GoogleUnavailable | GoogleRefusesAccount:
    """Why there is no token, without the server's words: they may quote the assertion."""
    from google.auth.exceptions import TransportError  # noqa: PLC0415 - slow to load

    if isinstance(error, TransportError) or error.retryable:
        return GoogleUnavailable("The token server of Google cannot be reached.")
    reason = str(error.args[0]).partition(":")[0] if error.args else ""
    known = reason if re.fullmatch(r"[a-z_]{3,40}", reason, re.ASCII) else "refused"
    return GoogleRefusesAccount(
        f"Google gives the service account no token ({known}): was its key deleted, or the "
        "account disabled?"
    )
