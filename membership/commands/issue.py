"""The command ``issue``: issues a card to a customer and writes it to a file."""

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
from membership.base.private_files import private_draft
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault, VaultError
from membership.commands.database import find_organization, migrated_database
from membership.members.customers.aliases import resolve_address, resolve_number
from membership.members.customers.service import email_key, get_customer
from membership.members.customers.views import display_name, number_text
from membership.store.migrate import MigrationError
from membership.store.models import Card, CardDesign, Customer
from membership.store.secret_key import open_checked_vault
from membership.wallet.apple.rendering import render_pkpass
from membership.wallet.cards.records import CardContext, card_record
from membership.wallet.cards.schemas import NewCard
from membership.wallet.cards.service import CardMaker, issue_card
from membership.wallet.designs.images import load_images
from membership.wallet.issuers.apple import apple_facts
from membership.wallet.static_codes import hand_out_static
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
class _RenderContext:
    """What the renderers of a card's file need."""

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
    write: Callable[[str], object],
    write_error: Callable[[str], object],
) -> int:
    """Run ``issue``. Returns 0, or 2 after an error; then there is neither card nor file.

    ``write`` is called with each line of the result, ``write_error`` with the error.
    """
    try:
        lines = issue_to(
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
        write_error(f"walletdesk: {str(error).splitlines()[0]}\n")
        return 2
    for line in lines:
        write(line)
    return 0


def issue_to(
    settings: ServiceSettings, customer: str, *, organization: str, design: str, file: Path
) -> list[str]:
    """Issue a card and write it to a file in the format of its suffix; returns lines to print.

    The file is its owner's alone, and exists only once the card is committed. Raises LookupError
    for an unknown organization, customer or design; ValueError for another suffix; ApiError,
    PassError, VaultError, MigrationError, OSError and SQLAlchemyError.
    """
    render = _RENDERERS.get(file.suffix.lower())
    if render is None:
        raise ValueError(f"--out {file}: the suffix must be one of {', '.join(_RENDERERS)}")
    if not file.parent.is_dir():
        raise ValueError(f"--out {file}: there is no folder {file.parent}")
    if file.is_dir():
        raise ValueError(f"--out {file}: this is a folder")
    with migrated_database(settings) as database, private_draft(file) as draft:
        tenant = find_organization(database, organization)
        vault = open_checked_vault(settings, database, system_clock())
        with database.writing(SERVICE, system_clock) as (session, now):
            context = _RenderContext(session, tenant, settings, vault, now)
            card, issued = _issue(context, customer, design)
            draft.write(render(context, card))
            draft.flush()
    if file.suffix.lower() == _PKPASS and issued.development:
        return [f"{file}: {issued.card}", issued.link, _DEVELOPMENT]
    return [f"{file}: {issued.card}", issued.link]


@dataclass(frozen=True, slots=True)
class _IssuedLines:
    """Lines about an issued card. ``development``: its certificate is self-signed."""

    card: str
    link: str
    development: bool


def _issue(context: _RenderContext, customer: str, design: str) -> tuple[Card, _IssuedLines]:
    """Issue a card; returns it and the lines about it. Raises LookupError, ApiError."""
    session, tenant, now = context.session, context.tenant, context.now
    person = _customer_named(session, tenant, customer)
    chosen = _design_named(session, tenant, design)
    new = NewCard(customer_id=person.id, design_id=chosen.id)
    card = issue_card(session, tenant, new, now, maker=CardMaker(context.vault))
    hand_out_static(session, tenant.id, card.id, now)  # the file shows it, whatever the design
    desk = CardContext(session, tenant, context.vault, context.settings.public_url)
    url = card_record(desk, card.id).install_url
    who = f"{display_name(person)} ({number_text(person.number)})".strip()
    issued = _IssuedLines(
        card=f"card {card.id} of “{chosen.name}” for {who}",
        link=_NO_LINK if url is None else f"link for the phone: {url}",
        development=apple_facts(session, tenant) is None,
    )
    return card, issued


def _customer_named(session: Session, tenant: Tenant, wanted: str) -> Customer:
    """Return the customer with an id, number or address; merged ones lead to the remaining one.

    Raises LookupError.
    """
    customer_id = _uuid(wanted)
    if customer_id is None and "@" in wanted:
        key = email_key(wanted)
        customer_id = _only(session, tenant, Customer.email_key == key, wanted)
        if customer_id is None:
            stayed = Customer.id.in_(resolve_address(session, tenant.id, key))
            customer_id = _only(session, tenant, stayed, wanted)
    elif customer_id is None and (number := _number(wanted)) is not None:
        here = _only(session, tenant, Customer.number == number, wanted)
        customer_id = here or resolve_number(session, tenant.id, number)
    if customer_id is not None:
        with suppress(NotFound):
            return get_customer(session, tenant, customer_id)
    raise LookupError(f"{tenant.name} has no customer {wanted!r}")


def _only(session: Session, tenant: Tenant, which: ColumnElement[bool], wanted: str) -> UUID | None:
    """Return the id of the only customer that matches, or None. Raises LookupError for several."""
    here = Customer.organization_id == tenant.id
    found = session.scalars(select(Customer.id).where(here, which).limit(2)).all()
    if len(found) > 1:
        raise LookupError(f"several customers have the address {wanted}: give a number instead")
    return found[0] if found else None


def _uuid(text: str) -> UUID | None:
    """Return the UUID in a text, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    """Return the customer number in a text, with or without ``C-``, or None."""
    parsed = CustomerNumber.parse(text) or CustomerNumber.parse(f"C-{text}")
    return None if parsed is None else parsed.number


def _design_named(session: Session, tenant: Tenant, wanted: str) -> CardDesign:
    """Return the design with a key or id. Raises LookupError that lists the others."""
    designs = session.scalars(
        select(CardDesign).where(CardDesign.organization_id == tenant.id).order_by(CardDesign.key)
    ).all()
    for each in designs:
        if wanted in (each.key, str(each.id)):
            return each
    there = ", ".join(each.key for each in designs if each.archived_at is None) or "none"
    raise LookupError(f"{tenant.name} has no design {wanted!r}; there are: {there}")


def _as_pkpass(context: _RenderContext, card: Card) -> bytes:
    """Render the card as a pass for Apple Wallet."""
    return render_pkpass(
        context.session, context.vault, context.settings, context.tenant, card.id, now=context.now
    ).data


def _as_pdf(context: _RenderContext, card: Card) -> bytes:
    """Render the card as a PDF to print."""
    face = load_faces(context.session, context.tenant, [card.id], context.now)[card.id].face
    images = load_images(context.session, context.tenant, face.design)
    fonts = resources.path("fonts")
    return card_pdf(face, images, fonts, face.design.languages[0], context.now)


def _as_png(context: _RenderContext, card: Card) -> bytes:
    """Render a preview of the card in Apple Wallet as PNG."""
    face = load_faces(context.session, context.tenant, [card.id], context.now)[card.id].face
    images = load_images(context.session, context.tenant, face.design)
    return preview_png(face, images, "apple", face.design.languages[0])


_PKPASS = ".pkpass"
_RENDERERS: dict[str, Callable[[_RenderContext, Card], bytes]] = {
    _PKPASS: _as_pkpass,
    ".pdf": _as_pdf,
    ".png": _as_png,
}
