"""Rate limits: a token bucket for each credential and for each client address.

A credential that was found valid has a bucket of its own. Requests without one, or with one that
is not known to be valid, are anonymous and counted by address; once a valid credential is seen,
the token is refunded to its address. So guessing keys is slow, and no flood from an address stops
a desk there whose key is known.

Phones that fetch their passes are counted separately, in the same way: by the token of their pass
or, where Apple's protocol sends none, by their device's id. Their anonymous buckets allow larger
bursts, for all phones of a club may share one address.

Visitors of public pages, of the page of a card and of the routes that these use are counted by
address, too, apart from guesses at keys and with the same large bursts: a whole club may open
``/me`` behind one address. What counts is what costs or fails: a page that was shown, or a request
that proved something, is refunded, so that no number of good visitors refuses the next one; a
mailed code, and a page that its route calls ``COSTLY`` (a signed pass, a call to Google) count, as
does everything that fails. Static files, which need neither a database nor a thread, are not
counted at all.

Requests that a payment provider has signed are not counted: it sends events of all customers.

Buckets are kept in memory, for one process, and at most ``MAX_BUCKETS`` of each kind: the least
recently used one is discarded, and is then full again.
"""

import hashlib
import math
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import Scope

from membership.base.actors import CALLER, COSTLY, HARMLESS, PHONE, SIGNED
from membership.base.addresses import address_block, client_address
from membership.base.settings import ServiceSettings
from membership.web.body_limits import PHONES

MAX_BUCKETS = 10_000

_SALT = secrets.token_bytes(16)
_BEARER, _APPLE_PASS = b"bearer ", b"applepass "
_DEVICE = re.compile(r"/apple/([^/]+/v1/devices/[^/]+)/registrations/[^/]+\Z")
_UNAUTHORIZED = 401
_KEYED = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/openapi-public.json")
"""Beginnings of the paths that programs with keys ask for."""

_VISITORS = "/v1/join/"
"""Beginning of the paths that the public pages ask for."""

_STATIC = re.compile(
    r"/(?:me/(?:sw\.js|files/[^/]+/[^/]+)|join/(?:(?:load|app|login|pay)\.js|app\.css|[^/]+/embed\.js)|staff/set-password\.(?:css|js))\Z"
)
"""Paths of files that are the same for everybody."""

_READS = frozenset({"GET", "HEAD"})

_GOOD = range(200, 400)


@dataclass(frozen=True, slots=True)
class Rate:
    """``per_second`` requests on average and ``burst`` at once; 0 per second means no limit."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """A request that exceeds its rate, and after how many seconds it may be retried."""

    rate: Rate
    wait_seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """Retry-After, and the RateLimit fields."""
        return {
            "Retry-After": str(self.wait_seconds),
            **_rate_fields(self.rate, 0, self.wait_seconds),
        }


def _rate_fields(rate: Rate, left: int, seconds: int) -> dict[str, str]:
    """The RateLimit fields of the IETF draft httpapi-ratelimit-headers.

    ``seconds`` until there are more than the ``left`` requests.
    """
    window = max(1, math.ceil(rate.burst / rate.per_second))
    return {
        "RateLimit-Policy": f'"burst";q={rate.burst};w={window}',
        "RateLimit": f'"burst";r={left};t={seconds}',
    }


@dataclass(slots=True)
class _TokenBucket:
    """The tokens that a bucket held at a time, in seconds of the limiter's clock."""

    tokens: float
    updated_at: float


