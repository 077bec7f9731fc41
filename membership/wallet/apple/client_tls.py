"""TLS with a pass type's certificate as the client's."""

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
    """TLS 1.2 or later that shows the identity's certificate, with its intermediate.

    Servers are trusted that the authorities of the system and those that requests brings along
    vouch for, or those of ``ca_file`` (PEM) alone. The key is in ``folder`` for a moment, by
    default that for temporary files. Raises OSError, ssl.SSLError among them.
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
    """Write key and chain to a file of our own, for Python's ssl reads them from files only.

    The key in it is encrypted with a password that is only in memory: whoever is killed before
    the file is deleted leaves nothing that could be used.
    """
    key = identity.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )
    chain = (identity.certificate, identity.intermediate)
    handle, name = tempfile.mkstemp(suffix=".pem", dir=folder)
    with os.fdopen(handle, "wb") as stream:
        stream.write(key + b"".join(each.public_bytes(Encoding.PEM) for each in chain))
    return name
