"""TLS contexts with a pass type's certificate as the client certificate."""

import os
import secrets
import ssl
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from passes.apple.identity import Identity


def client_tls(
    identity: Identity, ca_file: Path | None = None, *, folder: Path | None = None
) -> ssl.SSLContext:
    """A context for TLS 1.2 or later with the identity's certificate and its intermediate.

    Trusts the authorities of the system and those that ``requests`` ships, or only those of
    ``ca_file`` (PEM). The key is in ``folder``, by default that for temporary files, for a moment.
    Raises OSError, ssl.SSLError among them.
    """
    context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    if ca_file is None:
        context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    password = secrets.token_bytes(32).hex()
    file = Path(_key_file(identity, password.encode(), folder))
    try:
        context.load_cert_chain(file, password=password)
    finally:
        file.unlink()
    return context


def _key_file(identity: Identity, password: bytes, folder: Path | None) -> str:
    """Write key and chain to a temporary file: Python's ``ssl`` reads them from files only.

    The key is encrypted with a password that is only in memory, so that a file left by a crash
    is of no use.
    """
    key = identity.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )
    chain = (identity.certificate, identity.intermediate)
    handle, name = tempfile.mkstemp(suffix=".pem", dir=folder)
    with os.fdopen(handle, "wb") as stream:
        stream.write(key + b"".join(each.public_bytes(Encoding.PEM) for each in chain))
    return name
