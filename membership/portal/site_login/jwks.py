"""Public keys as JWK: which are accepted, and in which form they are stored.

Only the parameters of the public key are stored. No error quotes a value of a key, because it may
be a secret one that was sent by mistake.
"""

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from fastapi.concurrency import run_in_threadpool
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from membership.portal.site_login.soundness import is_sound_ed25519, is_sound_rsa
from membership.web.concurrency import ConcurrencyLimiter
from membership.web.errors import Invalid

EDDSA, RS256 = "EdDSA", "RS256"
PublicKey = Ed25519PublicKey | RSAPublicKey

KID = re.compile(r"[\x21-\x7e]{1,120}\Z")
"""Id of a key: printable ASCII without spaces."""

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_PARTS = {EDDSA: ("crv", "kty", "x"), RS256: ("e", "kty", "n")}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]{1,2000}\Z")
_MIN_BITS, _MAX_BITS = 2048, 8192
_LONG_BITS = 4096
LONG_KEYS = Lock()
"""Held while a long key is judged."""
_MIN_EXPONENT, _MAX_EXPONENT = 65537, 2**32


@dataclass(frozen=True, slots=True)
class PublicJwk:
    """A key that was parsed: its id, its one algorithm, its parameters, and the key itself."""

    kid: str
    algorithm: str
    jwk: dict[str, str]
    key: PublicKey


def read_jwk(given: Mapping[str, Any], field: str) -> PublicJwk:
    """Parse one key of a JWK Set; ``field`` is its path, for errors. Raises Invalid.

    Whether it is sound is not looked at: see ``judge``.
    """
    if _PRIVATE & given.keys():
        detail = "is a private key; send the public part only, and replace this key"
        raise Invalid("private_key_refused", field, detail)
    kid = given.get("kid")
    if not isinstance(kid, str) or not KID.match(kid):
        detail = "must be of 1 to 120 printable ASCII characters"
        raise Invalid("kid_invalid", f"{field}.kid", detail)
    algorithm = _algorithm(given, field)
    if given.get("alg", algorithm) != algorithm or given.get("use", "sig") != "sig":
        raise _unsupported(field)
    jwk = {name: given.get(name) for name in _PARTS[algorithm]}
    parts = {name: part for name, part in jwk.items() if isinstance(part, str)}
    if len(parts) < len(jwk) or not all(_BASE64URL.match(part) for part in parts.values()):
        raise _invalid_key(field)
    try:
        key = public_key(parts, algorithm)
    except (PyJWTError, ValueError, TypeError) as error:
        raise _invalid_key(field) from error
    if isinstance(key, RSAPublicKey):
        _check_rsa(key, field)
    return PublicJwk(kid, algorithm, parts, key)


def public_key(jwk: Mapping[str, str], algorithm: str) -> PublicKey:
    """Return the key of a stored JWK. Raises PyJWTError, ValueError or TypeError if invalid."""
    key = PyJWK(dict(jwk), algorithm).key
    if not isinstance(key, Ed25519PublicKey | RSAPublicKey):
        raise TypeError("not a public key")
    return key


async def judge(concurrency: ConcurrencyLimiter, key: PublicKey) -> bool:
    """Return whether a key can be trusted to have one owner, of a worker thread.

    Long keys take a second: no transaction may be open meanwhile, and they are judged one at a
    time. Raises Busy.
    """
    if is_long(key):
        async with concurrency.long_key():
            return await run_in_threadpool(_is_sound, key)
    return await run_in_threadpool(_is_sound, key)


def is_long(key: PublicKey) -> bool:
    """Return whether it takes long to judge a key."""
    return isinstance(key, RSAPublicKey) and key.key_size > _LONG_BITS


def _is_sound(key: PublicKey) -> bool:
    """Return whether a key can be trusted to have one owner; the answers are kept.

    Of long keys one is judged at a time in the process, whichever application asks.
    """
    if isinstance(key, RSAPublicKey):
        numbers = key.public_numbers()
        with LONG_KEYS if is_long(key) else nullcontext():
            return _is_sound_rsa(numbers.n, numbers.e)
    return _is_sound_ed25519(key.public_bytes_raw())


_is_sound_rsa = lru_cache(maxsize=256)(is_sound_rsa)
_is_sound_ed25519 = lru_cache(maxsize=1024)(is_sound_ed25519)


def thumbprint(jwk: Mapping[str, str]) -> str:
    """Return the JWK thumbprint (RFC 7638): SHA-256 of the parameters in base64url."""
    text = json.dumps(dict(jwk), sort_keys=True, separators=(",", ":"))
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _algorithm(given: Mapping[str, Any], field: str) -> str:
    """Return the algorithm of a type of key. Raises Invalid for other types."""
    kind = given.get("kty")
    if kind == "OKP" and given.get("crv") == "Ed25519":
        return EDDSA
    if kind == "RSA":
        return RS256
    raise _unsupported(field)


def _check_rsa(key: RSAPublicKey, field: str) -> None:
    """Refuse RSA keys that are weak or slow to verify with. Raises Invalid."""
    exponent = key.public_numbers().e
    if not _MIN_BITS <= key.key_size <= _MAX_BITS:
        detail = f"must have {_MIN_BITS} to {_MAX_BITS} bits"
        raise Invalid("key_size_refused", field, detail)
    if not _MIN_EXPONENT <= exponent <= _MAX_EXPONENT or exponent % 2 == 0:
        raise Invalid("key_invalid", field, "must have the exponent 65537, or a greater odd one")


def _unsupported(field: str) -> Invalid:
    """Return the error for keys of other types or uses."""
    detail = "must be an Ed25519 key for EdDSA or an RSA key for RS256, for signing"
    return Invalid("key_unsupported", field, detail)


def _invalid_key(field: str) -> Invalid:
    """Return the error for an invalid key."""
    return Invalid("key_invalid", field, "is not a public key")
