"""Signed card codes, which can be verified offline with the organization's public key.

The signature is Ed25519 (RFC 8032) over a context line and the card code: the context separates it
from signatures made for other purposes. It proves that the organization issued the card, not that
the card is still valid: only the service knows which cards were revoked.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from passes.codes.barcode import CardCode, SignedCardCode
from passes.errors import ForgedCodeError

_CONTEXT = b"walletdesk card code 1\n"


def sign_code(card: CardCode, key: Ed25519PrivateKey) -> SignedCardCode:
    """Return the card code with its signature; deterministic for a key."""
    return SignedCardCode(card, key.sign(_signed_text(card)))


def verify_signed(code: SignedCardCode, key: Ed25519PublicKey) -> CardCode:
    """Return the card code if its signature is valid under ``key``. Raises ForgedCodeError."""
    if not is_genuine(code, key):
        raise ForgedCodeError("signature", "the signature is not that of this card")
    return code.card


def is_genuine(code: SignedCardCode, key: Ed25519PublicKey) -> bool:
    """Return whether the signature of a card code is valid under ``key``."""
    try:
        key.verify(code.signature, _signed_text(code.card))
    except InvalidSignature:
        return False
    return True


def _signed_text(card: CardCode) -> bytes:
    """Return the bytes that are signed."""
    return _CONTEXT + card.text.encode("ascii")
