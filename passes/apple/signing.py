"""Signing of passes."""

from collections.abc import Callable
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from passes.apple.identity import Identity, IdentityFacts

_OPTIONS = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities]
_DIGEST = SHA256()


class AppleSigner:
    """Signs manifests: PKCS #7, detached, with the signing time (Apple, "Building a Pass").

    ``clock`` decides whether the certificate is valid. The signing time comes from the operating
    system: the library that makes the signature sets it.
    """

    def __init__(
        self,
        identity: Identity,
        clock: Callable[[], datetime],
        *,
        pass_type_id: str | None = None,
        team_id: str | None = None,
    ) -> None:
        """Create a signer, for the given pass type and team if they are named.

        Raises CertificateError if the identity is for others.
        """
        here = identity.facts
        identity.check_names(pass_type_id or here.pass_type_id, team_id or here.team_id)
        self.identity = identity
        self._clock = clock

    @property
    def facts(self) -> IdentityFacts:
        """Pass type, team and validity of the certificate."""
        return self.identity.facts

    @property
    def development(self) -> bool:
        """Whether the certificate is self-made: an iPhone refuses its passes."""
        return self.identity.development

    def sign(self, manifest: bytes) -> bytes:
        """Return a detached signature (DER) with the certificate and its intermediate.

        Raises CertificateError outside the validity of either.
        """
        identity = self.identity
        identity.check_dates(self._clock())
        return (
            PKCS7SignatureBuilder()
            .set_data(manifest)
            .add_signer(identity.certificate, identity.key, _DIGEST)
            .add_certificate(identity.intermediate)
            .sign(Encoding.DER, _OPTIONS)
        )
