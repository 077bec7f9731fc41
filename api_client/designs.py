"""Client of the part of the API with which managers edit the designs of wallet cards."""

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

from .client import MembershipClient

Design = Mapping[str, Any]
"""A design as JSON values; what may be in it is told by the OpenAPI description."""

_BYTES = {"Content-Type": "application/octet-stream"}


class DesignsClient(MembershipClient):
    """Raises the errors of ``api_client.errors``. ``once`` is an ``Idempotency-Key``."""

    def designs(self) -> DesignList:
        """List the designs of cards."""
        return self._ask(DesignList, "GET", "/v1/card-designs")

    def design(self, design_id: UUID) -> EditedDesign:
        """Show a design as its cards show it now."""
        return self._ask(EditedDesign, "GET", f"/v1/card-designs/{design_id}")

    def create_design(self, key: str, name: str, design: Design, once: str) -> EditedDesign:
        """Create a design; ``key`` stands in its install links and never changes."""
        body = {"key": key, "name": name, "design": design}
        headers = {"Idempotency-Key": once}
        return self._ask(EditedDesign, "POST", "/v1/card-designs", body=body, headers=headers)

    def edit_design(
        self, design_id: UUID, name: str, design: Design, *, version: int
    ) -> EditedDesign:
        """Make a new version of a design. Refused if ``version`` is no longer the newest."""
        body = {"name": name, "design": design, "version": version}
        return self._ask(EditedDesign, "PUT", f"/v1/card-designs/{design_id}", body=body)

    def archive_design(self, design_id: UUID, *, archived: bool) -> EditedDesign:
        """Let no more cards be issued of a design, or let them again."""
        what = "archive" if archived else "restore"
        return self._ask(EditedDesign, "POST", f"/v1/card-designs/{design_id}/{what}")

    def store_image(self, role: str, picture: bytes) -> StoredImage:
        """Store a picture for designs, fitted to its role."""
        return self._ask(
            StoredImage, "POST", f"/v1/card-designs/images?role={role}", body=picture,
            headers=_BYTES,
        )  # fmt: skip

    def design_preview(self, design: Design, wallet: WalletKind, language: str | None) -> bytes:
        """A design that need not be stored, as a wallet draws it: an encoded PNG."""
        end = time.monotonic() + self._deadline_s
        body = {"design": design, "wallet": wallet.value, "language": language}
        return self._fetch("POST", "/v1/card-designs/preview", end=end, body=body)[1]

    def rollout(self, design_id: UUID) -> RolloutProgress:
        """Tell how many cards of a design were looked at since its last edit."""
        return self._ask(RolloutProgress, "GET", f"/v1/card-designs/{design_id}/rollout")
