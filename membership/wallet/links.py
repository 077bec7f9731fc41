"""Install links: ``/{organization}/{design}/{customer}?s=...``, signed by the organization.

The signature keeps anybody from opening cards by guessing customer ids. Whoever has the link can
install the card, so it is sent to the customer only.
"""

import base64
import hashlib
import hmac
from uuid import UUID

_BYTES = 16
_CONTEXT = b"walletdesk install link 1\n"


def install_path(slug: str, design_key: str, customer_id: UUID) -> str:
    """The path of a link, without its signature."""
    return f"/{slug}/{design_key}/{customer_id}"


def sign_path(link_key: bytes, path: str) -> str:
    """The signature of a path: 128 bits in URL-safe base64, 22 characters."""
    mac = hmac.digest(link_key, _CONTEXT + path.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac[:_BYTES]).rstrip(b"=").decode("ascii")


def is_signed(link_key: bytes, path: str, signature: str) -> bool:
    """Whether a signature is right for a path, compared in constant time."""
    return hmac.compare_digest(
        sign_path(link_key, path).encode(), signature.encode("utf-8", "replace")
    )


def install_url(public_url: str, link_key: bytes, path: str) -> str:
    """The complete link, as it is sent to a customer."""
    return f"{public_url.rstrip('/')}{path}?s={sign_path(link_key, path)}"
