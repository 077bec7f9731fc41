"""Customer photos: checked when they come in, served so that they may be cached for good.

They are stored without metadata. Photos of earlier versions may have some; it is removed when they
are sent.
"""

import hashlib
import io
import re
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from membership.base.logs import logger
from membership.members.customers.photo_metadata import encode_again, strip_metadata
from membership.members.customers.service import get_customer, lock_customer, tell_changed
from membership.store.models import CustomerPhoto
from membership.store.upsert import insert_into
from membership.web.access import Tenant
from membership.web.errors import Invalid, NotFound

MAX_SIDE = 4096
"""Largest width or height of a photo, in pixels."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of image begins, what reads it, and its media type."""

    start: re.Pattern[bytes]
    reader: type[ImageFile]
    mime: str


_KINDS = (
    _Kind(re.compile(rb"\xff\xd8\xff"), JpegImageFile, "image/jpeg"),
    _Kind(re.compile(rb"\x89PNG\r\n\x1a\n"), PngImageFile, "image/png"),
    _Kind(re.compile(rb"RIFF....WEBP", re.DOTALL), WebPImageFile, "image/webp"),
)


_BROKEN = (
    *(OSError, ValueError, SyntaxError, IndexError, TypeError, KeyError, struct.error, zlib.error),
    Warning,  # where warnings are errors, as in tests
)
"""What Pillow raises for broken pictures."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A stored photo. ``tag`` is a digest of its bytes."""

    mime: str
    tag: str
    data: bytes


def checked_photo(data: bytes) -> Photo:
    """Decode an image once, so that nothing is stored that no kiosk can show.

    Metadata (EXIF with its place and time, XMP, comments, thumbnails) is removed. Takes up to a
    second of a processor, so it is done before a transaction is opened.
    Raises Invalid if ``data`` is no complete JPEG, PNG or WebP image of decent size.
    """
    kind = next((kind for kind in _KINDS if kind.start.match(data)), None)
    if kind is None:
        raise _no_image()
    try:
        clean = _without_metadata(kind, data)
    except _BROKEN:
        raise _no_image() from None
    return shipped_photo(kind.mime, clean)


def _without_metadata(kind: _Kind, data: bytes) -> bytes:
    """Decode a photo; returns it without metadata, and upright.

    Raises Invalid for one of too many pixels, and what Pillow raises for a broken one.
    """
    stripped = strip_metadata(kind.mime, data)
    # Without EXIF, so that a broken one does no harm. Not through Image.open, which warns of large
    # images by a setting of the whole process.
    with kind.reader(io.BytesIO(data if stripped is None else stripped.data)) as image:
        if max(image.size) > MAX_SIDE:
            message = f"A photo may have at most {MAX_SIDE} pixels a side."
            raise Invalid("photo_too_large", "body", message)
        image.load()
        if stripped is None:
            return encode_again(kind.mime, image)
        if stripped.mends:
            return encode_again(kind.mime, image, stripped.orientation)
        return stripped.data


def shipped_photo(mime: str, data: bytes) -> Photo:
    """Return ``data`` as a photo without decoding it: for images known to be good."""
    return Photo(mime, hashlib.sha256(data).hexdigest()[:32], data)


def _no_image() -> Invalid:
    """The error for what is no photo."""
    return Invalid("photo_invalid", "body", "This is not a complete JPEG, PNG or WebP image.")


def store_photo(
    session: Session, tenant: Tenant, customer_id: UUID, photo: Photo, now: datetime
) -> str:
    """Set a customer's photo and return its tag.

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
    """Store a photo in place of the former one, if there was one."""
    connection = session.connection()
    new = {"mime": photo.mime, "tag": photo.tag, "data": photo.data, "changed_at": now}
    added = insert_into(connection, CustomerPhoto)
    upsert = added.on_conflict_do_update(
        index_elements=("organization_id", "customer_id"),
        set_={name: added.excluded[name] for name in new},
    )
    connection.execute(upsert, {"organization_id": tenant.id, "customer_id": customer_id, **new})


def remove_photo(session: Session, tenant: Tenant, customer_id: UUID, now: datetime) -> None:
    """Forget a customer's photo. Raises NotFound, also if there is none."""
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
    """The error for a customer without a photo."""
    return NotFound("photo_not_found", "This customer has no photo.")


def photo_tag(session: Session, tenant: Tenant, customer_id: UUID) -> str:
    """The tag of a customer's photo. Raises NotFound, also if there is no photo."""
    tag = get_customer(session, tenant, customer_id).photo_tag
    if tag is None:
        raise _no_photo()
    return tag


def load_photo(session: Session, tenant: Tenant, customer_id: UUID) -> Photo:
    """Load a customer's photo, without metadata that was stored before. Raises NotFound."""
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
    """Return a stored photo without metadata; one that cannot be decoded is returned as it is."""
    stripped = strip_metadata(mime, data)
    if stripped is not None and not stripped.mends:
        return stripped.data
    kind = next(kind for kind in _KINDS if kind.mime == mime)
    try:
        return _without_metadata(kind, data)
    except (*_BROKEN, Invalid):
        logger().warning("photo_not_decoded", mime=mime, size=len(data))
        return data
