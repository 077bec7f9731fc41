"""What Google Wallet is to be told of cards: their classes and objects, with their digests."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.store.database import AnyRow
from membership.store.models import CardDesign, CardWallet
from membership.store.wallet_joins import DESIGN_OF_WALLET
from membership.wallet.updates.faces import LoadedFace, load_faces
from membership.web.access import Tenant
from passes.card import CardFace
from passes.design import CodeForm, Design, ImageRole
from passes.errors import PassContentError
from passes.google.face import loyalty_class, loyalty_object
from passes.google.issue import GoogleIssue
from passes.google.logo import logo_tag
from passes.google.loyalty import LoyaltyClass, LoyaltyObject


@dataclass(frozen=True, slots=True)
class Told:
    """A resource, named by ``digest``, and the digest of what Google was told before."""

    resource: LoyaltyClass | LoyaltyObject = field(repr=False)
    digest: str
    before: str | None

    @property
    def is_known(self) -> bool:
        """Whether Google was told exactly this."""
        return self.digest == self.before

    @property
    def was_told(self) -> bool:
        """Whether Google was told of it in some form."""
        return self.before is not None


@dataclass(frozen=True, slots=True)
class CardContent:
    """A card as Google is to have it. ``refused`` in the place of both if it cannot be."""

    card_id: UUID
    design_id: UUID
    design_version: int
    update_seq: int
    created_at: datetime | None
    saved: bool
    of_design: Told | None = None
    of_card: Told | None = None
    refused: str | None = None

    @property
    def created(self) -> bool:
        """Whether Google has the card in some form."""
        return self.created_at is not None

    @property
    def is_known(self) -> bool:
        """Whether Google has the card and its class exactly as they are."""
        both = (self.of_design, self.of_card)
        return self.created and all(each is not None and each.is_known for each in both)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues an organization's cards, and where its pictures are served."""

    tenant: Tenant
    vault: Vault
    issuer_id: str
    public_url: str

    def issue(self, face: CardFace, design_id: UUID, key: str) -> GoogleIssue:
        """The names and addresses of a design. Raises PassContentError."""
        design, base = face.design, f"{self.public_url.rstrip('/')}/{self.tenant.slug}/{key}"
        strip = design.images.get(ImageRole.STRIP)
        return GoogleIssue(
            issuer_id=self.issuer_id,
            design_id=design_id,
            logo_url=f"{base}/google/{logo_tag(design, self.tenant.name)}.png",
            hero_url=None if strip is None else f"{base}/images/{strip}.png",
        )


def load_content(
    session: Session, issuer: Issuer, card_ids: Sequence[UUID], now: datetime
) -> dict[UUID, CardContent]:
    """Work out what Google is to be told of cards as they are at ``now``.

    The update number is read before the face, so that a change that is committed meanwhile is
    told once too often and never too little. Cards that are no wallet's are left out. Raises
    VaultError.
    """
    rows = session.connection().execute(
        _ROWS.where(
            CardWallet.organization_id == issuer.tenant.id, CardWallet.card_id.in_(card_ids)
        )
    )
    known = {row.card_id: row for row in rows}
    faces = load_faces(session, issuer.tenant, list(known), now)
    classes: dict[UUID, LoyaltyClass | PassContentError] = {}
    return {
        card_id: _content(issuer, known[card_id], loaded, classes)
        for card_id, loaded in faces.items()
    }


_ROWS = (
    select(
        CardWallet.card_id,
        CardWallet.update_seq,
        CardWallet.google_digest,
        CardWallet.google_created_at,
        CardWallet.google_saved,
        CardWallet.rotating_key,
        CardDesign.key,
        CardDesign.google_class_digest,
    )
    .select_from(CardWallet)
    .join(
        CardDesign,
        DESIGN_OF_WALLET,
    )
)


def _content(
    issuer: Issuer,
    row: AnyRow,
    loaded: LoadedFace,
    classes: dict[UUID, LoyaltyClass | PassContentError],
) -> CardContent:
    """What is to be told of one card; ``classes`` are those that were worked out already."""
    facts: dict[str, Any] = {
        "card_id": row.card_id,
        "design_id": loaded.design_id,
        "design_version": loaded.design_version,
        "update_seq": row.update_seq,
        "created_at": row.google_created_at,
        "saved": row.google_saved,
    }
    design = loaded.face.design
    try:
        issue = issuer.issue(loaded.face, loaded.design_id, row.key)
        if loaded.design_id not in classes:
            classes[loaded.design_id] = _class(design, issuer.tenant.name, issue)
        made = classes[loaded.design_id]
        if isinstance(made, PassContentError):
            raise made
        card = loyalty_object(loaded.face, issue, _rotating_key(issuer.vault, design, row))
    except PassContentError as error:
        return CardContent(**facts, refused=f"Google Wallet would not take it: {error}")
    return CardContent(
        **facts,
        of_design=_told(made, row.google_class_digest),
        of_card=_told(card, row.google_digest),
    )


def _class(
    design: Design, organization: str, issue: GoogleIssue
) -> LoyaltyClass | PassContentError:
    """The class of a design, or why there can be none."""
    try:
        return loyalty_class(design, organization, issue)
    except PassContentError as error:
        return error


def _rotating_key(vault: Vault, design: Design, row: AnyRow) -> bytes | None:
    """The secret of a card's rotating code, opened only where it is sent. Raises VaultError."""
    if design.code is not CodeForm.ROTATING or row.rotating_key is None:
        return None
    return vault.open(row.rotating_key)


def _told(resource: LoyaltyClass | LoyaltyObject, told_before: str | None) -> Told:
    """A resource with its digest: SHA-256, in hexadecimal, of its JSON."""
    text = json.dumps(resource.as_json(), sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Told(resource, digest, told_before)
