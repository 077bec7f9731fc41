"""Designs as the API shows them: in lists, in full, former versions, and rollouts."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api_client.messages.cards import DesignHint, DesignLine, DesignList, RolloutProgress
from membership.store.models import Card, CardDesign, CardRollout, CardWallet
from membership.store.wallet_joins import CARD_OF_WALLET
from membership.wallet.designs.schemas import DesignRecord, DesignVersionRecord
from membership.wallet.designs.service import get_design, load_version
from membership.web.access import Tenant
from membership.web.errors import NotFound
from passes.design import Design
from passes.limits import check_design


def list_designs(session: Session, tenant: Tenant) -> DesignList:
    """All designs by name, archived ones last."""
    rows = session.scalars(
        select(CardDesign)
        .where(CardDesign.organization_id == tenant.id)
        .order_by(CardDesign.archived_at.is_not(None), CardDesign.name, CardDesign.id)
    ).all()
    cards = _count_valid_cards(session, tenant)
    return DesignList(items=tuple(design_line(row, cards.get(row.id, 0)) for row in rows))


def design_record(session: Session, tenant: Tenant, row: CardDesign) -> DesignRecord:
    """A design in full."""
    design = Design.stored(load_version(session, tenant, row.id, row.version).content)
    line = design_line(row, _count_valid_cards(session, tenant, row.id).get(row.id, 0))
    return DesignRecord(
        **line.model_dump(),
        created_at=row.created_at,
        design=design,
        hints=tuple(
            DesignHint(path=each.path, message=each.message, suggestion=each.suggestion)
            for each in check_design(design)
        ),
    )


def version_record(
    session: Session, tenant: Tenant, design_id: UUID, version: int
) -> DesignVersionRecord:
    """A design as it was in one version. Raises NotFound."""
    get_design(session, tenant, design_id)
    row = load_version(session, tenant, design_id, version)
    return DesignVersionRecord(
        version=row.version,
        created_at=row.created_at,
        design=Design.stored(row.content),
    )


def rollout_progress(session: Session, tenant: Tenant, design_id: UUID) -> RolloutProgress:
    """The progress of a design's last rollout. Raises NotFound, also if it was never edited."""
    get_design(session, tenant, design_id)
    row = session.scalars(
        select(CardRollout)
        .where(CardRollout.organization_id == tenant.id, CardRollout.design_id == design_id)
        .order_by(CardRollout.version.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound("rollout_not_found", "This design was not edited since it was made.")
    return RolloutProgress(
        version=row.version,
        state=row.state.value,
        total=row.total,
        done=row.done,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def design_line(row: CardDesign, cards: int = 0) -> DesignLine:
    """A design in a list, with the number of its valid cards."""
    return DesignLine(
        id=row.id,
        key=row.key,
        name=row.name,
        version=row.version,
        changed_at=row.changed_at,
        archived_at=row.archived_at,
        cards=cards,
    )


def _count_valid_cards(
    session: Session, tenant: Tenant, design_id: UUID | None = None
) -> dict[UUID, int]:
    """How many cards are not revoked, by design id."""
    counted = (
        select(CardWallet.design_id, func.count())
        .join(
            Card,
            CARD_OF_WALLET,
        )
        .where(CardWallet.organization_id == tenant.id, Card.revoked_at.is_(None))
        .group_by(CardWallet.design_id)
    )
    if design_id is not None:
        counted = counted.where(CardWallet.design_id == design_id)
    return {row[0]: row[1] for row in session.connection().execute(counted)}
