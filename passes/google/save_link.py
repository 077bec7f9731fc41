"""The link "Add to Google Wallet": it names the object, which Google must have already.

Facts: Google Wallet API reference, "Google Wallet API JWT"; the guide "Web, email and SMS"
(links above 1,800 characters are cut off by browsers).
"""

from collections.abc import Sequence
from datetime import datetime

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from passes.errors import CertificateError, PassContentError

SAVE_URL = "https://pay.google.com/gp/v/save/"
LONGEST_LINK = 1800
"""In characters; Google's guide asks to stay below."""


def load_key(pem: str) -> RSAPrivateKey:
    """Read the private key of a service account. Raises CertificateError."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CertificateError("private_key", "not a private key in PEM") from None
    if not isinstance(key, RSAPrivateKey):
        raise CertificateError("private_key", "not an RSA key, which Google signs links with")
    return key


def save_link(
    object_id: str,
    *,
    account: str,
    key: RSAPrivateKey,
    issued_at: datetime,
    origins: Sequence[str] = (),
    key_id: str | None = None,
) -> str:
    """The link that saves one object; it holds the object's id and nothing else of it.

    ``account`` is the address of the service account that ``key`` (2048 bits or more) belongs
    to, ``key_id`` its name there, ``origins`` the sites that show the link.

    Raises PassContentError if the link becomes too long to be opened.
    """
    claims = {
        "iss": account,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(issued_at.timestamp()),
        "origins": list(origins),
        "payload": {"loyaltyObjects": [{"id": object_id}]},
    }
    headers = {"kid": key_id} if key_id else None
    link = SAVE_URL + jwt.encode(claims, key, algorithm="RS256", headers=headers)
    if len(link) >= LONGEST_LINK:
        raise PassContentError("origins", f"the link has {len(link)} characters, which is too long")
    return link
