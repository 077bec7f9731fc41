"""A card's face as the content of a pass.

What does not depend on the card (labels, colours, links, locations) is computed once for a design.
Source: Apple, Wallet Passes, "Pass", "PassFieldContent", "Pass.Barcodes".
"""

import html
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote

from passes.apple.content import PassContent, check_content
from passes.apple.issue import AppleIssue
from passes.apple.relevance import CODE128, QR
from passes.apple.strings import Strings
from passes.card import CardFace, FaceField
from passes.design import CardKind, Design, DesignField, Shows, Slot, Symbology
from passes.errors import PassContentError
from passes.words import FaceStatus, LocalText, localize

STYLE_KEYS: Mapping[CardKind, str] = {
    CardKind.STORE_CARD: "storeCard",
    CardKind.GENERIC: "generic",
}
_GROUPS: Mapping[Slot, str] = {slot: f"{slot.value}Fields" for slot in Slot}
_FORMATS: Mapping[Symbology, str] = {
    Symbology.QR: QR,
    Symbology.AZTEC: "PKBarcodeFormatAztec",
    Symbology.PDF417: "PKBarcodeFormatPDF417",
    Symbology.CODE128: CODE128,
}
_NOTIFIED = (Shows.STATUS, Shows.VALID_UNTIL)
_CONTACTS = ("tel:", "mailto:")


class CardLayout:
    """The content of the passes of a design, except for what differs from card to card."""

    def __init__(self, design: Design) -> None:
        """Compute what all cards of the design share."""
        self.design = design
        urls = [_plain_link(str(link.url)) for link in design.links]
        self.strings = Strings(design.languages, _texts(design), urls)
        text_key = self.strings.text_key
        self._fields = {each.key: self._field(each) for each in design.fields}
        self._links = tuple(
            _link(number, text_key(link.label), str(link.url))
            for number, link in enumerate(design.links, start=1)
        )
        self._common: dict[str, Any] = {
            "formatVersion": 1,
            "description": text_key(design.description),
            "logoText": text_key(design.title),
            "backgroundColor": rgb(design.background),
            "foregroundColor": rgb(design.foreground),
            "labelColor": rgb(design.label),
            "sharingProhibited": design.sharing_prohibited,
        }
        if design.locations:
            self._common["locations"] = tuple(
                {"latitude": each.latitude, "longitude": each.longitude}
                | ({"relevantText": text_key(each.text)} if each.text else {})
                for each in design.locations
            )

    def content(self, face: CardFace, issue: AppleIssue) -> PassContent:
        """Return the content of one card's pass. The face has to be of this design.

        Raises:
            PassContentError: the code is not ASCII, or Wallet would refuse the pass.
        """
        content = self._common | {
            "organizationName": self.strings.literal(issue.organization_name),
            "passTypeIdentifier": issue.pass_type_id,
            "serialNumber": str(face.facts.card_id),
            "teamIdentifier": issue.team_id,
            STYLE_KEYS[self.design.kind]: self._groups(face),
            "barcodes": _barcodes(face),
        }
        if face.voided:
            content["voided"] = True
        if face.facts.valid_until is not None:
            content["expirationDate"] = _instant(face.facts.valid_until)
        if issue.web_service_url is not None:
            content["webServiceURL"] = issue.web_service_url
        if issue.auth_token is not None:
            content["authenticationToken"] = issue.auth_token
        return check_content(content, allow_http=issue.allow_http)

    def _groups(self, face: CardFace) -> dict[str, Any]:
        """Return the fields by group, with the links at the end of the back."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for field in face.fields:
            if field.key not in self._fields:
                raise PassContentError(f"fields.{field.key}", "the design has no such field")
            filled = self._fields[field.key] | self._value(field)
            groups.setdefault(_GROUPS[field.slot], []).append(filled)
        if self._links:
            groups.setdefault("backFields", []).extend(self._links)
        return {group: tuple(fields) for group, fields in groups.items()}

    def _field(self, field: DesignField) -> dict[str, Any]:
        """Return a field without its value."""
        text_key = self.strings.text_key
        made: dict[str, Any] = {"key": field.key, "label": text_key(field.label)}
        if field.shows in _NOTIFIED:
            made["changeMessage"] = text_key(_change_message(field, self.design))
        return made

    def _value(self, field: FaceField) -> dict[str, Any]:
        """Return the value of a field; a day is formatted by the phone."""
        if not isinstance(field.value, date):
            return {"value": self.strings.text_key(field.value)}
        return {
            # Noon UTC is on that day nearly everywhere, for readers that ignore the next key.
            "value": f"{field.value.isoformat()}T12:00:00Z",
            "ignoresTimeZone": True,
            "dateStyle": "PKDateStyleMedium",
            "timeStyle": "PKDateStyleNone",
        }


def rgb(colour: str) -> str:
    """Return ``#1d3557`` in the format of pass.json: ``rgb(29, 53, 87)``."""
    red, green, blue = bytes.fromhex(colour[1:])
    return f"rgb({red}, {green}, {blue})"