class TokenBuckets:
    """Token buckets by caller, at most ``max_buckets`` of them, least recently used first."""

    def __init__(self, rate: Rate, max_buckets: int = MAX_BUCKETS) -> None:
        self.rate, self._max_buckets = rate, max_buckets
        self._buckets: OrderedDict[object, _TokenBucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def __contains__(self, caller: object) -> bool:
        return caller in self._buckets

    def take(self, caller: object, now: float) -> Rejection | None:
        """Take one token at ``now``, in seconds of a monotonic clock.

        Returns None, or a Rejection if the bucket holds less than one token.
        """
        if self.rate.per_second == 0:
            return None
        bucket = self._buckets.get(caller)
        if bucket is None:
            self.add(caller, now)
            bucket = self._buckets[caller]
        else:
            self._buckets.move_to_end(caller)
            # If the clock went back, no token is added or removed.
            refilled = max(0.0, now - bucket.updated_at) * self.rate.per_second
            bucket.tokens = min(float(self.rate.burst), bucket.tokens + refilled)
            bucket.updated_at = now
        if bucket.tokens < 1:
            wait = math.ceil((1 - bucket.tokens) / self.rate.per_second)
            return Rejection(self.rate, max(1, wait))
        bucket.tokens -= 1
        return None

    def fields(self, caller: object) -> dict[str, str]:
        """The RateLimit fields as of the caller's last request; none without a limit."""
        bucket = self._buckets.get(caller)
        if bucket is None or self.rate.per_second == 0:
            return {}
        left = math.floor(bucket.tokens)
        missing = min(1.0, self.rate.burst - bucket.tokens)
        return _rate_fields(self.rate, left, math.ceil(missing / self.rate.per_second))

    def refund(self, caller: object) -> None:
        """Undo one ``take``."""
        bucket = self._buckets.get(caller)
        if bucket is not None:
            bucket.tokens = min(float(self.rate.burst), bucket.tokens + 1)

    def add(self, caller: object, now: float) -> None:
        """Add a full bucket, and discard the least recently used one if there are too many."""
        self._buckets[caller] = _TokenBucket(float(self.rate.burst), now)
        if len(self._buckets) > self._max_buckets:
            self._buckets.popitem(last=False)

    def discard(self, caller: object) -> None:
        """Remove a caller's bucket, if there is one."""
        self._buckets.pop(caller, None)


class RateLimiter:
    """The buckets of one service process. ``monotonic`` is its clock, in seconds."""

    def __init__(
        self,
        settings: ServiceSettings,
        monotonic: Callable[[], float],
        max_buckets: int = MAX_BUCKETS,
    ) -> None:
        self._trusted = settings.trusted_proxies
        self._monotonic = monotonic
        key_rate = Rate(settings.key_requests_per_second, settings.key_burst)
        per_second = settings.failures_per_second
        self.keys = TokenBuckets(key_rate, max_buckets)
        self.anonymous = TokenBuckets(Rate(per_second, settings.failures_burst), max_buckets)
        self.visitors = TokenBuckets(Rate(per_second, settings.phone_failures_burst), max_buckets)
        self.phones = TokenBuckets(key_rate, max_buckets)
        self.anonymous_phones = TokenBuckets(
            Rate(per_second, settings.phone_failures_burst), max_buckets
        )

    def check(self, scope: Scope) -> tuple[Rejection | None, bytes | None]:
        """Count a request before it is processed.

        Returns a Rejection or None, and the digest of its credential or None, which ``record``
        takes. The digest is salted for this process and kept in memory only.
        """
        if _is_static(scope):
            return None, None
        credential = _digest(scope)
        known, anonymous = self._buckets_for(scope)
        if credential is not None and credential in known:
            return known.take(credential, self._monotonic()), credential
        return anonymous.take(self._address(scope), self._monotonic()), credential

    def record(self, scope: Scope, status: int, credential: bytes | None) -> None:
        """Record from a response whether it counts: credentials, signatures, pages shown."""
        if SIGNED in scope:
            self.anonymous.refund(self._address(scope))
        if credential is None:
            if _is_free(scope, status):
                self.visitors.refund(self._address(scope))
            return
        known, anonymous = self._buckets_for(scope)
        if status == _UNAUTHORIZED:
            known.discard(credential)
        elif (CALLER in scope or PHONE in scope) and credential not in known:
            anonymous.refund(self._address(scope))
            known.add(credential, self._monotonic())

    def fields(self, scope: Scope, credential: bytes | None) -> dict[str, str]:
        """The RateLimit fields of a request that was recorded; none where no limit holds."""
        if SIGNED in scope or _is_static(scope):
            return {}
        known, anonymous = self._buckets_for(scope)
        if credential is not None and credential in known:
            return known.fields(credential)
        return anonymous.fields(self._address(scope))

    def _buckets_for(self, scope: Scope) -> tuple[TokenBuckets, TokenBuckets]:
        """Return the buckets by credential and those by address for a kind of request."""
        if _is_phone(scope):
            return self.phones, self.anonymous_phones
        return self.keys, self.visitors if _is_visitor(scope) else self.anonymous

    def _address(self, scope: Scope) -> str:
        return address_block(client_address(scope, self._trusted))


def _is_phone(scope: Scope) -> bool:
    """Whether a request is for a path that only phones request."""
    return str(scope.get("path", "")).startswith(PHONES)


def _is_visitor(scope: Scope) -> bool:
    """Whether a request is for a page of the public, or from one."""
    path = str(scope.get("path", ""))
    return path.startswith(_VISITORS) or not path.startswith(_KEYED)


def _is_free(scope: Scope, status: int) -> bool:
    """Whether a visitor's request, which was counted, is not to be: a page shown, or harmless."""
    if _is_phone(scope) or not _is_visitor(scope) or _is_static(scope):
        return False
    if HARMLESS in scope:
        return True
    reads = scope.get("method") in _READS and status in _GOOD
    return reads and COSTLY not in scope


def _is_static(scope: Scope) -> bool:
    """Whether a request reads a static file of a public page."""
    path = str(scope.get("path", ""))
    return (
        not path.startswith("/v1/")
        and scope.get("method") in _READS
        and _STATIC.match(path) is not None
    )


def _digest(scope: Scope) -> bytes | None:
    """Return the digest of a request's credential, or None without one."""
    credential = _token(scope, _APPLE_PASS if _is_phone(scope) else _BEARER)
    if credential is None and _is_phone(scope):
        device = _DEVICE.match(scope["path"])
        credential = None if device is None else device[1].encode("utf-8", "replace")
    if credential is None:
        return None
    return hashlib.blake2b(credential, digest_size=16, key=_SALT).digest()


def _token(scope: Scope, scheme: bytes) -> bytes | None:
    """Return the token in the Authorization header; ``scheme`` is in lower case."""
    for name, value in scope["headers"]:
        if name == b"authorization" and value[: len(scheme)].lower() == scheme:
            return bytes(value[len(scheme) :])
    return None
