"""A design as a class of Google Wallet, and a card's face as an object of that class.

The class holds all that is the same for the cards of a design (title, colours, pictures, headings,
rows, links, locations, fixed texts), so that one PATCH restyles every card. The object holds the
rest. Source: Google Wallet, the guides "Loyalty Template" and "Rotating Barcodes", and the API
reference of "LoyaltyClass" and "LoyaltyObject".
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from passes.card import CardFace, FaceField
from passes.codes.rotating import DIGITS, PERIOD_SECONDS, RotatingSecret, rotating_pattern
from passes.design import CodeForm, Design, DesignField, Shows, Slot, Symbology
from passes.errors import PassContentError
from passes.google.issue import GoogleIssue
from passes.google.localized import localized
from passes.google.loyalty import Holders, LoyaltyClass, LoyaltyObject, State
from passes.google.parts import MAX_ROWS, MAX_TEXT_MODULES, BarcodeType, parse_part
from passes.words import FaceStatus, localize

MORE = "more-fields"
"""Id of the text module for the fields that exceed the limit; no key of a design has a dash."""

MAX_FIELDS_IN_ROW = 3

_STATES: Mapping[FaceStatus, State] = {
    FaceStatus.ACTIVE: State.ACTIVE,
    FaceStatus.EXPIRED: State.EXPIRED,
    FaceStatus.REVOKED: State.INACTIVE,
    # The card is valid and is shown at the desk, which decides. Google would move a card that is
    # not ACTIVE to the expired ones, where its holder does not find it.
    FaceStatus.NOT_YET_STARTED: State.ACTIVE,
    FaceStatus.NO_MEMBERSHIP: State.ACTIVE,
    FaceStatus.BLOCKED: State.ACTIVE,
}
_TIMED = (FaceStatus.ACTIVE, FaceStatus.EXPIRED, FaceStatus.NOT_YET_STARTED)
"""Statuses with a validity interval: Google itself expires a card at its end."""

ROWS: tuple[tuple[Slot, ...], ...] = (
    (Slot.HEADER, Slot.PRIMARY),
    (Slot.SECONDARY,),
    (Slot.AUXILIARY,),
)
"""The slots whose fields are in each row."""

_BARCODE_TYPES: Mapping[Symbology, BarcodeType] = {
    Symbology.QR: BarcodeType.QR_CODE,
    Symbology.AZTEC: BarcodeType.AZTEC,
    Symbology.PDF417: BarcodeType.PDF_417,
    Symbology.CODE128: BarcodeType.CODE_128,
}
_DEDICATED_FIELDS: Mapping[Shows, str] = {
    Shows.CUSTOMER_NAME: "accountName",
    Shows.CUSTOMER_NUMBER: "accountId",
}
"""Facts with a dedicated field of the object, used for the first field that shows them."""


def loyalty_class(design: Design, organization: str, issue: GoogleIssue) -> LoyaltyClass:
    """Return the class of a design. ``organization`` is the issuer's name as shown on the card.

    Raises PassContentError, with its path, for what Google would refuse.
    """
    languages = design.languages
    own = _dedicated_fields(design)
    content: dict[str, Any] = {
        "id": issue.class_id,
        "issuerName": organization,
        "programName": localize(design.title, languages[0]),
        "localizedProgramName": localized(design.title, languages),
        "programLogo": _image(issue.logo_url, design),
        "heroImage": None if issue.hero_url is None else _image(issue.hero_url, design),
        "hexBackgroundColor": design.background,
        "multipleDevicesAndHoldersAllowedStatus": _holders(design),
        "classTemplateInfo": _template(design, own),
        "textModulesData": _modules(
            [
                (each.key, each.label, each.text or {})
                for each in design.fields
                if each.shows is Shows.TEXT
            ],
            languages,
        ),
    }
    for shows, name in _DEDICATED_FIELDS.items():
        if shows in own:
            label = f"localized{name[0].upper()}{name[1:]}Label"
            content[label] = localized(own[shows].label, languages)
    if design.links:
        content["linksModuleData"] = {"uris": [*_links(design)]}
    if design.locations:
        content["merchantLocations"] = [
            {"latitude": each.latitude, "longitude": each.longitude} for each in design.locations
        ]
    return parse_part(LoyaltyClass, content)


def loyalty_object(
    face: CardFace, issue: GoogleIssue, rotating: RotatingSecret | None = None
) -> LoyaltyObject:
    """Return the object of a card. ``rotating`` is what its rotating code is made of.

    Raises PassContentError, with its path, for what is missing or Google would refuse.
    """
    own = _dedicated_fields(face.design)
    languages = face.design.languages
    taken = {each.key for each in own.values()}
    shown = {each.key: each for each in face.fields}
    texts = {each.key for each in face.design.fields if each.shows is Shows.TEXT}
    content: dict[str, Any] = {
        "id": issue.object_id(face.facts.card_id),
        "classId": issue.class_id,
        "state": _STATES[face.facts.status],
        "textModulesData": _modules(
            [
                (each.key, each.label, _translations(each, languages))
                for each in face.fields
                if each.key not in taken | texts
            ],
            languages,
        ),
        "validTimeInterval": _interval(face),
        **_code(face, rotating),
    }
    for shows, field in own.items():
        if field.key in shown:
            content[_DEDICATED_FIELDS[shows]] = shown[field.key].shown(languages[0])
    return parse_part(LoyaltyObject, content)


def _dedicated_fields(design: Design) -> dict[Shows, DesignField]:
    """Return the fields of a design for which the object has dedicated fields."""
    own: dict[Shows, DesignField] = {}
    for field in design.fields:
        if field.shows in _DEDICATED_FIELDS:
            own.setdefault(field.shows, field)
    return own


def _holders(design: Design) -> Holders:
    """Return whether a card may be saved by several people."""
    return Holders.ONE_USER_ALL_DEVICES if design.sharing_prohibited else Holders.MULTIPLE_HOLDERS


def _image(url: str, design: Design) -> dict[str, Any]:
    """Return a picture with the design's description for screen readers."""
    return {
        "sourceUri": {"uri": url},
        "contentDescription": localized(design.description, design.languages),
    }


