"""The link "Add to Google Wallet". It refers to an object that was inserted before.

Source: Google Wallet API reference, "Google Wallet API JWT"; the guide "Web, email and SMS"
(browsers truncate links above 1,800 characters).
"""

from collections.abc import Sequence
from datetime import datetime

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from passes.errors import CertificateError, PassContentError

SAVE_URL = "https://pay.google.com/gp/v/save/"
MAX_LINK_LENGTH = 1800
"""In characters; a link has to be shorter."""


def load_key(pem: str) -> RSAPrivateKey:
    """Load the private key (PEM) of a service account. Raises CertificateError."""
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
    class_id: str | None = None,
    account: str,
    key: RSAPrivateKey,
    issued_at: datetime,
    origins: Sequence[str] = (),
    key_id: str | None = None,
) -> str:
    """Return the link that saves an object; it contains its id and no other data of it.

    With ``class_id`` the link names the class as well, by which Google finds an object sooner.

    ``account`` is the email address of the service account that ``key`` (RSA, 2048 bits or more)
    belongs to, ``key_id`` the key's id there, ``origins`` the sites that show the link.

    Raises PassContentError if the link is too long to be opened.
    """
    named = {"id": object_id} | ({} if class_id is None else {"classId": class_id})
    claims = {
        "iss": account,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(issued_at.timestamp()),
        "origins": list(origins),
        "payload": {"loyaltyObjects": [named]},
    }
    headers = {"kid": key_id} if key_id else None
    link = SAVE_URL + jwt.encode(claims, key, algorithm="RS256", headers=headers)
    if len(link) >= MAX_LINK_LENGTH:
        raise PassContentError("origins", f"the link has {len(link)} characters, which is too long")
    return link
