"""Signed card codes: whoever has the organization's public key can check one without a network.

The signature is Ed25519 (RFC 8032) over the card code, behind a line that says what is signed,
so that no signature made for anything else is one of a code. It proves that the organization
issued the card, not that the card is still good: only the service knows what was revoked.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from passes.codes.barcode import CardCode, SignedCardCode
from passes.errors import ForgedCodeError

_CONTEXT = b"walletdesk card code 1\n"


def sign_code(card: CardCode, key: Ed25519PrivateKey) -> SignedCardCode:
    """The card code with its signature: always the same for the same key."""
    return SignedCardCode(card, key.sign(_signed_text(card)))


def verify_signed(code: SignedCardCode, key: Ed25519PublicKey) -> CardCode:
    """The card code, once its signature is seen to be one of ``key``'s.

    Raises ForgedCodeError.
    """
    try:
        key.verify(code.signature, _signed_text(code.card))
    except InvalidSignature as error:
        raise ForgedCodeError("signature", "the signature is not that of this card") from error
    return code.card


def _signed_text(card: CardCode) -> bytes:
    """What is signed."""
    return _CONTEXT + card.text.encode("ascii")
