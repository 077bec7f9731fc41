"""Passes for Apple Wallet: a card's face, signed, as a ``.pkpass``.

For one card ``build_pkpass``; for many of a design make a ``PassTemplate``, which prepares
once what they share.
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
    """Passes of one design, pictures and issuer. It keeps nothing of the cards it builds."""

    def __init__(
        self, design: Design, images: Mapping[ImageRole, bytes], issue: AppleIssue, signer: Signer
    ) -> None:
        """Prepare what the passes share.

        Args:
            design: what the cards look like.
            images: fitted pictures by role, PNG of the largest size.
            issue: who issues them; its token is that of no card and is not used.
            signer: signs for the pass type of ``issue``.

        Raises:
            ImageError: a picture is no PNG, or was not fitted for its role.
        """
        self._design, self._issue, self._signer = design, issue, signer
        self._prepared = _Prepared(design, issue.organization_name, images)

    def build(self, face: CardFace, auth_token: str | None) -> bytes:
        """The pass of one card. ``auth_token`` is the card's own.

        Raises:
            PassContentError: the face is of another design, or the pass would be refused.
            CertificateError: the signer cannot sign.
        """
        if face.design is not self._design and face.design != self._design:
            raise PassContentError("design", "the face is of another design")
        issue = replace(self._issue, auth_token=auth_token)
        return self._prepared.build(face, issue, self._signer)


def build_pkpass(
    face: CardFace, images: Mapping[ImageRole, bytes], issue: AppleIssue, signer: Signer
) -> bytes:
    """Build and sign the pass of one card.

    What cards of a design share is kept for the next card, for a few designs.

    Args:
        face: what the card shows.
        images: fitted pictures by role, PNG of the largest size.
        issue: who issues it.
        signer: signs for the pass type of ``issue``.

    Raises:
        PassContentError: the pass would be refused, with the place of the fault.
        ImageError: a picture is no PNG, or was not fitted for its role.
        CertificateError: the signer cannot sign.
    """
    prepared = _prepared(
        face.design.model_dump_json(), issue.organization_name, tuple(sorted(images.items()))
    )
    return prepared.build(face, issue, signer)


class _Prepared:
    """All of a pass that does not depend on the card."""

    def __init__(
        self, design: Design, organization_name: str, images: Mapping[ImageRole, bytes]
    ) -> None:
        """Lay out the design and pack its pictures and translations."""
        self._layout = CardLayout(design)
        pictures = image_files(design, organization_name, images)
        check_image_files(pictures, frozenset((STYLE_KEYS[design.kind],)))
        self._shared = SharedFiles(pictures | self._layout.strings.files())

    def build(self, face: CardFace, issue: AppleIssue, signer: Signer) -> bytes:
        """The signed pass of one card."""
        own = {CONTENT: self._layout.content(face, issue).as_json()}
        manifest = self._shared.manifest(own)
        signed = own | {MANIFEST: manifest, SIGNATURE: signer.sign(manifest)}
        return self._shared.archive(signed)


@lru_cache(maxsize=16)
def _prepared(
    design: str, organization_name: str, images: tuple[tuple[ImageRole, bytes], ...]
) -> _Prepared:
    """What cards of a design (JSON) share."""
    return _Prepared(Design.model_validate_json(design), organization_name, dict(images))
