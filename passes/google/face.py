"""A design as a class of Google Wallet, and a card's face as an object of it.

What is the same for all cards of a design (title, colours, pictures, headings, rows, links,
places, plain texts) is in the class, so that one PATCH of it restyles every card; what differs
is in the object. Facts: the guides "Loyalty Template" and "Rotating Barcodes", and the
reference of "LoyaltyClass" and "LoyaltyObject".
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from passes.card import CardFace, FaceField
from passes.codes.barcode import BarcodeError, CardCode
from passes.codes.rotating import DIGITS, PERIOD_SECONDS, rotating_pattern
from passes.design import CodeForm, Design, DesignField, Shows, Slot, Symbology
from passes.errors import PassContentError
from passes.google.issue import GoogleIssue
from passes.google.loyalty import Holders, LoyaltyClass, LoyaltyObject, State
from passes.google.parts import MOST_ROWS, MOST_TEXT_MODULES, BarcodeType, read
from passes.google.words import localized
from passes.words import FaceStatus, said

MORE = "more-fields"
"""Id of the text module that holds what does not fit into those before it; no key of a design
has a dash."""

MOST_IN_ROW = 3

_STATES: Mapping[FaceStatus, State] = {
    FaceStatus.ACTIVE: State.ACTIVE,
    FaceStatus.EXPIRED: State.EXPIRED,
    FaceStatus.REVOKED: State.INACTIVE,
    # The card itself is good and is still shown at the desk, which decides: Google would put
    # one that is not ACTIVE among the expired ones, where its holder does not find it.
    FaceStatus.NOT_YET_STARTED: State.ACTIVE,
    FaceStatus.NO_MEMBERSHIP: State.ACTIVE,
    FaceStatus.BLOCKED: State.ACTIVE,
}
_TIMED = (FaceStatus.ACTIVE, FaceStatus.EXPIRED, FaceStatus.NOT_YET_STARTED)
"""Where a membership decides: Google itself lets a card expire at the end of its interval."""

ROWS: tuple[tuple[Slot, ...], ...] = (
    (Slot.HEADER, Slot.PRIMARY),
    (Slot.SECONDARY,),
    (Slot.AUXILIARY,),
)
"""Which fields of a design stand in each row."""

_DRAWN: Mapping[Symbology, BarcodeType] = {
    Symbology.QR: BarcodeType.QR_CODE,
    Symbology.AZTEC: BarcodeType.AZTEC,
    Symbology.PDF417: BarcodeType.PDF_417,
    Symbology.CODE128: BarcodeType.CODE_128,
}
_OWN_FIELDS: Mapping[Shows, str] = {
    Shows.CUSTOMER_NAME: "accountName",
    Shows.CUSTOMER_NUMBER: "accountId",
}
"""What an object has a field of its own for; the first field of a design that shows it."""


def loyalty_class(design: Design, organization: str, issue: GoogleIssue) -> LoyaltyClass:
    """The class of a design. ``organization`` is the issuer's name as it stands on the card.

    Raises PassContentError with the path of what Google would refuse.
    """
    languages = design.languages
    own = _own_fields(design)
    content: dict[str, Any] = {
        "id": issue.class_id,
        "issuerName": organization,
        "programName": said(design.title, languages[0]),
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
    for shows, name in _OWN_FIELDS.items():
        if shows in own:
            label = f"localized{name[0].upper()}{name[1:]}Label"
            content[label] = localized(own[shows].label, languages)
    if design.links:
        content["linksModuleData"] = {"uris": [*_links(design)]}
    if design.locations:
        content["merchantLocations"] = [
            {"latitude": each.latitude, "longitude": each.longitude} for each in design.locations
        ]
    return read(LoyaltyClass, content)


def loyalty_object(
    face: CardFace, issue: GoogleIssue, rotating_key: bytes | None = None
) -> LoyaltyObject:
    """The object of a card. ``rotating_key`` is the secret of its rotating code.

    Raises PassContentError with the path of what is missing, or would be refused.
    """
    own = _own_fields(face.design)
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
                (each.key, each.label, _in_all(each, languages))
                for each in face.fields
                if each.key not in taken | texts
            ],
            languages,
        ),
        "validTimeInterval": _interval(face),
        **_code(face, rotating_key),
    }
    for shows, field in own.items():
        if field.key in shown:
            content[_OWN_FIELDS[shows]] = shown[field.key].shown(languages[0])
    return read(LoyaltyObject, content)


def _own_fields(design: Design) -> dict[Shows, DesignField]:
    """The fields of a design that an object has its own fields for."""
    own: dict[Shows, DesignField] = {}
    for field in design.fields:
        if field.shows in _OWN_FIELDS:
            own.setdefault(field.shows, field)
    return own


def _holders(design: Design) -> Holders:
    """Whether a card may be handed on."""
    return Holders.ONE_USER_ALL_DEVICES if design.sharing_prohibited else Holders.MULTIPLE_HOLDERS


def _image(url: str, design: Design) -> dict[str, Any]:
    """A picture that says what the card is to those who cannot see it."""
    return {
        "sourceUri": {"uri": url},
        "contentDescription": localized(design.description, design.languages),
    }


def _links(design: Design) -> Sequence[dict[str, Any]]:
    """The addresses of a design."""
    return [
        {
            "id": f"link-{number}",
            "uri": str(link.url),
            "localizedDescription": localized(link.label, design.languages),
        }
        for number, link in enumerate(design.links, start=1)
    ]


def _template(design: Design, own: Mapping[Shows, DesignField]) -> dict[str, Any] | None:
    """The rows of the card: up to three, of up to three fields; the rest is in the details."""
    rows = []
    for slots in ROWS:
        fields = [each for slot in slots for each in design.fields if each.slot is slot]
        if fields:
            rows.append(_row([_place(each, own) for each in fields[:MOST_IN_ROW]]))
    if not rows:
        return None
    return {"cardTemplateOverride": {"cardRowTemplateInfos": rows[:MOST_ROWS]}}


def _place(field: DesignField, own: Mapping[Shows, DesignField]) -> dict[str, Any]:
    """Where the value of a field of the design is found."""
    if own.get(field.shows) is field:
        path = f"object.{_OWN_FIELDS[field.shows]}"
    else:
        owner = "class" if field.shows is Shows.TEXT else "object"
        path = f"{owner}.textModulesData['{field.key}']"
    return {"firstValue": {"fields": [{"fieldPath": path}]}}


def _row(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A row of one, two or three places."""
    if len(items) == 1:
        return {"oneItem": {"item": items[0]}}
    if len(items) == 2:
        return {"twoItems": {"startItem": items[0], "endItem": items[1]}}
    names = ("startItem", "middleItem", "endItem")
    return {"threeItems": dict(zip(names, items, strict=True))}


