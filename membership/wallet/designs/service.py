"""Designs: created, edited as new versions, archived. Cards show the current version."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from membership.accounts.organizations import tenant_by_slug
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.store.models import CardDesign, CardDesignVersion
from membership.store.wallet_joins import VERSIONS_OF_DESIGN
from membership.wallet.designs.images import check_images
from membership.wallet.designs.schemas import DesignChange
from membership.wallet.designs.standard import STANDARD_KEY, STANDARD_NAME, standard_design
from membership.wallet.updates import rollouts
from membership.web.access import Tenant
from membership.web.errors import Conflict, Invalid, NotFound
from passes.design import Design
from passes.errors import PassError
from passes.limits import check_design

PICTURES_STAY = timedelta(days=90)
"""How long the pictures of a version are shown after the next one."""

MOST_VERSIONS_SHOWN = 50


def create_design(
    session: Session, tenant: Tenant, *, key: str, name: str, design: Design, now: datetime
) -> CardDesign:
    """Create a design with ``design`` as its version 1, and emit its event.

    Raises Conflict for a key that is taken; Invalid, with the path, for content that a wallet
    would drop, unreadable contrast, and pictures that are not stored.
    """
    check_usable(session, tenant, design)
    taken = select(CardDesign.id).where(
        CardDesign.organization_id == tenant.id, CardDesign.key == key
    )
    if session.scalar(taken) is not None:
        raise Conflict("design_key_taken", "Another design, perhaps an archived one, has this key.")
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
    _store_version(session, row, design, now)
    _emit(session, row, EventType.CARD_DESIGN_CREATED, now)
    return row


def create_standard_design(session: Session, tenant: Tenant, now: datetime) -> CardDesign:
    """Create the first design of a new organization."""
    return create_design(
        session,
        tenant,
        key=STANDARD_KEY,
        name=STANDARD_NAME,
        design=standard_design(),
        now=now,
    )


def edit_design(
    session: Session, tenant: Tenant, design_id: UUID, change: DesignChange, now: datetime
) -> CardDesign:
    """Store a new version of a design, and start its rollout to all of its cards.

    A change of the name alone makes no version; without a change nothing is stored.

    Raises NotFound; Conflict if another version was edited meanwhile; Invalid as for a new one.
    """
    row = lock_design(session, tenant, design_id)
    if row.version != change.version:
        detail = f"Version {row.version} is there by now; look at it before you change it."
        raise Conflict("design_changed", detail)
    check_usable(session, tenant, change.design)
    former = load_version(session, tenant, row.id, row.version)
    renamed = row.name != change.name
    redrawn = Design.stored(former.content) != change.design
    if not renamed and not redrawn:
        return row
    row.name, row.changed_at = change.name, now
    if redrawn:
        row.version += 1
        _store_version(session, row, change.design, now)
        rollouts.start(session, tenant, row, now)
    session.flush()
    _emit(session, row, EventType.CARD_DESIGN_UPDATED, now)
    return row


def archive_design(
    session: Session, tenant: Tenant, design_id: UUID, now: datetime, *, archived: bool
) -> CardDesign:
    """Archive a design, so that no cards are issued of it, or restore it. Issued cards stay.

    Raises NotFound.
    """
    row = lock_design(session, tenant, design_id)
    if (row.archived_at is not None) != archived:
        row.archived_at = now if archived else None
        row.changed_at = now
        session.flush()
        _emit(session, row, EventType.CARD_DESIGN_UPDATED, now)
    return row


def check_usable(session: Session, tenant: Tenant, design: Design) -> None:
    """Check a design that is to be stored. Raises Invalid with the path of what is wrong."""
    try:
        check_design(design)
        check_images(session, tenant, design)
    except PassError as error:
        raise design_refused(error) from error


def design_refused(error: PassError) -> Invalid:
    """The error for an unusable design: ``body.design.`` and the path in it."""
    where = f"body.design.{error.path}" if error.path else "body.design"
    return Invalid("design_invalid", where, error.message)


def get_design(session: Session, tenant: Tenant, design_id: UUID) -> CardDesign:
    """Load a design. Raises NotFound."""
    row = session.get(CardDesign, (tenant.id, design_id))
    if row is None:
        raise _no_such_design()
    return row


def load_version(
    session: Session, tenant: Tenant, design_id: UUID, version: int
) -> CardDesignVersion:
    """Load one version of a design. Raises NotFound."""
    row = session.get(CardDesignVersion, (tenant.id, design_id, version))
    if row is None:
        raise NotFound("design_version_not_found", "There is no such version of this design.")
    return row


def public_versions(
    session: Session, slug: str, key: str, now: datetime
) -> tuple[Tenant, tuple[Design, ...]] | None:
    """The organization and the versions whose pictures a public address shows, the current first.

    Cards at Google show a picture until Google has fetched the next one, and phones for longer:
    so the versions of the last 90 days are there as well, at most 50. None if there is no such
    address.
    """
    tenant = tenant_by_slug(session, slug)
    if tenant is None:
        return None
    later = aliased(CardDesignVersion)
    followed = exists().where(
        later.organization_id == CardDesignVersion.organization_id,
        later.design_id == CardDesignVersion.design_id,
        later.version == CardDesignVersion.version + 1,
        later.created_at <= now - PICTURES_STAY,
    )
    contents = session.connection().scalars(
        select(CardDesignVersion.content)
        .join(CardDesign, VERSIONS_OF_DESIGN)
        .where(CardDesign.organization_id == tenant.id, CardDesign.key == key, ~followed)
        .order_by(CardDesignVersion.version.desc())
        .limit(MOST_VERSIONS_SHOWN)
    )
    designs = tuple(Design.stored(each) for each in contents)
    return (tenant, designs) if designs else None


def first_design(session: Session, tenant: Tenant) -> CardDesign | None:
    """The oldest design that is not archived: the default of new cards."""
    return session.scalars(
        select(CardDesign)
        .where(CardDesign.organization_id == tenant.id, CardDesign.archived_at.is_(None))
        .order_by(CardDesign.created_at, CardDesign.id)
        .limit(1)
    ).first()


def _no_such_design() -> NotFound:
    """The error for a design that this organization does not have."""
    return NotFound("design_not_found", "There is no such card design.")


def lock_design(session: Session, tenant: Tenant, design_id: UUID) -> CardDesign:
    """Load a design, locked for a change. Raises NotFound."""
    row = session.scalars(
        select(CardDesign)
        .where(CardDesign.organization_id == tenant.id, CardDesign.id == design_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise _no_such_design()
    return row


def _store_version(session: Session, row: CardDesign, design: Design, now: datetime) -> None:
    """Store the content of a design's current version."""
    session.add(
        CardDesignVersion(
            organization_id=row.organization_id,
            design_id=row.id,
            version=row.version,
            content=design.model_dump(mode="json"),
            created_at=now,
        )
    )
    session.flush()


def _emit(session: Session, row: CardDesign, event: EventType, now: datetime) -> None:
    """Emit the event of a design that was created or changed."""
    data = {
        "design_id": str(row.id),
        "version": row.version,
        "archived_at": None if row.archived_at is None else row.archived_at.isoformat(),
    }
    emit(session, row.organization_id, event, row.id, data, now=now)
