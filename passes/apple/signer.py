"""What a pass asks of whoever signs it."""

from typing import Protocol


class Signer(Protocol):
    """Signs manifests with the certificate of one pass type."""

    def sign(self, manifest: bytes) -> bytes:
        """Return a detached PKCS #7 signature of ``manifest``, DER."""
        ...
