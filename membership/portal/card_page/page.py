"""The page of a card: its current face, and the buttons that add it to a wallet.

It is plain HTML without a script. All pictures are embedded, so that opening it is one request,
and its content policy lets it load nothing.
"""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from fastapi import Response

from api_client.messages.cards import WalletKind
from membership.portal.card_page.badges import badge
from membership.portal.card_page.lookup import Link
from membership.portal.card_page.phones import Device
from membership.web.pages import PageKind, render_page
from passes.card import CardFace
from passes.design import CodeForm, Shows, Slot, Symbology
from passes.drawing.code_image import code_image
from passes.words import localize
from resources.catalogue import catalogue

_KIND = PageKind("style-src 'nonce-{nonce}'; img-src data:", {"X-Robots-Tag": "noindex, nofollow"})
_CODE_PIXELS = 400
_WIDE = {Slot.PRIMARY}
_SHOWN = (Slot.PRIMARY, Slot.SECONDARY, Slot.AUXILIARY)


@dataclass(frozen=True, slots=True)
class PageContext:
    """The link, device and language of a visit; ``everything`` offers all wallets."""

    link: Link
    device: Device
    language: str
    everything: bool = False

    def href(self, name: str = "", **more: str) -> str:
        """Return an address below the page's own, with the signature."""
        query = {"s": self.link.signature, "lang": self.language, **more}
        path = f"{self.link.path}/{name}" if name else self.link.path
        return f"{path}?" + "&".join(f"{key}={quote(value)}" for key, value in query.items())


@dataclass(frozen=True, slots=True)
class Wallets:
    """The wallets that an organization has set up."""

    apple_real: bool
    google: bool


def card_page(
    face: CardFace,
    visit: PageContext,
    wallets: Wallets,
    *,
    data_dir: Path,
    link_url: str,
    notes: Sequence[str] = (),
) -> Response:
    """Return the page of a card: status 200, or 410 for a revoked one.

    ``notes`` name what failed before, such as ``google_busy``. ``link_url`` is shown as a code for
    a phone to scan.
    """
    texts = _note_texts(visit.language)
    good = not face.voided
    # A design with changing codes shows them in the wallet; a still one here would outlast them.
    shows_code = face.design.code is not CodeForm.ROTATING
    shown = [*notes]
    if good and visit.device.apple and not wallets.apple_real:
        shown.append("development")
    if good and visit.device.google and not wallets.google:
        shown.append("no_google")
    values = {
        "card": _card(face, visit.language),
        "good": good,
        "code_picture": _picture(face.facts.code) if good and shows_code else "",
        "link_picture": "" if visit.device.is_phone else _picture(link_url),
        "buttons": _wallet_buttons(visit, wallets, data_dir) if good else (),
        "notes": [texts[each] for each in shown],
        "everything_href": visit.href(wallet="all") if visit.device.is_phone else "",
    }
    return render_page(
        _KIND, "card_page/card.html", visit.language, values, status=200 if good else 410
    )


def not_found_page(language: str) -> Response:
    """Return the page for every invalid link: status 404."""
    return render_page(_KIND, "card_page/not-found.html", language, {}, status=404)


def blocked_page(language: str) -> Response:
    """Return the page for the card of a banned customer, without a word about them: status 403."""
    return render_page(_KIND, "card_page/blocked.html", language, {}, status=403)


def _note_texts(language: str) -> Mapping[str, str]:
    """Return the texts of all notes by name."""
    gettext = catalogue(language).gettext
    return {
        "development": gettext(
            "This card is signed for tests only: an iPhone will refuse it until the club has set "
            "up its Apple certificate."
        ),
        "apple_fault": gettext("The card cannot be signed at the moment. Please tell the club."),
        "no_google": gettext("This club has not set up Google Wallet yet."),
        "google_busy": gettext(
            "Google Wallet cannot be reached at the moment. Please try again shortly."
        ),
        "google_refused": gettext(
            "Google Wallet does not take this card at present. Please tell the club."
        ),
    }


def _card(face: CardFace, language: str) -> Mapping[str, object]:
    """Return the texts and colours of the card."""
    design = face.design
    fields = [
        {
            "label": localize(each.label, language),
            "value": each.shown(language),
            "wide": slot in _WIDE,
        }
        for slot in _SHOWN
        for each in face.in_slot(slot)
    ]
    header = face.in_slot(Slot.HEADER)
    shows_status = any(each.shows is Shows.STATUS for each in design.fields)
    status = (
        localize(design.words_of(face.facts.status, language), language) if shows_status else ""
    )
    return {
        "organization": face.facts.organization,
        "title": localize(design.title, language),
        "description": localize(design.description, language),
        "background": design.background,
        "foreground": design.foreground,
        "label": design.label,
        "status": status or (header[0].shown(language) if header else ""),
        "fields": fields,
        "caption": face.code_caption,
    }


def _wallet_buttons(
    visit: PageContext, wallets: Wallets, data_dir: Path
) -> list[Mapping[str, str | None]]:
    """Return the buttons that this device is offered."""
    buttons: list[Mapping[str, str | None]] = []
    for wallet, offered, name in (
        (WalletKind.APPLE, visit.device.apple, "card.pkpass"),
        (WalletKind.GOOGLE, visit.device.google and wallets.google, "google"),
    ):
        if offered:
            button = badge(data_dir, wallet, visit.language)
            buttons.append(
                {"href": visit.href(name), "label": button.label, "picture": button.picture}
            )
    return buttons


def _picture(text: str) -> str:
    """Return a QR code as a data URI (PNG)."""
    stream = io.BytesIO()
    code_image(text, Symbology.QR, _CODE_PIXELS).convert("1").save(stream, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
