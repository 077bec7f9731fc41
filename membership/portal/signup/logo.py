"""The logo of the signup page, taken from the design of new cards."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.store.models import WalletImage
from membership.wallet.designs.service import first_design, load_version
from membership.web.access import Tenant
from passes.design import Design, ImageRole


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture: its tag, its size in pixels, and its intended background (``#rrggbb``)."""

    tag: str
    width: int
    height: int
    background: str


def logo_of(session: Session, tenant: Tenant) -> Logo | None:
    """Return the logo of an organization; None without a design or a logo in it."""
    row = first_design(session, tenant)
    if row is None:
        return None
    design = Design.stored(load_version(session, tenant, row.id, row.version).content)
    tag = design.images.get(ImageRole.LOGO)
    size = session.execute(
        select(WalletImage.width, WalletImage.height).where(
            WalletImage.organization_id == tenant.id, WalletImage.tag == tag
        )
    ).first()
    if tag is None or size is None:
        return None
    return Logo(tag, size.width, size.height, design.background)
