"""Pictures of designs, stored once for each tag (the digest of their content)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.events.audit.recorder import record
from membership.store.models import WalletImage
from membership.store.upsert import insert_into
from membership.web.access import Tenant
from membership.web.errors import NotFound
from passes.design import Design, ImageRole
from passes.errors import ImageError
from passes.images import Picture, check_fits


def load_images(session: Session, tenant: Tenant, design: Design) -> dict[ImageRole, bytes]:
    """Load the pictures of a design (PNG) by role.

    Raises ImageError, with the role's path, for one that is not stored; designs cannot be saved
    with such a tag.
    """
    rows = session.connection().execute(
        select(WalletImage.tag, WalletImage.data).where(
            WalletImage.organization_id == tenant.id,
            WalletImage.tag.in_(set(design.images.values())),
        )
    )
    data = {row.tag: row.data for row in rows}
    for role, tag in design.images.items():
        if tag not in data:
            raise _missing(role)
    return {role: data[tag] for role, tag in design.images.items()}


def check_images(session: Session, tenant: Tenant, design: Design) -> None:
    """Check that the pictures of a design are stored and were fitted for their roles.

    Raises ImageError with the path of the one that is not.
    """
    rows = session.connection().execute(
        select(WalletImage.tag, WalletImage.width, WalletImage.height).where(
            WalletImage.organization_id == tenant.id,
            WalletImage.tag.in_(set(design.images.values())),
        )
    )
    sizes = {row.tag: (row.width, row.height) for row in rows}
    for role, tag in design.images.items():
        if tag not in sizes:
            raise _missing(role)
        check_fits(*sizes[tag], role, _path(role))


def store_image(session: Session, tenant: Tenant, picture: Picture, now: datetime) -> None:
    """Store a picture; one with the same tag stays as it is."""
    connection = session.connection()
    added = insert_into(connection, WalletImage).on_conflict_do_nothing().returning(WalletImage.tag)
    new = {
        "organization_id": tenant.id,
        "tag": picture.tag,
        "width": picture.width,
        "height": picture.height,
        "data": picture.data,
        "created_at": now,
    }
    if connection.scalar(added, new) is not None:
        size = {"width": picture.width, "height": picture.height}
        record(session, tenant.id, "card_image.created", picture.tag, after=size)


def get_image(session: Session, tenant: Tenant, tag: str) -> bytes:
    """Load one picture (PNG) by its tag. Raises NotFound."""
    data = session.connection().scalar(
        select(WalletImage.data).where(
            WalletImage.organization_id == tenant.id, WalletImage.tag == tag
        )
    )
    if data is None:
        raise NotFound("image_not_found", "There is no such picture.")
    return data


def _path(role: ImageRole) -> str:
    """The path of a role's picture in a design."""
    return f"images.{role.value}"


def _missing(role: ImageRole) -> ImageError:
    """The error for a tag that no stored picture has."""
    return ImageError(_path(role), "there is no picture with this tag")
