"""Passwords of staff, hashed with argon2id (RFC 9106). Their strength: ``accounts.staff.strength``.

A hash takes about 64 MiB and tens of milliseconds: never compute one inside a transaction, and in
requests only with a slot of ``ConcurrencyLimiter.password_hashing``.
"""

import base64
import secrets
import unicodedata

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST, LONGEST = 10, 256
"""Lengths of a password in code points, after normalisation."""


def normalized(password: str) -> str:
    """Return a password in NFKC, the form that is hashed: keyboards compose letters differently."""
    return unicodedata.normalize("NFKC", password)


class Passwords:
    """Hashes and verifies passwords, with one set of parameters."""

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._nobodys = _hash_of_nothing(parameters)

    def hash(self, password: str) -> str:
        """Return the hash of a password, with a new salt."""
        return self._hasher.hash(normalized(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether a password matches a hash; False without a hash, after the same time."""
        try:
            self._hasher.verify(stored or self._nobodys, normalized(password))
        except VerifyMismatchError:
            return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether a hash has other parameters than this object."""
        return self._hasher.check_needs_rehash(stored)


def _hash_of_nothing(parameters: Parameters) -> str:
    """Return a hash that no password matches, of random bytes."""
    salt, result = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (parameters.salt_len, parameters.hash_len)
    )
    costs = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    return f"$argon2id$v={parameters.version}${costs}${salt}${result}"
