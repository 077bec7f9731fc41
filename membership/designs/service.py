"""Designs: created, edited as new versions, archived. Cards show the version that is current."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.access import Tenant
from membership.designs.standard import STANDARD_KEY, STANDARD_NAME, standard_design
from membership.errors import NotFound
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.models import CardDesign, CardDesignVersion
from passes.design import Design


def create_design(
    session: Session, tenant: Tenant, *, key: str, name: str, design: Design, now: datetime
) -> CardDesign:
    """Add a design, with ``design`` as its version 1, and tell of it."""
    row = CardDesign(
        organization_id=tenant.id,
        id=uuid4(),
        key=key,
        name=name,
        version=1,
        created_at=now,
        changed_at=now,
        archived_at=None,
    )
    session.add(row)
    session.flush()
    session.add(
        CardDesignVersion(
            organization_id=tenant.id,
            design_id=row.id,
            version=1,
            content=design.model_dump(mode="json"),
            created_at=now,
        )
    )
    session.flush()
    told = {"design_id": str(row.id), "version": 1}
    emit(session, tenant.id, EventType.CARD_DESIGN_CREATED, row.id, told, now=now)
    return row


def create_standard_design(session: Session, tenant: Tenant, now: datetime) -> CardDesign:
    """Give a new organization its first design."""
    return create_design(
        session,
        tenant,
        key=STANDARD_KEY,
        name=STANDARD_NAME,
        design=standard_design(),
        now=now,
    )


def get_design(session: Session, tenant: Tenant, design_id: UUID) -> CardDesign:
    """Load a design. Raises NotFound."""
    row = session.get(CardDesign, (tenant.id, design_id))
    if row is None:
        raise NotFound("design_not_found", "There is no such card design.")
    return row


def first_design(session: Session, tenant: Tenant) -> CardDesign | None:
    """The oldest design that is not archived: what a card gets when none is named."""
    return session.scalars(
        select(CardDesign)
        .where(CardDesign.organization_id == tenant.id, CardDesign.archived_at.is_(None))
        .order_by(CardDesign.created_at, CardDesign.id)
        .limit(1)
    ).first()
