"""The content of cards at Google Wallet: their classes and objects, with their digests."""

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
from membership.store.models import Card, CardDesign, CardWallet
from membership.store.wallet_joins import CARD_OF_WALLET, DESIGN_OF_WALLET
from membership.wallet.updates.faces import LoadedFace, load_faces
from membership.web.access import Tenant
from passes.card import CardFace
from passes.codes.barcode import CardAlias
from passes.codes.rotating import RotatingSecret
from passes.design import CodeForm, Design, ImageRole
from passes.errors import PassContentError
from passes.google.face import loyalty_class, loyalty_object
from passes.google.issue import GoogleIssue
from passes.google.logo import logo_tag
from passes.google.loyalty import LoyaltyClass, LoyaltyObject

_NOTIFIED = "."
"""In the digest of a card, before the digest of what its holder should know."""


@dataclass(frozen=True, slots=True)
class PublishedResource:
    """A resource with its digest, and the digest of what was sent to Google last, if anything.

    The digest of a card ends with one of what its holder should know (``_NOTIFIED``).
    """

    resource: LoyaltyClass | LoyaltyObject = field(repr=False)
    digest: str
    sent_digest: str | None

    @property
    def is_current(self) -> bool:
        """Whether Google has exactly this."""
        return self.digest == self.sent_digest

    @property
    def is_notified(self) -> bool:
        """Whether what its holder should know is something else than Google has."""
        if self.sent_digest is None or _NOTIFIED not in self.sent_digest:
            return False
        return self.sent_digest.split(_NOTIFIED)[1] != self.digest.split(_NOTIFIED)[1]

    @property
    def is_known(self) -> bool:
        """Whether Google has it in some form."""
        return self.sent_digest is not None


@dataclass(frozen=True, slots=True)
class CardContent:
    """A card as Google shall have it.

    If it cannot be expressed at Google, ``refused`` says why, and there are no resources.
    ``static_out`` is whether the card's static code was handed out before.
    """

    card_id: UUID
    design_id: UUID
    design_version: int
    update_seq: int
    created_at: datetime | None
    saved: bool
    static_out: bool
    of_design: PublishedResource | None = None
    of_card: PublishedResource | None = None
    refused: str | None = None

    @property
    def created(self) -> bool:
        """Whether Google has the card in some form."""
        return self.created_at is not None

    @property
    def is_current(self) -> bool:
        """Whether Google has the card and its class exactly as they are."""
        both = (self.of_design, self.of_card)
        return self.created and all(each is not None and each.is_current for each in both)


@dataclass(frozen=True, slots=True)
class Issuer:
    """The issuer of an organization's cards, and the address that its pictures are served at."""

    tenant: Tenant
    vault: Vault
    issuer_id: str
    public_url: str

    def issue(self, face: CardFace, design_id: UUID, key: str) -> GoogleIssue:
        """The ids and addresses of a design at Google. Raises PassContentError."""
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
    """The content of cards as they are at ``now``, by card id.

    The update number is read before the face, so that a change that is committed in between is
    sent once too often and never missed. Cards without a wallet are left out. Raises VaultError.
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
        CardWallet.alias,
        Card.static_since,
        CardDesign.key,
        CardDesign.google_class_digest,
    )
    .select_from(CardWallet)
    .join(Card, CARD_OF_WALLET)
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
    """The content of one card; ``classes`` collects the classes of designs."""
    facts: dict[str, Any] = {
        "card_id": row.card_id,
        "design_id": loaded.design_id,
        "design_version": loaded.design_version,
        "update_seq": row.update_seq,
        "created_at": row.google_created_at,
        "saved": row.google_saved,
        "static_out": row.static_since is not None,
    }
    design = loaded.face.design
    try:
        issue = issuer.issue(loaded.face, loaded.design_id, row.key)
        if loaded.design_id not in classes:
            classes[loaded.design_id] = _class(design, issuer.tenant.name, issue)
        of_design = classes[loaded.design_id]
        if isinstance(of_design, PassContentError):
            raise of_design
        card = loyalty_object(loaded.face, issue, _rotating_secret(issuer.vault, design, row))
    except PassContentError as error:
        return CardContent(**facts, refused=f"Google Wallet would not take it: {error}")
    return CardContent(
        **facts,
        of_design=_published(of_design, row.google_class_digest),
        of_card=_published(card, row.google_digest, notified=_worth_notifying(loaded.face)),
    )


def _class(
    design: Design, organization: str, issue: GoogleIssue
) -> LoyaltyClass | PassContentError:
    """The class of a design, or why there can be none."""
    try:
        return loyalty_class(design, organization, issue)
    except PassContentError as error:
        return error


def _rotating_secret(vault: Vault, design: Design, row: AnyRow) -> RotatingSecret | None:
    """What a card's rotating code is made of, decrypted only if it is sent. Raises VaultError."""
    if design.code is not CodeForm.ROTATING or row.rotating_key is None or row.alias is None:
        return None
    return RotatingSecret(CardAlias(row.alias), vault.open(row.rotating_key))


def _worth_notifying(face: CardFace) -> str:
    """What the holder of a card should know when it changes: its status, and its end."""
    end = face.facts.valid_until
    return f"{face.facts.status.value} {'' if end is None else end.timestamp()}"


def _published(
    resource: LoyaltyClass | LoyaltyObject, sent_digest: str | None, notified: str | None = None
) -> PublishedResource:
    """A resource with its digest: SHA-256, in hexadecimal, of its JSON.

    That of a card is shortened, and followed by that of ``notified``. One that was sent by a
    version of this service without the second part is whole, and equals the whole one of now.
    """
    text = json.dumps(resource.as_json(), sort_keys=True, separators=(",", ":"))
    whole = hashlib.sha256(text.encode()).hexdigest()
    if notified is None:
        return PublishedResource(resource, whole, sent_digest)
    digest = whole[:47] + _NOTIFIED + hashlib.sha256(notified.encode()).hexdigest()[:16]
    return PublishedResource(resource, digest, digest if sent_digest == whole else sent_digest)