def _texts(design: Design) -> list[LocalText]:
    """Return all texts that may be on a card of a design, in a fixed order."""
    texts: list[LocalText] = [design.title, design.description]
    for field in design.fields:
        texts.append(field.label)
        if field.text is not None:
            texts.append(field.text)
        if field.shows in _NOTIFIED:
            texts.append(_change_message(field, design))
    texts.extend(_in_languages(design.words_of(status), design) for status in FaceStatus)
    texts.append(_in_languages(design.words_of_no_end(), design))
    texts.extend(link.label for link in design.links)
    texts.extend(place.text for place in design.locations if place.text)
    return texts


def _in_languages(words: LocalText, design: Design) -> LocalText:
    """Return a text in the languages of a design."""
    return {language: localize(words, language) for language in design.languages}


def _change_message(field: DesignField, design: Design) -> LocalText:
    """Return the notification for a changed value; ``%@`` is the new one."""
    labels = _in_languages(field.label, design)
    if any("%" in label for label in labels.values()):  # it would be taken as a format specifier
        return dict.fromkeys(labels, "%@")
    return {language: f"{label}: %@" for language, label in labels.items()}


def _link(number: int, label: str, url: str) -> dict[str, Any]:
    """Return a link on the back. Its key has a dash, which no key of a design has.

    Phones without attributed values (watches) show the plain one, and find the link in it.
    """
    shown = _shown_link(url)
    made: dict[str, Any] = {
        "key": f"link-{number}",
        "label": label,
        "value": _plain_link(url),
        "attributedValue": f'<a href="{html.escape(url)}">{html.escape(shown)}</a>',
    }
    if url.startswith(_CONTACTS):
        kind = "PhoneNumber" if url.startswith("tel:") else "Link"
        made["dataDetectorTypes"] = (f"PKDataDetectorType{kind}",)
    return made


def _plain_link(url: str) -> str:
    """Return the value of a link for phones that show no other."""
    return _shown_link(url) if url.startswith(_CONTACTS) else url


def _shown_link(url: str) -> str:
    """Return what is read in place of a link: a number, an address, or the page without scheme."""
    if url.startswith(_CONTACTS):
        return unquote(re.split("[?;]", url.split(":", maxsplit=1)[1])[0])
    return url.split("://", maxsplit=1)[-1].removesuffix("/")


def _barcodes(face: CardFace) -> tuple[dict[str, Any], ...]:
    """Return the code in the design's symbology, and a QR code for watches beside a Code 128.

    The text has to be ASCII, which is the same in every encoding that a scanner may assume.
    """
    if not face.facts.code.isascii():
        raise PassContentError("barcodes[0].message", "the text of the code is not ASCII")
    wanted = _FORMATS[face.design.symbology]
    code = {"message": face.facts.code, "messageEncoding": "iso-8859-1"}
    if face.code_caption is not None:
        code["altText"] = face.code_caption
    formats = (wanted, QR) if wanted == CODE128 else (wanted,)
    return tuple({"format": each, **code} for each in formats)


def _instant(at: datetime) -> str:
    """Format an instant in UTC, in whole seconds. Raises PassContentError."""
    try:
        utc = at.astimezone(UTC)
    except OverflowError:
        raise PassContentError("expirationDate", "too far away to be written in UTC") from None
    return utc.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
