"""Customer photos: checked when they come in, served so that they may be cached for good."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from PIL import Image, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.access import Tenant
from membership.customers.service import get_customer
from membership.errors import Invalid, NotFound
from membership.inserts import insert_into
from membership.models import CustomerPhoto

MAX_SIDE = 4096
"""Largest width or height of a photo, in pixels."""
_MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


@dataclass(frozen=True, slots=True)
class Photo:
    """A stored photo. ``tag`` is a digest of its bytes."""

    mime: str
    tag: str
    data: bytes


def store_photo(
    session: Session, tenant: Tenant, customer_id: UUID, data: bytes, now: datetime
) -> str:
    """Set a customer's photo and return its tag.

    Raises NotFound; Invalid if ``data`` is no complete JPEG, PNG or WebP image of decent size.
    """
    customer = get_customer(session, tenant, customer_id)
    mime = _checked_mime(data)
    tag = hashlib.sha256(data).hexdigest()[:32]
    _replace_photo(session, tenant, customer_id, Photo(mime, tag, data), now)
    customer.photo_tag = tag
    session.flush()
    return tag


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


def _checked_mime(data: bytes) -> str:
    """Decode the image once, so that nothing is stored that no kiosk can show."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(_MIMES)) as image:
                if max(image.size) > MAX_SIDE:
                    message = f"A photo may have at most {MAX_SIDE} pixels a side."
                    raise Invalid("photo_too_large", "body", message)
                image.load()
                return _MIMES[str(image.format)]
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        message = "This is not a complete JPEG, PNG or WebP image."
        raise Invalid("photo_invalid", "body", message) from None


def photo_tag(session: Session, tenant: Tenant, customer_id: UUID) -> str:
    """The tag of a customer's photo. Raises NotFound, also if there is no photo."""
    tag = get_customer(session, tenant, customer_id).photo_tag
    if tag is None:
        raise NotFound("photo_not_found", "This customer has no photo.")
    return tag


def load_photo(session: Session, tenant: Tenant, customer_id: UUID) -> Photo:
    """Load a customer's photo. Raises NotFound."""
    row = session.execute(
        select(CustomerPhoto.mime, CustomerPhoto.tag, CustomerPhoto.data).where(
            CustomerPhoto.organization_id == tenant.id,
            CustomerPhoto.customer_id == customer_id,
        )
    ).first()
    if row is None:
        raise NotFound("photo_not_found", "This customer has no photo.")
    return Photo(row.mime, row.tag, row.data)
