"""The route from which Google Wallet fetches the logo of a design. Public, without a key."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

import resources
from membership.wallet.designs.images import get_image
from membership.wallet.designs.service import public_versions
from membership.web.errors import NotFound
from membership.web.transactions import InReads
from passes.design import Design, ImageRole
from passes.google.logo import google_logo, logo_role, logo_tag

router = APIRouter(include_in_schema=False)

_FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class _Source:
    """What a logo is drawn from; its tag identifies all of it."""

    tag: str
    design: Design = field(compare=False)
    organization: str = field(compare=False)
    images: dict[ImageRole, bytes] = field(compare=False)


@router.get("/{organization}/{design}/google/{tag}.png")
async def show_logo(organization: str, design: str, tag: str, reads: InReads) -> Response:
    """Show a logo of a design, the current one or a former one; each has its own address."""

    def load(session: Session, now: datetime) -> _Source:
        return _source(session, organization, design, tag, now)

    picture = await run_in_threadpool(_drawn, await reads.read(load))
    headers = {"Cache-Control": _FOR_GOOD, "X-Content-Type-Options": "nosniff"}
    return Response(picture, media_type="image/png", headers=headers)


def _source(session: Session, slug: str, key: str, tag: str, now: datetime) -> _Source:
    """What the logo with a tag is drawn from. Raises NotFound if no shown version has the tag."""
    found = public_versions(session, slug, key, now)
    if found is None:
        raise _no_such_logo()
    tenant, designs = found
    design = next((each for each in designs if logo_tag(each, tenant.name) == tag), None)
    if design is None:
        raise _no_such_logo()
    role = logo_role(design)
    images = {} if role is None else {role: get_image(session, tenant, design.images[role])}
    return _Source(tag, design, tenant.name, images)


@lru_cache(maxsize=64)
def _drawn(source: _Source) -> bytes:
    """Draw a logo; cached."""
    return google_logo(source.design, source.organization, source.images, resources.path("fonts"))


def _no_such_logo() -> NotFound:
    """The error for any address without a logo."""
    return NotFound("image_not_found", "There is no such picture.")
