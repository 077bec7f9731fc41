"""Building signed passes (``.pkpass``) for Apple Wallet from the faces of cards.

Use ``build_pkpass`` for one card; for many of a design a ``PassTemplate``, which prepares once what
they share.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from passes.apple.archive import MANIFEST, SIGNATURE, SharedFiles
from passes.apple.face import STYLE_KEYS, CardLayout
from passes.apple.images import check_image_files, image_files
from passes.apple.issue import AppleIssue
from passes.apple.signer import Signer
from passes.card import CardFace
from passes.design import Design, ImageRole
from passes.errors import PassContentError

__all__ = ["CONTENT", "AppleIssue", "PassTemplate", "build_pkpass"]

CONTENT = "pass.json"


class PassTemplate:
    """Builds the passes of one design, pictures and issuer; keeps nothing of the cards."""

    def __init__(
        self, design: Design, images: Mapping[ImageRole, bytes], issue: AppleIssue, signer: Signer
    ) -> None:
        """Prepare what the passes share.

        Args:
            design: the design of the cards.
            images: fitted pictures by role, PNG at scale 3.
            issue: the issuer; its ``auth_token`` is not used.
            signer: signs for the pass type of ``issue``.

        Raises:
            ImageError: a picture is not a PNG, or was not fitted for its role.
        """
        self._design, self._issue, self._signer = design, issue, signer
        self._prepared = _Prepared(design, issue.organization_name, images)

    def build(self, face: CardFace, auth_token: str | None) -> bytes:
        """Return the pass of one card as a ZIP archive. ``auth_token`` is the card's own.

        Raises:
            PassContentError: the face is of another design, or Wallet would refuse the pass.
            CertificateError: the signer cannot sign.
        """
        if face.design is not self._design and face.design != self._design:
            raise PassContentError("design", "the face is of another design")
        issue = replace(self._issue, auth_token=auth_token)
        return self._prepared.build(face, issue, self._signer)


def build_pkpass(
    face: CardFace, images: Mapping[ImageRole, bytes], issue: AppleIssue, signer: Signer
) -> bytes:
    """Return the signed pass of one card as a ZIP archive.

    What the cards of a design share is cached for a few designs.

    Args:
        face: everything that the card shows.
        images: fitted pictures by role, PNG at scale 3.
        issue: the issuer.
        signer: signs for the pass type of ``issue``.

    Raises:
        PassContentError: Wallet would refuse the pass; the path names the place.
        ImageError: a picture is not a PNG, or was not fitted for its role.
        CertificateError: the signer cannot sign.
    """
    prepared = _prepared(
        face.design.model_dump_json(), issue.organization_name, tuple(sorted(images.items()))
    )
    return prepared.build(face, issue, signer)


class _Prepared:
    """The parts of a pass that do not depend on the card."""

    def __init__(
        self, design: Design, organization_name: str, images: Mapping[ImageRole, bytes]
    ) -> None:
        """Lay out the design and pack its pictures and translations."""
        self._layout = CardLayout(design)
        pictures = image_files(design, organization_name, images)
        check_image_files(pictures, frozenset((STYLE_KEYS[design.kind],)))
        self._shared = SharedFiles(pictures | self._layout.strings.files())

    def build(self, face: CardFace, issue: AppleIssue, signer: Signer) -> bytes:
        """Return the signed pass of one card."""
        own = {CONTENT: self._layout.content(face, issue).as_json()}
        manifest = self._shared.manifest(own)
        signed = own | {MANIFEST: manifest, SIGNATURE: signer.sign(manifest)}
        return self._shared.archive(signed)


@lru_cache(maxsize=16)
def _prepared(
    design: str, organization_name: str, images: tuple[tuple[ImageRole, bytes], ...]
) -> _Prepared:
    """Return what the cards of a design (as JSON) share."""
    return _Prepared(Design.stored(design), organization_name, dict(images))
