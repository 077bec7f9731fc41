"""How many requests a caller may send: a token bucket for each key and for each address.

A key that was found good has a bucket of its own. Everybody else, without a key or with one that
is not known to be good, is counted by address; who then shows a good key gets that one back. So
guessing keys is slow, and no flood from an address stops a desk there whose key is known.

Phones that ask for their cards are counted in the same way, apart from the others: by the token
of their pass or, where Apple's protocol has them show none, by their device's id. Strangers among
them may come many at once, for all phones of a club may have one address.

What a payment provider has signed is not counted: it tells of all its customers at once.

Buckets are kept in memory, of this process alone, and no more than ``MOST_CALLERS`` of each
kind: the one not used for longest is forgotten, as if it were full again.
"""

import hashlib
import math
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import Scope

from membership.base.actors import CALLER, PHONE, SIGNED
from membership.base.addresses import address_block, client_address
from membership.base.settings import ServiceSettings
from membership.web.body_limits import PHONES

MOST_CALLERS = 10_000

_SALT = secrets.token_bytes(16)
_BEARER, _APPLE_PASS = b"bearer ", b"applepass "
_DEVICE = re.compile(r"/apple/([^/]+/v1/devices/[^/]+)/registrations/[^/]+\Z")
_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Rate:
    """``per_second`` requests for long, ``burst`` at once; 0 per second is no limit."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that came too soon. ``headers`` tell when to come again."""

    rate: Rate
    wait_seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """Retry-After, and the RateLimit fields of the IETF's draft (httpapi-ratelimit-headers)."""
        window = max(1, math.ceil(self.rate.burst / self.rate.per_second))
        return {
            "Retry-After": str(self.wait_seconds),
            "RateLimit-Policy": f'"burst";q={self.rate.burst};w={window}',
            "RateLimit": f'"burst";r=0;t={self.wait_seconds}',
        }


@dataclass(slots=True)
class _Bucket:
    """Requests that are left, as of a time."""

    left: float
    at: float


class Buckets:
    """Token buckets of many callers, at most ``most`` of them."""

    def __init__(self, rate: Rate, most: int = MOST_CALLERS) -> None:
        self.rate, self._most = rate, most
        self._kept: OrderedDict[object, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, caller: object) -> bool:
        return caller in self._kept

    def take(self, caller: object, now: float) -> Refusal | None:
        """Count one request at ``now``, in seconds of a monotonic clock; a Refusal if too soon."""
        if self.rate.per_second == 0:
            return None
        bucket = self._kept.get(caller)
        if bucket is None:
            self.add(caller, now)
            bucket = self._kept[caller]
        else:
            self._kept.move_to_end(caller)
            # A clock that went back gives nothing, and takes nothing.
            gained = max(0.0, now - bucket.at) * self.rate.per_second
            bucket.left = min(float(self.rate.burst), bucket.left + gained)
            bucket.at = now
        if bucket.left < 1:
            wait = math.ceil((1 - bucket.left) / self.rate.per_second)
            return Refusal(self.rate, max(1, wait))
        bucket.left -= 1
        return None

    def give_back(self, caller: object) -> None:
        """Undo one ``take``."""
        bucket = self._kept.get(caller)
        if bucket is not None:
            bucket.left = min(float(self.rate.burst), bucket.left + 1)

    def add(self, caller: object, now: float) -> None:
        """Give a caller a full bucket, forgetting whoever was not seen for longest."""
        self._kept[caller] = _Bucket(float(self.rate.burst), now)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def forget(self, caller: object) -> None:
        """Drop a caller's bucket."""
        self._kept.pop(caller, None)


class Limits:
    """The limits of one service process. ``monotonic`` is its clock, in seconds."""

    def __init__(
        self, settings: ServiceSettings, monotonic: Callable[[], float], most: int = MOST_CALLERS
    ) -> None:
        self._trusted = settings.trusted_proxies
        self._monotonic = monotonic
        self.keys = Buckets(Rate(settings.key_requests_per_second, settings.key_burst), most)
        failures = settings.failures_per_second
        self.strangers = Buckets(Rate(failures, settings.failures_burst), most)
        self.phones = Buckets(self.keys.rate, most)
        self.strange_phones = Buckets(Rate(failures, settings.phone_failures_burst), most)

    def enter(self, scope: Scope) -> tuple[Refusal | None, bytes | None]:
        """Count a request before it is looked at: a Refusal or None, and its key's digest.

        The digest is salted for this process and kept in memory only.
        """
        shown = _digest(scope)
        known, strangers = self._counted_in(scope)
        if shown is not None and shown in known:
            return known.take(shown, self._monotonic()), shown
        return strangers.take(self._address(scope), self._monotonic()), shown

    def leave(self, scope: Scope, status: int, shown: bytes | None) -> None:
        """Learn from the answer whether the key was good, or the request signed."""
        if SIGNED in scope:
            self.strangers.give_back(self._address(scope))
        if shown is None:
            return
        known, strangers = self._counted_in(scope)
        if status == _UNAUTHORIZED:
            known.forget(shown)
        elif (CALLER in scope or PHONE in scope) and shown not in known:
            strangers.give_back(self._address(scope))
            known.add(shown, self._monotonic())

    def _counted_in(self, scope: Scope) -> tuple[Buckets, Buckets]:
        """Where a request is counted by its key, and where by its address."""
        if _is_phone(scope):
            return self.phones, self.strange_phones
        return self.keys, self.strangers

    def _address(self, scope: Scope) -> str:
        return address_block(client_address(scope, self._trusted))


def _is_phone(scope: Scope) -> bool:
    """Whether a request is one that phones send."""
    return str(scope.get("path", "")).startswith(PHONES)


def _digest(scope: Scope) -> bytes | None:
    """What a request's token is known by, or None if it shows none."""
    shown = _token(scope, _APPLE_PASS if _is_phone(scope) else _BEARER)
    if shown is None and _is_phone(scope):
        device = _DEVICE.match(scope["path"])
        shown = None if device is None else device[1].encode("utf-8", "replace")
    return None if shown is None else hashlib.blake2b(shown, digest_size=16, key=_SALT).digest()


def _token(scope: Scope, scheme: bytes) -> bytes | None:
    """The token in the Authorization header, of a scheme in small letters."""
    for name, value in scope["headers"]:
        if name == b"authorization" and value[: len(scheme)].lower() == scheme:
            return bytes(value[len(scheme) :])
    return None
