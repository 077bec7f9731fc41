"""A card's face as the content of a pass.

What does not depend on the card (labels, colours, links, places) is worked out once for a
design. Facts: Apple, Wallet Passes, "Pass", "PassFieldContent", "Pass.Barcodes".
"""

import html
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from passes.apple.content import PassContent, checked_content
from passes.apple.issue import AppleIssue
from passes.apple.relevance import CODE128, QR
from passes.apple.strings import Strings
from passes.card import CardFace, FaceField
from passes.design import CardKind, Design, DesignField, Shows, Slot, Symbology
from passes.errors import PassContentError
from passes.words import NO_END, STATUS_WORDS, FaceStatus, LocalText, said

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
_TOLD_WHEN_CHANGED = (Shows.STATUS, Shows.VALID_UNTIL)


class CardLayout:
    """The content of all cards of a design, but for what differs from card to card."""

    def __init__(self, design: Design) -> None:
        """Work out what all cards of the design share."""
        self.design = design
        addresses = [str(link.url) for link in design.links]
        self.strings = Strings(design.languages, _texts(design), addresses)
        shown = self.strings.shown
        self._fields = {each.key: self._field(each) for each in design.fields}
        self._links = tuple(
            _link(number, shown(link.label), str(link.url))
            for number, link in enumerate(design.links, start=1)
        )
        self._common: dict[str, Any] = {
            "formatVersion": 1,
            "description": shown(design.description),
            "logoText": shown(design.title),
            "backgroundColor": rgb(design.background),
            "foregroundColor": rgb(design.foreground),
            "labelColor": rgb(design.label),
            "sharingProhibited": design.sharing_prohibited,
        }
        if design.locations:
            self._common["locations"] = tuple(
                {"latitude": each.latitude, "longitude": each.longitude}
                | ({"relevantText": shown(each.text)} if each.text else {})
                for each in design.locations
            )

    def content(self, face: CardFace, issue: AppleIssue) -> PassContent:
        """The content of one card's pass; the face is of this design.

        Raises:
            PassContentError: its code is not ASCII, or the pass would be refused.
        """
        content = self._common | {
            "organizationName": self.strings.plain(issue.organization_name),
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
        return checked_content(content, allow_http=issue.allow_http)

    def _groups(self, face: CardFace) -> dict[str, Any]:
        """The fields by group, links last on the back."""
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
        """A field without its value."""
        shown = self.strings.shown
        made: dict[str, Any] = {"key": field.key, "label": shown(field.label)}
        if field.shows in _TOLD_WHEN_CHANGED:
            made["changeMessage"] = shown(_message(field, self.design))
        return made

    def _value(self, field: FaceField) -> dict[str, Any]:
        """The value of a field; a day is written by the phone as its owner does."""
        if not isinstance(field.value, date):
            return {"value": self.strings.shown(field.value)}
        return {
            # Noon in UTC is that day nearly everywhere, should something ignore the next key.
            "value": f"{field.value.isoformat()}T12:00:00Z",
            "ignoresTimeZone": True,
            "dateStyle": "PKDateStyleMedium",
            "timeStyle": "PKDateStyleNone",
        }


def rgb(colour: str) -> str:
    """``#1d3557`` as pass.json has it: ``rgb(29, 53, 87)``."""
    red, green, blue = bytes.fromhex(colour[1:])
    return f"rgb({red}, {green}, {blue})"


def _texts(design: Design) -> list[LocalText]:
    """All texts that are on some card of a design, in a fixed order."""
    texts: list[LocalText] = [design.title, design.description]
    for field in design.fields:
        texts.append(field.label)
        if field.text is not None:
            texts.append(field.text)
        if field.shows in _TOLD_WHEN_CHANGED:
            texts.append(_message(field, design))
    texts.extend(_spoken(STATUS_WORDS[status], design) for status in FaceStatus)
    texts.append(_spoken(NO_END, design))
    texts.extend(link.label for link in design.links)
    texts.extend(place.text for place in design.locations if place.text)
    return texts


def _spoken(words: LocalText, design: Design) -> LocalText:
    """Words of the product in the languages of a design."""
    return {language: said(words, language) for language in design.languages}


def _message(field: DesignField, design: Design) -> LocalText:
    """What the phone says when a value changes; ``%@`` is the new one."""
    labels = _spoken(field.label, design)
    if any("%" in label for label in labels.values()):  # it would be read as a format
        return dict.fromkeys(labels, "%@")
    return {language: f"{label}: %@" for language, label in labels.items()}


def _link(number: int, label: str, url: str) -> dict[str, Any]:
    """A link on the back. Its key has a dash, which no field of a design has."""
    address = html.escape(url)
    bare = html.escape(url.split("://", maxsplit=1)[-1].removesuffix("/"))
    return {
        "key": f"link-{number}",
        "label": label,
        "value": url,
        "attributedValue": f'<a href="{address}">{bare}</a>',
    }


def _barcodes(face: CardFace) -> tuple[dict[str, Any], ...]:
    """The code as the design wants it; a watch draws no Code 128 and is given a QR code.

    The text is ASCII, which is the same in every encoding that a scanner may guess.
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
    """An instant with whole seconds. Raises PassContentError."""
    try:
        utc = at.astimezone(UTC)
    except OverflowError:
        raise PassContentError("expirationDate", "too far away to be written in UTC") from None
    return utc.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
