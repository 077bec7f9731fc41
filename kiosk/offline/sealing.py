"""Encryption of what a desk stores: rows that only its key opens, found by keyed fingerprints."""

import hmac
import os
from hashlib import sha256
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel, ValidationError

KEY_BYTES = 32
FINGERPRINT_BYTES = 16
_NONCE_BYTES = 12


class Unreadable(Exception):
    """A stored row was sealed with another key, for another place, or by another version."""


M = TypeVar("M", bound=BaseModel)


def parsed(kind: type[M], plain: bytes) -> M:
    """Return the message in ``plain``.

    Raises Unreadable, which does not quote it, for one that another version has stored.
    """
    try:
        return kind.model_validate_json(plain)
    except ValidationError:
        raise Unreadable(f"this is no {kind.__name__} of this version") from None


class Sealer:
    """Seals rows and makes fingerprints, with two keys derived (HKDF, RFC 5869) from one.

    Raises ValueError for a key of another length.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        self._fingerprints = _derived(key, b"walletdesk desk fingerprints 1")
        self._cipher = AESGCM(_derived(key, b"walletdesk desk rows 1"))

    def fingerprint(self, text: str) -> bytes:
        """Return 16 bytes (HMAC-SHA-256) by which a text is found, and from which none is read."""
        return hmac.digest(self._fingerprints, text.encode(), sha256)[:FINGERPRINT_BYTES]

    def seal(self, place: bytes, plain: bytes) -> bytes:
        """Return ``plain`` encrypted (AES-256-GCM), to be opened at the same ``place`` only."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, place)

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """Return what was sealed for ``place``. Raises Unreadable."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
        except (InvalidTag, ValueError) as error:
            raise Unreadable("a stored row cannot be opened with this desk's key") from error


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(key)
