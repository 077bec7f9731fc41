"""The parts that classes and objects of Google Wallet are made of.

Facts: Google Wallet API reference, "LoyaltyClass", "LoyaltyObject", "LocalizedString", "Image",
"TextModuleData", "LinksModuleData", "RotatingBarcode", "ClassTemplateInfo", and its discovery
document (walletobjects.v1). Only what cards use is here, and nothing else is taken.
"""

import json
import re
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from passes.errors import PassContentError

MOST_TEXT_MODULES = 10
"""How many text modules of a class, and of an object, Google shows ("TextModuleData")."""
MOST_ROWS = 3
"""How many rows a card may have ("ClassTemplateInfo")."""
MOST_PLACES = 10
"""How many merchant locations a class may have; further ones are refused ("LoyaltyClass")."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.ASCII | re.IGNORECASE)

Text = Annotated[str, StringConstraints(min_length=1)]
ResourceId = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{1,20}\.[A-Za-z0-9._-]+$", max_length=100)
]
"""``issuer.name``: letters, digits, ``.``, ``_`` and ``-`` ("LoyaltyClass", ``id``)."""
ModuleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
HexColour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
Instant = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$"),
]
"""ISO 8601 with an offset, which makes it an instant wherever the phone is."""


def _address(text: str) -> str:
    """Refuse what is no absolute address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    usable = text.isprintable() and " " not in text
    if not (usable and _SCHEME.fullmatch(parts.scheme) and (parts.netloc or parts.path)):
        raise PydanticCustomError("address", "not an address with a scheme, such as https://")
    return text


def _fetched(text: str) -> str:
    """Refuse an address from which Google could fetch no picture."""
    if urlsplit(_address(text)).scheme not in {"http", "https"}:
        raise PydanticCustomError("address", "Google fetches pictures over http or https only")
    return text


Address = Annotated[str, AfterValidator(_address)]
PictureAddress = Annotated[str, AfterValidator(_fetched)]


class Part(BaseModel):
    """A part of a class or an object: nothing unknown, and no value turned into another kind."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        allow_inf_nan=False,
    )

    def as_json(self) -> dict[str, Any]:
        """The whole of it as JSON, to be inserted."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class BarcodeType(StrEnum):
    """How a code is drawn."""

    QR_CODE = "QR_CODE"
    AZTEC = "AZTEC"
    PDF_417 = "PDF_417"
    CODE_128 = "CODE_128"


class TranslatedString(Part):
    """A text in one language."""

    language: Language
    value: Text


class LocalizedString(Part):
    """A text, and its translations."""

    default_value: TranslatedString
    translated_values: tuple[TranslatedString, ...] | None = None


class ImageUri(Part):
    """Where Google fetches a picture from."""

    uri: PictureAddress


class Image(Part):
    """A picture, with what it shows for those who cannot see it."""

    source_uri: ImageUri
    content_description: LocalizedString | None = None


class TextModule(Part):
    """A text with a heading. Templates name it by its id."""

    id: ModuleId
    localized_header: LocalizedString | None = None
    localized_body: LocalizedString


class Link(Part):
    """An address with its title."""

    id: ModuleId
    uri: Address
    localized_description: LocalizedString


class LinksModule(Part):
    """The addresses of a class."""

    uris: Annotated[tuple[Link, ...], Field(min_length=1)]


class MerchantLocation(Part):
    """A place near which the phone may show the card. Degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class FieldReference(Part):
    """Names a field: ``object.accountName``, ``class.textModulesData['key']``."""

    field_path: Annotated[str, StringConstraints(pattern=r"^(object|class)\.[A-Za-z]+")]


class FieldSelector(Part):
    """The first of the fields that has something to say is shown."""

    fields: Annotated[tuple[FieldReference, ...], Field(min_length=1)]


class TemplateItem(Part):
    """One place in a row."""

    first_value: FieldSelector


class OneItem(Part):
    """A row with one place."""

    item: TemplateItem


class TwoItems(Part):
    """A row with two places."""

    start_item: TemplateItem
    end_item: TemplateItem


class ThreeItems(Part):
    """A row with three places."""

    start_item: TemplateItem
    middle_item: TemplateItem
    end_item: TemplateItem


class Row(Part):
    """A row of the card: exactly one of the three."""

    one_item: OneItem | None = None
    two_items: TwoItems | None = None
    three_items: ThreeItems | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        """Refuse a row of no kind, or of two."""
        kinds = (self.one_item, self.two_items, self.three_items)
        if sum(each is not None for each in kinds) != 1:
            raise PydanticCustomError("row", "a row has one item, two or three")
        return self


class CardTemplate(Part):
    """The rows of the card."""

    card_row_template_infos: Annotated[tuple[Row, ...], Field(min_length=1, max_length=MOST_ROWS)]


class ClassTemplate(Part):
    """How cards of a class are laid out."""

    card_template_override: CardTemplate


class Moment(Part):
    """An instant."""

    date: Instant


class TimeInterval(Part):
    """From when until when; either may be open."""

    start: Moment | None = None
    end: Moment | None = None


class Barcode(Part):
    """A code that stays the same."""

    type: BarcodeType
    value: Text
    alternate_text: Text | None = None


class TotpParameters(Part):
    """The secret of a changing value, in base 16, and how many digits it has."""

    key: Annotated[str, StringConstraints(pattern=r"^([0-9A-F]{2}){16,64}$")] = Field(repr=False)
    value_length: Annotated[int, Field(ge=6, le=8)]


class TotpDetails(Part):
    """How ``{totp_value_0}`` is worked out (RFC 6238)."""

    algorithm: Literal["TOTP_SHA1"] = "TOTP_SHA1"
    period_millis: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3,9}$")]
    parameters: Annotated[tuple[TotpParameters, ...], Field(min_length=1, max_length=1)]


class RotatingBarcode(Part):
    """A code that the phone makes anew each period, without a network."""

    type: BarcodeType
    value_pattern: Annotated[str, StringConstraints(pattern=r"\{totp_value_0\}")]
    totp_details: TotpDetails
    alternate_text: Text | None = None


Read = TypeVar("Read", bound=Part)


def read(kind: type[Read], content: dict[str, Any]) -> Read:
    """Read JSON of Google Wallet, strictly.

    Raises PassContentError with the path of the first fault, such as
    ``linksModuleData.uris[0].uri``.
    """
    try:
        return kind.model_validate_json(json.dumps(content))
    except ValidationError as error:
        raise refusal_of(error) from None


def refusal_of(error: ValidationError) -> PassContentError:
    """The first fault that was found, with its path, without the values."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = ""
    for place in first["loc"]:
        path += f"[{place}]" if isinstance(place, int) else f".{place}" if path else str(place)
    messages = {"missing": "it is missing", "extra_forbidden": "there is no such key"}
    return PassContentError(path, messages.get(first["type"], first["msg"]))