def _in_all(field: FaceField, languages: Sequence[str]) -> Mapping[str, str]:
    """What a field says in each language of the design."""
    return {language: field.shown(language) for language in languages}


def _modules(
    texts: Sequence[tuple[str, Mapping[str, str], Mapping[str, str]]], languages: Sequence[str]
) -> list[dict[str, Any]] | None:
    """Fields as text modules. Google shows ten: those after the ninth share the tenth."""
    if not texts:
        return None
    fit = len(texts) if len(texts) <= MOST_TEXT_MODULES else MOST_TEXT_MODULES - 1
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
                f"{said(label, language)}: {said(text, language)}" for _, label, text in texts[fit:]
            )
            for language in languages
        }
        modules.append({"id": MORE, "localizedBody": localized(lines, languages)})
    return modules


def _interval(face: CardFace) -> dict[str, Any] | None:
    """When the card is good; open where it has no end."""
    facts = face.facts
    if facts.status not in _TIMED or (facts.valid_from is None and facts.valid_until is None):
        return None
    ends = {"start": facts.valid_from, "end": facts.valid_until}
    return {name: {"date": _instant(at)} for name, at in ends.items() if at is not None}


def _instant(at: datetime) -> str:
    """An instant as Google writes them, in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _code(face: CardFace, rotating_key: bytes | None) -> dict[str, Any]:
    """The code of a card, static or rotating."""
    if face.design.code is CodeForm.ROTATING:
        return {"rotatingBarcode": _rotating(face, rotating_key)}
    return {
        "barcode": {
            "type": _DRAWN[face.design.symbology],
            "value": face.facts.code,
            "alternateText": face.code_caption,
        }
    }


def _rotating(face: CardFace, key: bytes | None) -> dict[str, Any]:
    """A code that the phone makes anew each period. The key stands here and nowhere else."""
    if key is None:
        raise PassContentError(
            "rotatingBarcode.totpDetails.parameters[0].key", "the card has no key of its own"
        )
    try:
        card = CardCode(face.facts.code)
    except BarcodeError as error:
        raise PassContentError("rotatingBarcode.valuePattern", str(error)) from None
    return {
        "type": _DRAWN[face.design.symbology],
        "valuePattern": rotating_pattern(card),
        "alternateText": face.code_caption,
        "totpDetails": {
            "algorithm": "TOTP_SHA1",
            "periodMillis": str(PERIOD_SECONDS * 1000),
            "parameters": [{"key": key.hex().upper(), "valueLength": DIGITS}],
        },
    }
