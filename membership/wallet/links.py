"""Install links: ``/{organization}/{design}/{customer}?s=...``, signed by the organization.

What is signed names the card, and the number of the card's link: a link opens that one card and no
other, and ends when the card's link is withdrawn, which raises the number. Links of before
(``is_signed_old``) named the customer only.

The signature keeps anybody from opening cards by guessing ids, and is verified before anything is
looked up. Whoever has the link can install the card, so it is sent to the customer only.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

_BYTES = 16
_NUMBER_BYTES = 4
_CONTEXT = b"walletdesk install link 2\n"
_OLD_CONTEXT = b"walletdesk install link 1\n"


@dataclass(frozen=True, slots=True)
class LinkOfCard:
    """What a link leads to: a card, and the number that its link had."""

    card_id: UUID
    number: int

    @property
    def packed(self) -> bytes:
        """The id and the number, 20 bytes."""
        return self.card_id.bytes + self.number.to_bytes(_NUMBER_BYTES)


def install_path(slug: str, design_key: str, customer_id: UUID) -> str:
    """The path of a link, without its signature."""
    return f"/{slug}/{design_key}/{customer_id}"


def sign_link(link_key: bytes, path: str, link: LinkOfCard) -> str:
    """What stands behind ``?s=``: card, number and 128 bits of signature, 48 characters."""
    return _encoded(link.packed + _mac(link_key, _CONTEXT + link.packed + path.encode()))


def opened_link(link_key: bytes, path: str, signature: str) -> LinkOfCard | None:
    """What a link leads to if its signature is right, compared in constant time; else None."""
    raw = _decoded(signature)
    if len(raw) != 16 + _NUMBER_BYTES + _BYTES:
        raw = bytes(16 + _NUMBER_BYTES + _BYTES)  # compared all the same
    packed, mac = raw[:-_BYTES], raw[-_BYTES:]
    if not hmac.compare_digest(_mac(link_key, _CONTEXT + packed + path.encode()), mac):
        return None
    return LinkOfCard(UUID(bytes=packed[:16]), int.from_bytes(packed[16:]))


def is_signed_old(link_key: bytes, path: str, signature: str) -> bool:
    """Whether a signature of before is right for a path, compared in constant time."""
    mac = _encoded(_mac(link_key, _OLD_CONTEXT + path.encode()))
    return hmac.compare_digest(mac.encode(), signature.encode("utf-8", "replace"))


def install_url(public_url: str, link_key: bytes, path: str, link: LinkOfCard) -> str:
    """The complete link, as it is sent to a customer."""
    return f"{public_url.rstrip('/')}{path}?s={sign_link(link_key, path, link)}"


def _mac(link_key: bytes, signed: bytes) -> bytes:
    """The first 128 bits of HMAC-SHA-256."""
    return hmac.digest(link_key, signed, hashlib.sha256)[:_BYTES]


def _encoded(raw: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    """The bytes that ``_encoded`` made a text of; none of another text."""
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return b""
    return raw if _encoded(raw) == text else b""