def _links(design: Design) -> Sequence[dict[str, Any]]:
    """Return the links of a design."""
    return [
        {
            "id": f"link-{number}",
            "uri": str(link.url),
            "localizedDescription": localized(link.label, design.languages),
        }
        for number, link in enumerate(design.links, start=1)
    ]


def _template(design: Design, own: Mapping[Shows, DesignField]) -> dict[str, Any] | None:
    """Return up to three rows of up to three fields; Google shows the rest among the details."""
    rows = []
    for slots in ROWS:
        fields = [each for slot in slots for each in design.fields if each.slot is slot]
        if fields:
            rows.append(_row([_item(each, own) for each in fields[:MAX_FIELDS_IN_ROW]]))
    if not rows:
        return None
    return {"cardTemplateOverride": {"cardRowTemplateInfos": rows[:MAX_ROWS]}}


def _item(field: DesignField, own: Mapping[Shows, DesignField]) -> dict[str, Any]:
    """Return the reference to the value of a field."""
    if own.get(field.shows) is field:
        path = f"object.{_DEDICATED_FIELDS[field.shows]}"
    else:
        owner = "class" if field.shows is Shows.TEXT else "object"
        path = f"{owner}.textModulesData['{field.key}']"
    return {"firstValue": {"fields": [{"fieldPath": path}]}}


def _row(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a row of one, two or three items."""
    if len(items) == 1:
        return {"oneItem": {"item": items[0]}}
    if len(items) == 2:
        return {"twoItems": {"startItem": items[0], "endItem": items[1]}}
    names = ("startItem", "middleItem", "endItem")
    return {"threeItems": dict(zip(names, items, strict=True))}


def _translations(field: FaceField, languages: Sequence[str]) -> Mapping[str, str]:
    """Return the value of a field in each language."""
    return {language: field.shown(language) for language in languages}


def _modules(
    texts: Sequence[tuple[str, Mapping[str, str], Mapping[str, str]]], languages: Sequence[str]
) -> list[dict[str, Any]] | None:
    """Return fields as text modules. Google shows ten; of more, the tenth module has the rest."""
    if not texts:
        return None
    fit = len(texts) if len(texts) <= MAX_TEXT_MODULES else MAX_TEXT_MODULES - 1
    modules = [
        {
            "id": key,
            "localizedHeader": localized(label, languages),
            "localizedBody": localized(text, languages),
        }
        for key, label, text in texts[:fit]
    ]
    if texts[fit:]:
        lines = {
            language: "\n".join(
                f"{localize(label, language)}: {localize(text, language)}"
                for _, label, text in texts[fit:]
            )
            for language in languages
        }
        modules.append({"id": MORE, "localizedBody": localized(lines, languages)})
    return modules


def _interval(face: CardFace) -> dict[str, Any] | None:
    """Return the validity interval of a card; None if its status does not depend on time."""
    facts = face.facts
    if facts.status not in _TIMED or (facts.valid_from is None and facts.valid_until is None):
        return None
    ends = {"start": facts.valid_from, "end": facts.valid_until}
    return {name: {"date": _instant(at)} for name, at in ends.items() if at is not None}


def _instant(at: datetime) -> str:
    """Format an instant in UTC, as ISO 8601."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _code(face: CardFace, rotating: RotatingSecret | None) -> dict[str, Any]:
    """Return the code of a card, static or rotating."""
    if face.design.code is CodeForm.ROTATING:
        return {"rotatingBarcode": _rotating(face, rotating)}
    return {
        "barcode": {
            "type": _BARCODE_TYPES[face.design.symbology],
            "value": face.facts.code,
            "alternateText": face.code_caption,
        }
    }


def _rotating(face: CardFace, secret: RotatingSecret | None) -> dict[str, Any]:
    """Return a rotating code. The key is in no other part of class and object."""
    if secret is None:
        raise PassContentError(
            "rotatingBarcode.totpDetails.parameters[0].key", "the card has no key of its own"
        )
    return {
        "type": _BARCODE_TYPES[face.design.symbology],
        "valuePattern": rotating_pattern(secret.alias),
        "alternateText": face.code_caption,
        "totpDetails": {
            "algorithm": "TOTP_SHA1",
            "periodMillis": str(PERIOD_SECONDS * 1000),
            "parameters": [{"key": secret.key.hex().upper(), "valueLength": DIGITS}],
        },
    }
