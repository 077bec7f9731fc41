"""Parts of the classes and objects of Google Wallet, as strict models.

Source: Google Wallet API reference, "LoyaltyClass", "LoyaltyObject", "LocalizedString", "Image",
"TextModuleData", "LinksModuleData", "RotatingBarcode", "ClassTemplateInfo", and its discovery
document (walletobjects.v1). Only the fields that cards use are modelled; others are errors.
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

MAX_TEXT_MODULES = 10
"""Text modules of a class, and of an object, that Google shows ("TextModuleData")."""
MAX_ROWS = 3
"""Most rows of a card ("ClassTemplateInfo")."""
MAX_LOCATIONS = 10
"""Most merchant locations of a class; Google refuses more ("LoyaltyClass")."""

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
"""ISO 8601 with an offset, so that it does not depend on the phone's time zone."""


def _absolute_url(text: str) -> str:
    """Require an absolute URL."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    usable = text.isprintable() and " " not in text
    if not (usable and _SCHEME.fullmatch(parts.scheme) and (parts.netloc or parts.path)):
        raise PydanticCustomError("address", "not an address with a scheme, such as https://")
    return text


def _http_url(text: str) -> str:
    """Require a URL from which Google can fetch a picture."""
    if urlsplit(_absolute_url(text)).scheme not in {"http", "https"}:
        raise PydanticCustomError("address", "Google fetches pictures over http or https only")
    return text


Url = Annotated[str, AfterValidator(_absolute_url)]
PictureUrl = Annotated[str, AfterValidator(_http_url)]


class Part(BaseModel):
    """Base of the parts: immutable; unknown fields and values of another type are errors."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        allow_inf_nan=False,
    )

    def as_json(self) -> dict[str, Any]:
        """Return the part as JSON, without absent fields, as it is inserted."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class BarcodeType(StrEnum):
    """Symbology of a code."""

    QR_CODE = "QR_CODE"
    AZTEC = "AZTEC"
    PDF_417 = "PDF_417"
    CODE_128 = "CODE_128"


class TranslatedString(Part):
    """A text in one language."""

    language: Language
    value: Text


class LocalizedString(Part):
    """A text with translations."""

    default_value: TranslatedString
    translated_values: tuple[TranslatedString, ...] | None = None


class ImageUri(Part):
    """URL from which Google fetches a picture."""

    uri: PictureUrl


class Image(Part):
    """A picture with a description for screen readers."""

    source_uri: ImageUri
    content_description: LocalizedString | None = None


class TextModule(Part):
    """A text with a heading. Templates refer to it by its id."""

    id: ModuleId
    localized_header: LocalizedString | None = None
    localized_body: LocalizedString


class Link(Part):
    """A URL with a title."""

    id: ModuleId
    uri: Url
    localized_description: LocalizedString


class LinksModule(Part):
    """The links of a class."""

    uris: Annotated[tuple[Link, ...], Field(min_length=1)]


class MerchantLocation(Part):
    """A place near which the phone may show the card, in degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class FieldReference(Part):
    """Path of a field: ``object.accountName``, ``class.textModulesData['key']``."""

    field_path: Annotated[str, StringConstraints(pattern=r"^(object|class)\.[A-Za-z]+")]


class FieldSelector(Part):
    """Fields of which the first one with a value is shown."""

    fields: Annotated[tuple[FieldReference, ...], Field(min_length=1)]


class TemplateItem(Part):
    """One item of a row."""

    first_value: FieldSelector


class OneItem(Part):
    """A row with one item."""

    item: TemplateItem


class TwoItems(Part):
    """A row with two items."""

    start_item: TemplateItem
    end_item: TemplateItem


class ThreeItems(Part):
    """A row with three items."""

    start_item: TemplateItem
    middle_item: TemplateItem
    end_item: TemplateItem


class Row(Part):
    """A row of the card: exactly one of the three forms."""

    one_item: OneItem | None = None
    two_items: TwoItems | None = None
    three_items: ThreeItems | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        """Require exactly one form."""
        kinds = (self.one_item, self.two_items, self.three_items)
        if sum(each is not None for each in kinds) != 1:
            raise PydanticCustomError("row", "a row has one item, two or three")
        return self


class CardTemplate(Part):
    """The rows of the card."""

    card_row_template_infos: Annotated[tuple[Row, ...], Field(min_length=1, max_length=MAX_ROWS)]


class ClassTemplate(Part):
    """Layout of the cards of a class."""

    card_template_override: CardTemplate


class Moment(Part):
    """An instant."""

    date: Instant


class TimeInterval(Part):
    """An interval; either end may be open."""

    start: Moment | None = None
    end: Moment | None = None


class Barcode(Part):
    """A static code."""

    type: BarcodeType
    value: Text
    alternate_text: Text | None = None


class TotpParameters(Part):
    """Secret of a rotating code, in hexadecimal, and the number of digits of its values."""

    key: Annotated[str, StringConstraints(pattern=r"^([0-9A-F]{2}){16,64}$")] = Field(repr=False)
    value_length: Annotated[int, Field(ge=6, le=8)]


class TotpDetails(Part):
    """Parameters of ``{totp_value_0}`` (RFC 6238)."""

    algorithm: Literal["TOTP_SHA1"] = "TOTP_SHA1"
    period_millis: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3,9}$")]
    parameters: Annotated[tuple[TotpParameters, ...], Field(min_length=1, max_length=1)]


class RotatingBarcode(Part):
    """A code that the phone computes anew in each period, offline."""

    type: BarcodeType
    value_pattern: Annotated[str, StringConstraints(pattern=r"\{totp_value_0\}")]
    totp_details: TotpDetails
    alternate_text: Text | None = None


P = TypeVar("P", bound=Part)


def parse_part(kind: type[P], content: dict[str, Any]) -> P:
    """Validate JSON of Google Wallet strictly.

    Raises PassContentError with the path of the first error, such as
    ``linksModuleData.uris[0].uri``.
    """
    try:
        return kind.model_validate_json(json.dumps(content))
    except ValidationError as error:
        raise content_error(error) from None


def content_error(error: ValidationError) -> PassContentError:
    """Return the first error with its path, without values, which may be secret."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = ""
    for place in first["loc"]:
        path += f"[{place}]" if isinstance(place, int) else f".{place}" if path else str(place)
    messages = {"missing": "it is missing", "extra_forbidden": "there is no such key"}
    return PassContentError(path, messages.get(first["type"], first["msg"]))
