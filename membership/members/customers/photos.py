"""Customer photos: validated on upload, served with a tag that allows caching without expiry.

Uploads are stored without metadata. It is removed when sending photos of earlier versions.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from membership.base.logs import logger
from membership.members.customers.photo_metadata import strip_metadata
from membership.members.customers.service import get_customer, lock_customer, tell_changed
from membership.store.models import CustomerPhoto
from membership.store.upsert import insert_into
from membership.web.access import Tenant
from membership.web.errors import NotFound


@dataclass(frozen=True, slots=True)
class Photo:
    """A stored photo. ``tag`` is a digest of its bytes."""

    mime: str
    tag: str
    data: bytes


def checked_photo(data: bytes) -> Photo:
    """Return an uploaded image as a photo; decoding it once proves that a kiosk can show it.

    Metadata (EXIF with its place and time, XMP, comments, thumbnails) is removed. Takes up to a
    second of processor time, so it runs before a transaction is opened.

    Raises Invalid if ``data`` is not a complete JPEG, PNG or WebP image within the size limits.
    """
    from membership.members.customers import photo_decoding  # noqa: PLC0415 - loads Pillow

    return shipped_photo(*photo_decoding.checked(data))


def shipped_photo(mime: str, data: bytes) -> Photo:
    """Return ``data`` as a photo without decoding it: for images shipped with the service."""
    return Photo(mime, hashlib.sha256(data).hexdigest()[:32], data)


def store_photo(
    session: Session, tenant: Tenant, customer_id: UUID, photo: Photo, now: datetime
) -> str:
    """Store a photo of a customer in place of any former one, and return its tag.

    Raises NotFound; Conflict for a customer who was erased.
    """
    customer = lock_customer(session, tenant, customer_id)
    _replace_photo(session, tenant, customer.id, photo, now)
    if customer.photo_tag != photo.tag:
        customer.photo_tag = photo.tag
        session.flush()
        tell_changed(session, customer, ["photo"], now)
    return photo.tag


def _replace_photo(
    session: Session, tenant: Tenant, customer_id: UUID, photo: Photo, now: datetime
) -> None:
    """Store a photo in place of the former one, if there is one."""
    connection = session.connection()
    new = {"mime": photo.mime, "tag": photo.tag, "data": photo.data, "changed_at": now}
    added = insert_into(connection, CustomerPhoto)
    upsert = added.on_conflict_do_update(
        index_elements=("organization_id", "customer_id"),
        set_={name: added.excluded[name] for name in new},
    )
    connection.execute(upsert, {"organization_id": tenant.id, "customer_id": customer_id, **new})


def remove_photo(session: Session, tenant: Tenant, customer_id: UUID, now: datetime) -> None:
    """Delete the photo of a customer. Raises NotFound, also if there is none."""
    customer = lock_customer(session, tenant, customer_id)
    if customer.photo_tag is None:
        raise _no_photo()
    session.execute(
        delete(CustomerPhoto).where(
            CustomerPhoto.organization_id == tenant.id, CustomerPhoto.customer_id == customer.id
        )
    )
    customer.photo_tag = None
    session.flush()
    tell_changed(session, customer, ["photo"], now)


def _no_photo() -> NotFound:
    """Return the error for a customer without a photo."""
    return NotFound("photo_not_found", "This customer has no photo.")


def photo_tag(session: Session, tenant: Tenant, customer_id: UUID) -> str:
    """Return the tag of a customer's photo. Raises NotFound, also if there is no photo."""
    tag = get_customer(session, tenant, customer_id).photo_tag
    if tag is None:
        raise _no_photo()
    return tag


def load_photo(session: Session, tenant: Tenant, customer_id: UUID) -> Photo:
    """Return the photo of a customer, without metadata. Raises NotFound, also if there is none."""
    customer = get_customer(session, tenant, customer_id)
    row = session.execute(
        select(CustomerPhoto.mime, CustomerPhoto.tag, CustomerPhoto.data).where(
            CustomerPhoto.organization_id == tenant.id,
            CustomerPhoto.customer_id == customer.id,
        )
    ).first()
    if row is None:
        raise _no_photo()
    return Photo(row.mime, row.tag, _cleaned(row.mime, row.data))


def _cleaned(mime: str, data: bytes) -> bytes:
    """Return a stored photo without metadata, or unchanged if it cannot be decoded."""
    stripped = strip_metadata(mime, data)
    if stripped is not None and not stripped.mends:
        return stripped.data
    from membership.members.customers import photo_decoding  # noqa: PLC0415 - loads Pillow

    clean = photo_decoding.cleaned(mime, data)
    if clean is None:
        logger().warning("photo_not_decoded", mime=mime, size=len(data))
        return data
    return clean
