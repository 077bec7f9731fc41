"""How many requests a caller may send: a token bucket for each key and for each address.

A key that was found good has a bucket of its own. Everybody else, without a key or with one that
is not known to be good, is counted by address; who then shows a good key gets that one back. So
guessing keys is slow, and no flood from an address stops a desk there whose key is known.

Buckets are kept in memory, of this process alone, and no more than ``MOST_CALLERS`` of each
kind: the one not used for longest is forgotten, as if it were full again.
"""

import hashlib
import math
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import Scope

from membership.actors import CALLER
from membership.addresses import address_block, client_address
from membership.settings import ServiceSettings

MOST_CALLERS = 10_000

_SALT = secrets.token_bytes(16)
_BEARER = b"bearer "
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
        self._rate, self._most = rate, most
        self._kept: OrderedDict[object, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, caller: object) -> bool:
        return caller in self._kept

    def take(self, caller: object, now: float) -> Refusal | None:
        """Count one request at ``now``, in seconds of a monotonic clock; a Refusal if too soon."""
        if self._rate.per_second == 0:
            return None
        bucket = self._kept.get(caller)
        if bucket is None:
            self.add(caller, now)
            bucket = self._kept[caller]
        else:
            self._kept.move_to_end(caller)
            # A clock that went back gives nothing, and takes nothing.
            gained = max(0.0, now - bucket.at) * self._rate.per_second
            bucket.left = min(float(self._rate.burst), bucket.left + gained)
            bucket.at = now
        if bucket.left < 1:
            wait = math.ceil((1 - bucket.left) / self._rate.per_second)
            return Refusal(self._rate, max(1, wait))
        bucket.left -= 1
        return None

    def give_back(self, caller: object) -> None:
        """Undo one ``take``."""
        bucket = self._kept.get(caller)
        if bucket is not None:
            bucket.left = min(float(self._rate.burst), bucket.left + 1)

    def add(self, caller: object, now: float) -> None:
        """Give a caller a full bucket, forgetting whoever was not seen for longest."""
        self._kept[caller] = _Bucket(float(self._rate.burst), now)
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
        self.strangers = Buckets(Rate(settings.failures_per_second, settings.failures_burst), most)

    def enter(self, scope: Scope) -> tuple[Refusal | None, bytes | None]:
        """Count a request before it is looked at: a Refusal or None, and its key's digest.

        The digest is salted for this process and kept in memory only.
        """
        shown = _digest(scope)
        if shown is not None and shown in self.keys:
            return self.keys.take(shown, self._monotonic()), shown
        return self.strangers.take(self._address(scope), self._monotonic()), shown

    def leave(self, scope: Scope, status: int, shown: bytes | None) -> None:
        """Learn from the answer whether the key was good."""
        if shown is None:
            return
        if status == _UNAUTHORIZED:
            self.keys.forget(shown)
        elif CALLER in scope and shown not in self.keys:
            self.strangers.give_back(self._address(scope))
            self.keys.add(shown, self._monotonic())

    def _address(self, scope: Scope) -> str:
        return address_block(client_address(scope, self._trusted))


def _digest(scope: Scope) -> bytes | None:
    """What a request's bearer token is known by, or None if it shows none."""
    for name, value in scope["headers"]:
        if name == b"authorization" and value[: len(_BEARER)].lower() == _BEARER:
            return hashlib.blake2b(value[len(_BEARER) :], digest_size=16, key=_SALT).digest()
    return None
