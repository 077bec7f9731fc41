"""Passwords of staff: strength rules, and hashing with argon2id (RFC 9106).

A hash takes about 64 MiB and tens of milliseconds: never compute one inside a transaction, and in
requests only with a slot of ``ConcurrencyLimiter.password_hashing``.
"""

import base64
import re
import secrets
import unicodedata
from collections.abc import Iterable

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from membership.web.errors import Invalid

SHORTEST, LONGEST = 10, 256
"""Lengths of a password in code points, after normalisation."""

_TRIED_FIRST = """
    abc123abc123 adminadmin administrator asdfghjkl123 asdfghjkl1 baseball123 changeme123
    changemenow computer123 dragon12345 football123 geheim12345 hallo12345 hallohallo iloveyou12
    iloveyou123 iloveyou1234 letmein123 letmein1234 liverpool123 login12345 master12345
    membership michael123 monkey12345 mypassword newpassword nopassword pass123456 passpasspass
    password01 password10 password11 password12 password123 password1234 password12345
    password123456 password99 passwordpassword passwort12 passwort123 passwort1234 passw0rd12
    passw0rd123 p4ssw0rd123 princess123 q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedc123 qazwsxedcrfv
    qwer1234qwer qwerasdfzxcv qwerty1234 qwerty12345 qwerty123456 qwertyqwerty qwertyuiop
    qwertyuiop123 qwertzuiop reception1 reception123 schatz12345 secret1234 secret12345
    starwars123 summer2024 summer2025 summer2026 sunshine123 superman123 test123456 testtest123
    welcome123 welcome1234 welcome2024 welcome2025 welcome2026 willkommen willkommen1
    willkommen123 winter2024 winter2025 winter2026 zaq12wsxcde3
"""
_COMMON = frozenset(_TRIED_FIRST.split())
"""Common passwords of at least ten letters and digits, in lower case."""

_RUNS = ("0123456789" * 3, "abcdefghijklmnopqrstuvwxyz", "9876543210" * 3)
_TRAILING = re.compile(r"\d+\Z")


def normalized(password: str) -> str:
    """Return a password in NFKC, the form that is hashed: keyboards compose letters differently."""
    return unicodedata.normalize("NFKC", password)


def reject_weak(password: str, field: str, known: Iterable[str]) -> None:
    """Raise Invalid at ``field`` for a password that is too short, too long or easily guessed.

    ``known`` are the names and addresses of the account, which others know.
    """
    length = len(normalized(password))
    if length < SHORTEST:
        raise Invalid("password_too_short", field, f"at least {SHORTEST} characters are needed")
    if length > LONGEST:
        raise Invalid("password_too_long", field, f"at most {LONGEST} characters are possible")
    bare = _bare(password)
    told = {_bare(part) for text in known for part in (text, text.partition("@")[0])}
    if _stem(bare) in {_stem(each) for each in told - {""}}:
        raise Invalid("password_guessable", field, "must not be the name or the email address")
    if bare in _COMMON or len(set(bare)) < 4 or any(bare in run for run in _RUNS):
        raise Invalid("password_common", field, "is among those that are tried first")


def _bare(text: str) -> str:
    """Return the letters and digits of a text, casefolded."""
    return "".join(sign for sign in normalized(text).casefold() if sign.isalnum())


def _stem(bare: str) -> str:
    """Return a text without trailing digits, unless it has nothing else."""
    return _TRAILING.sub("", bare) or bare


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
