"""Interface of a signer of passes."""

from typing import Protocol


class Signer(Protocol):
    """Signs manifests with the certificate of one pass type."""

    def sign(self, manifest: bytes) -> bytes:
        """Return a detached PKCS #7 signature (DER) of ``manifest``. Raises CertificateError."""
        ...
