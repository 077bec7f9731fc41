"""Client of the Apple Push Notification service (APNs) over HTTP/2, for updates of passes.

A push for a pass (Apple, "Adding a Web Service to Update Passes") is an empty JSON dictionary to
the push token that the device registered, sent with the certificate and key that sign the passes;
it works in the production environment only. Requests and responses: Apple, "Sending notification
requests to APNs" and "Handling notification responses from APNs".

No ``apns-push-type`` is sent. None of the documented types is for passes: ``alert`` needs content
to show, and ``background`` a priority at which APNs may delay a push. Without a type, the
priority is the default, 10: immediately.
"""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from membership.base.logs import logger
from membership.events.webhooks.sender import seconds_to_wait
from membership.wallet.apple.client_tls import client_tls
from passes.apple.identity import Identity

ANSWER_SECONDS = 5.0
"""How long a connection may be silent. A push takes at most twice as long in all."""

_IDLE_SECONDS = 600.0
_MOST_CONNECTIONS = 200
"""More than the certificates that are used at the same time."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REASON_LENGTH = 60
_GONE, _BAD_REQUEST, _TOO_MANY = 410, 400, 429
_BAD_TOKEN = "BadDeviceToken"  # noqa: S105 - the name of an error


class Verdict(Enum):
    """The result of a push."""

    SENT = "sent"
    LATER = "later"
    """APNs could not accept it now."""

    GONE = "gone"
    """The push token is permanently inactive."""

    REFUSED = "refused"
    """APNs refuses the certificate, its topic or the request."""

    NEVER = "never"
    """It was not sent, because no phone can have the card."""


@dataclass(frozen=True, slots=True)
class Push:
    """One push. ``push_id`` is the same whenever the same version is pushed."""

    push_token: str
    push_id: UUID


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of a push, and why, in a sentence without the token.

    ``gone_at`` is when APNs found the token to be inactive; ``retry_after`` are seconds.
    """

    verdict: Verdict
    detail: str = ""
    gone_at: datetime | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Pushes to be sent with one certificate."""

    identity: Identity
    pushes: Sequence[Push]


_Key = tuple[str, str]
"""A pass type and the serial number of its certificate."""


class Apns:
    """Connections to APNs, one for each certificate. Used and closed by one thread."""

    def __init__(
        self, url: str, ca_file: Path | None = None, *, seconds: float = ANSWER_SECONDS
    ) -> None:
        """``ca_file`` (PEM) replaces the trusted authorities of the server's certificate.

        ``seconds`` is how long a connection may be silent.
        """
        self._url, self._ca_file, self._seconds = url.rstrip("/"), ca_file, seconds
        self._runner = asyncio.Runner()
        self._clients: OrderedDict[_Key, httpx.AsyncClient] = OrderedDict()

    def send(self, groups: Sequence[Group], now: datetime) -> list[list[Reply]]:
        """Send pushes concurrently; returns the replies, in the order of the pushes.

        Raises nothing for a push that fails. Takes as long as one push may take, and the set-up
        of TLS for new connections.
        """
        replies: list[list[Reply]] = self._runner.run(self._send(groups, now))
        return replies

    def close(self) -> None:
        """Close all connections."""
        self._runner.run(self._drop(*self._clients))
        self._runner.close()

    async def _send(self, groups: Sequence[Group], now: datetime) -> list[list[Reply]]:
        # All connections first: setting up TLS would block pushes in flight.
        clients = [await self._client(group.identity) for group in groups]
        replies = await asyncio.gather(
            *(
                self._send_group(client, group, now)
                for client, group in zip(clients, groups, strict=True)
            )
        )
        failed = {
            _key(group.identity)
            for group, of_group in zip(groups, replies, strict=True)
            if any(reply.verdict in (Verdict.LATER, Verdict.REFUSED) for reply in of_group)
        }
        # Connections that failed, are shutting down or were refused are not used again.
        await self._drop(*failed)
        return replies

    async def _send_group(
        self, client: httpx.AsyncClient | Reply, group: Group, now: datetime
    ) -> list[Reply]:
        """Send the pushes of one certificate."""
        if isinstance(client, Reply):
            return [client] * len(group.pushes)
        topic = group.identity.facts.pass_type_id
        posts = (self._post(client, topic, push, now) for push in group.pushes)
        return list(await asyncio.gather(*posts))

    async def _client(self, identity: Identity) -> httpx.AsyncClient | Reply:
        """The connection of a certificate, opened at the first push; a reply if it cannot be."""
        key = _key(identity)
        if key in self._clients:
            self._clients.move_to_end(key)
            return self._clients[key]
        if len(self._clients) >= _MOST_CONNECTIONS:
            await self._drop(next(iter(self._clients)))
        try:
            tls = client_tls(identity, self._ca_file)
        except Exception as error:  # noqa: BLE001 - of this certificate: the others go on
            detail = f"The certificate cannot be used for a connection: {type(error).__name__}."
            return Reply(Verdict.REFUSED, detail)
        self._clients[key] = httpx.AsyncClient(
            http1=False,
            http2=True,
            verify=tls,
            # No proxy of the environment.
            trust_env=False,
            # Streams share one reader of the connection: a response that was read already can
            # be stuck behind a push that gets none. The read time-out frees the reader.
            timeout=httpx.Timeout(None, read=self._seconds),
            limits=httpx.Limits(max_connections=1, keepalive_expiry=_IDLE_SECONDS),
        )
        return self._clients[key]

    async def _drop(self, *keys: _Key) -> None:
        """Close connections."""
        for client in [self._clients.pop(key) for key in keys if key in self._clients]:
            await client.aclose()

    async def _post(
        self, client: httpx.AsyncClient, topic: str, push: Push, now: datetime
    ) -> Reply:
        """Send one push within the deadline."""
        url = f"{self._url}/3/device/{quote(push.push_token, safe='')}"
        headers = {"apns-topic": topic, "apns-id": str(push.push_id)}
        try:
            async with asyncio.timeout(2 * self._seconds):
                response = await client.post(url, content=b"{}", headers=headers)
        except (TimeoutError, httpx.ReadTimeout):
            return Reply(Verdict.LATER, f"APNs did not answer within {self._seconds:g} s.")
        except (httpx.HTTPError, OSError) as error:
            return _failed(error)
        except Exception as error:  # noqa: BLE001 - of this push: the others go on
            logger().exception("apple_push_broken")
            return Reply(Verdict.REFUSED, f"A fault of this service ({type(error).__name__}).")
        return reply_of(response, now)


def _key(identity: Identity) -> _Key:
    return identity.facts.pass_type_id, identity.facts.serial


def _failed(error: BaseException) -> Reply:
    """The reply for a connection that failed; TLS alerts are about the certificates."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Reply(Verdict.REFUSED, f"APNs' certificate is not good: {cause.verify_message}.")
        if isinstance(cause, ssl.SSLError) and "ALERT" in (cause.reason or ""):
            detail = f"APNs refused the certificate: {cause.reason}."
            return Reply(Verdict.REFUSED, detail)
        cause = cause.__cause__ or cause.__context__
    return Reply(Verdict.LATER, f"No answer from APNs: {type(error).__name__}.")


def reply_of(response: httpx.Response, now: datetime) -> Reply:
    """The reply for a response of APNs. ``now`` is the time for dates in ``Retry-After``."""
    status = response.status_code
    if status == httpx.codes.OK:
        return Reply(Verdict.SENT)
    body = _error_body(response)
    reason = str(body.get("reason", ""))[:_REASON_LENGTH]
    detail = f"APNs answered {status} {reason if reason.isalnum() else ''}".rstrip() + "."
    if status == _GONE:
        return Reply(Verdict.GONE, detail, gone_at=_instant(body.get("timestamp")))
    if status == _BAD_REQUEST and reason == _BAD_TOKEN:
        return Reply(Verdict.GONE, detail)
    if status == _TOO_MANY or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        wait = seconds_to_wait(response.headers.get("Retry-After"), now)
        return Reply(Verdict.LATER, detail, retry_after=wait)
    return Reply(Verdict.REFUSED, detail)


def _error_body(response: httpx.Response) -> dict[str, Any]:
    """The JSON dictionary of an error response; empty if there is none."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _instant(milliseconds: Any) -> datetime | None:
    """The instant of milliseconds since 1970; None for anything else."""
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool):
        return None
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
