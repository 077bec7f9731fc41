"""Client of the part of the API for the designs of wallet cards."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api_client.messages.cards import (
    DesignList,
    EditedDesign,
    RolloutProgress,
    StoredImage,
    WalletKind,
)

from .client import MembershipClient, keyed

Design = Mapping[str, Any]
"""A design as JSON values. Its schema is in the OpenAPI description."""

_BYTES = {"Content-Type": "application/octet-stream"}


class DesignsClient(MembershipClient):
    """Raises the errors of ``api_client.errors``. ``once`` is an ``Idempotency-Key``."""

    def designs(self) -> DesignList:
        """Return all designs of cards."""
        return self._ask(DesignList, "GET", "/v1/card-designs")

    def design(self, design_id: UUID) -> EditedDesign:
        """Return the newest version of a design."""
        return self._ask(EditedDesign, "GET", f"/v1/card-designs/{design_id}")

    def create_design(self, key: str, name: str, design: Design, once: str) -> EditedDesign:
        """Create a design. ``key`` is part of its install links and never changes."""
        body = {"key": key, "name": name, "design": design}
        headers = keyed(once)
        return self._ask(EditedDesign, "POST", "/v1/card-designs", body=body, headers=headers)

    def edit_design(
        self, design_id: UUID, name: str, design: Design, *, version: int, once: str = ""
    ) -> EditedDesign:
        """Create a new version of a design. Raises Refused if ``version`` is not the newest."""
        body = {"name": name, "design": design, "version": version}
        path = f"/v1/card-designs/{design_id}"
        return self._ask(EditedDesign, "PUT", path, body=body, headers=keyed(once))

    def archive_design(self, design_id: UUID, *, archived: bool, once: str = "") -> EditedDesign:
        """Archive a design, so that no cards are issued in it, or restore it."""
        what = "archive" if archived else "restore"
        path = f"/v1/card-designs/{design_id}/{what}"
        return self._ask(EditedDesign, "POST", path, headers=keyed(once))

    def store_image(self, role: str, picture: bytes) -> StoredImage:
        """Store an encoded picture for designs, scaled for its role."""
        return self._ask(
            StoredImage, "POST", f"/v1/card-designs/images?role={role}", body=picture,
            headers=_BYTES,
        )  # fmt: skip

    def design_preview(self, design: Design, wallet: WalletKind, language: str | None) -> bytes:
        """Return a PNG of a design, which need not be stored, as a wallet draws it."""
        end = time.monotonic() + self._deadline_s
        body = {"design": design, "wallet": wallet.value, "language": language}
        return self._fetch("POST", "/v1/card-designs/preview", end=end, body=body)[1]

    def rollout(self, design_id: UUID) -> RolloutProgress:
        """Return the progress of updating the cards of a design after its last edit."""
        return self._ask(RolloutProgress, "GET", f"/v1/card-designs/{design_id}/rollout")
