"""The command ``issue``: a card for a customer, straight from the database into a file."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import resources
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault, VaultError, open_vault
from membership.commands.database import find_organization, migrated_database
from membership.members.customers.aliases import resolve_number
from membership.members.customers.service import email_key, get_customer
from membership.members.customers.views import display_name, number_text
from membership.store.migrate import MigrationError
from membership.store.models import Card, CardDesign, Customer
from membership.wallet.apple.rendering import render_pkpass
from membership.wallet.cards.records import CardContext, card_record
from membership.wallet.cards.schemas import NewCard
from membership.wallet.cards.service import CardMaker, issue_card
from membership.wallet.designs.images import load_images
from membership.wallet.issuers.apple import apple_facts
from membership.wallet.updates.faces import load_faces
from membership.web.access import Tenant
from membership.web.errors import ApiError, NotFound
from passes.codes.barcode import CustomerNumber
from passes.preview.render import preview_png
from passes.printing import card_pdf

_DEVELOPMENT = (
    "signed with a self-made development certificate: an iPhone refuses this card; "
    "see docs/wallet-setup.md"
)
_NO_LINK = "no link for phones: the service has no public address (WALLETDESK_PUBLIC_URL)"


@dataclass(frozen=True, slots=True)
class _Making:
    """What making a card's file needs."""

    session: Session
    tenant: Tenant
    settings: ServiceSettings
    vault: Vault
    now: datetime


def issue_command(
    settings: ServiceSettings,
    customer: str,
    *,
    organization: str,
    design: str,
    file: Path,
    tell: Callable[[str], object],
    refuse: Callable[[str], object],
) -> int:
    """The command ``issue``: 0, or 2 with the reason; then there is neither card nor file.

    ``tell`` is given lines, ``refuse`` the reason.
    """
    try:
        told = issue_to(
            settings, customer.strip(), organization=organization, design=design, file=file
        )
    except (
        LookupError,
        ValueError,
        ApiError,
        VaultError,
        MigrationError,
        SQLAlchemyError,
        OSError,
    ) as error:
        refuse(f"walletdesk: {str(error).splitlines()[0]}\n")
        return 2
    for line in told:
        tell(line)
    return 0


def issue_to(
    settings: ServiceSettings, customer: str, *, organization: str, design: str, file: Path
) -> list[str]:
    """Issue a card and write it to a file, whose suffix says as what; returns what to tell.

    The file is there only once the card is stored, and whole. Raises LookupError for an
    organization, customer or design that there is not; ValueError for another suffix; ApiError,
    PassError, VaultError, MigrationError, OSError and SQLAlchemyError.
    """
    render = _RENDERERS.get(file.suffix.lower())
    if render is None:
        raise ValueError(f"--out {file}: the suffix must be one of {', '.join(_RENDERERS)}")
    if not file.parent.is_dir():
        raise ValueError(f"--out {file}: there is no folder {file.parent}")
    unfinished = file.with_name(file.name + ".part")
    try:
        with migrated_database(settings) as database:
            tenant = find_organization(database, organization)
            with database.writing(SERVICE, system_clock) as (session, now):
                making = _Making(session, tenant, settings, open_vault(settings), now)
                card, told = _issue(making, customer, design)
                unfinished.write_bytes(render(making, card))
        os.replace(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)
    if file.suffix.lower() == _PKPASS and told.development:
        return [f"{file}: {told.card}", told.link, _DEVELOPMENT]
    return [f"{file}: {told.card}", told.link]


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said of a card that was issued. ``development``: who signs is self-made."""

    card: str
    link: str
    development: bool


def _issue(making: _Making, customer: str, design: str) -> tuple[Card, _Told]:
    """Issue a card, and say what there is to say of it. Raises LookupError, ApiError."""
    session, tenant, now = making.session, making.tenant, making.now
    person = _customer_named(session, tenant, customer)
    chosen = _design_named(session, tenant, design)
    new = NewCard(customer_id=person.id, design_id=chosen.id)
    card = issue_card(session, tenant, new, now, maker=CardMaker(making.vault))
    desk = CardContext(session, tenant, making.vault, making.settings.public_url)
    url = card_record(desk, card.id).install_url
    who = f"{display_name(person)} ({number_text(person.number)})".strip()
    told = _Told(
        card=f"card {card.id} of “{chosen.name}” for {who}",
        link=_NO_LINK if url is None else f"link for the phone: {url}",
        development=apple_facts(session, tenant) is None,
    )
    return card, told


def _customer_named(session: Session, tenant: Tenant, wanted: str) -> Customer:
    """The customer with an id, number or address; former ids and numbers lead to who stayed.

    Raises LookupError.
    """
    customer_id = _uuid(wanted)
    if customer_id is None and "@" in wanted:
        customer_id = _only(session, tenant, Customer.email_key == email_key(wanted), wanted)
    elif customer_id is None and (number := _number(wanted)) is not None:
        here = _only(session, tenant, Customer.number == number, wanted)
        customer_id = here or resolve_number(session, tenant.id, number)
    if customer_id is not None:
        with suppress(NotFound):
            return get_customer(session, tenant, customer_id)
    raise LookupError(f"{tenant.name} has no customer {wanted!r}")


def _only(session: Session, tenant: Tenant, which: ColumnElement[bool], wanted: str) -> UUID | None:
    """The id of the only customer of that kind, or None. Raises LookupError for several."""
    here = Customer.organization_id == tenant.id
    found = session.scalars(select(Customer.id).where(here, which).limit(2)).all()
    if len(found) > 1:
        raise LookupError(f"several customers have the address {wanted}: give a number instead")
    return found[0] if found else None


def _uuid(text: str) -> UUID | None:
    """An id, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    """The customer number that a text is, with or without ``C-``, or None."""
    parsed = CustomerNumber.parse(text) or CustomerNumber.parse(f"C-{text}")
    return None if parsed is None else parsed.number


def _design_named(session: Session, tenant: Tenant, wanted: str) -> CardDesign:
    """The design with a key or id. Raises LookupError that names those there are."""
    designs = session.scalars(
        select(CardDesign).where(CardDesign.organization_id == tenant.id).order_by(CardDesign.key)
    ).all()
    for each in designs:
        if wanted in (each.key, str(each.id)):
            return each
    there = ", ".join(each.key for each in designs if each.archived_at is None) or "none"
    raise LookupError(f"{tenant.name} has no design {wanted!r}; there are: {there}")


def _as_pkpass(making: _Making, card: Card) -> bytes:
    """The card for Apple Wallet."""
    return render_pkpass(
        making.session, making.vault, making.settings, making.tenant, card.id, now=making.now
    ).data


def _as_pdf(making: _Making, card: Card) -> bytes:
    """The card to print."""
    face = load_faces(making.session, making.tenant, [card.id], making.now)[card.id].face
    images = load_images(making.session, making.tenant, face.design)
    fonts = resources.path("fonts")
    return card_pdf(face, images, fonts, face.design.languages[0], making.now)


def _as_png(making: _Making, card: Card) -> bytes:
    """The card as Apple Wallet draws it."""
    face = load_faces(making.session, making.tenant, [card.id], making.now)[card.id].face
    images = load_images(making.session, making.tenant, face.design)
    return preview_png(face, images, "apple", face.design.languages[0])


_PKPASS = ".pkpass"
_RENDERERS: dict[str, Callable[[_Making, Card], bytes]] = {
    _PKPASS: _as_pkpass,
    ".pdf": _as_pdf,
    ".png": _as_png,
}
