"""The design of cards: colours, pictures, fields and form of the code, for both wallets.

A ``Design`` names its pictures by tag (the SHA-256 of the PNG); functions that draw take the bytes
beside it. So a design stays small, and every version of it can be stored.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Self, cast
from urllib.parse import unquote

from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    UrlConstraints,
    ValidationInfo,
    model_validator,
)

from passes.characters import STORED, check_line, valid_paragraph
from passes.stored import StoredReader
from passes.words import (
    NO_END,
    STATUS_WORDS,
    FaceStatus,
    KnownLanguage,
    LocalText,
    in_languages,
)

MAX_LOCATIONS = 10
MAX_URL = 2083
"""Characters of a link, as most programs take them."""

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]
"""``#rrggbb``."""


Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(valid_paragraph),
]
Texts = Annotated[Mapping[KnownLanguage, Words], Field(min_length=1, max_length=20)]
"""One text by language, such as ``{"en": "Member card", "de": "Mitgliedskarte"}``."""
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Tag = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    """Base of the parts: immutable; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CardKind(StrEnum):
    """The style of a card in Apple Wallet; Google Wallet shows both as loyalty cards."""

    STORE_CARD = "store_card"
    GENERIC = "generic"


class Slot(StrEnum):
    """Where Apple Wallet draws a field. Google Wallet has rows, which follow the same order."""

    HEADER = "header"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    AUXILIARY = "auxiliary"
    BACK = "back"


MAX_FIELDS: Mapping[Slot, int] = {
    Slot.HEADER: 3,
    Slot.PRIMARY: 1,
    Slot.SECONDARY: 4,
    Slot.AUXILIARY: 4,
    Slot.BACK: 20,
}


class Shows(StrEnum):
    """The value of a field: a text of the design, or a fact about the holder."""

    TEXT = "text"
    CUSTOMER_NAME = "customer_name"
    CUSTOMER_NUMBER = "customer_number"
    STATUS = "status"
    PLAN = "plan"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    COMPANY = "company"
    PERMISSIONS = "permissions"
    ORGANIZATION = "organization"


class ImageRole(StrEnum):
    """The place of a picture on a card."""

    ICON = "icon"
    LOGO = "logo"
    STRIP = "strip"
    THUMBNAIL = "thumbnail"


class CodeForm(StrEnum):
    """The form of the code on a card. See ``passes.codes.barcode``."""

    CARD = "card"
    """The random code of the card."""
    SIGNED = "signed"
    """The same with a signature, which can be verified offline."""
    ROTATING = "rotating"
    """In Google Wallet, a code that changes; Apple Wallet has none, and shows ``CARD``."""


class Symbology(StrEnum):
    """The symbology of the code. Code 128 is too short for signed and rotating codes."""

    QR = "qr"
    AZTEC = "aztec"
    PDF417 = "pdf417"
    CODE128 = "code128"


class DesignField(_Part):
    """One field of a card."""

    key: Key = Field(examples=["member"])
    slot: Slot = Field(examples=["secondary"])
    shows: Shows = Field(examples=["customer_name"])
    label: Texts = Field(examples=[{"en": "Member", "de": "Mitglied"}])
    text: Texts | None = Field(default=None, description="The text, if it shows one.")

    @model_validator(mode="after")
    def _text_where_it_is_shown(self) -> Self:
        """Require a text for ``Shows.TEXT``, and only there."""
        if (self.shows is Shows.TEXT) != (self.text is not None):
            raise ValueError("a field has a text if it shows one, and only then")
        return self


_PHONE = re.compile(r"\+?[0-9]{3,15}(;ext=[0-9]{1,10})?", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"[\s().\-/\u2010-\u2015\u2212]|%20")
_TRUNK = re.compile(r"(\+[^(]*)\(\s*0\s*\)")
"""The zero that is dialled at home only: "+49 (0)30" is +4930 from everywhere."""
_ADDRESS = re.compile(r"(?!/)[^@\s?,;:<>\"#\ufffd]+@[^@\s?,;:<>\"#\ufffd]+")
"""One address, decoded."""


def _tidy(url: object) -> object:
    """Return a link without what people put between the digits of a telephone number."""
    if isinstance(url, str) and url[:4].lower() == "tel:":
        return "tel:" + _BETWEEN_DIGITS.sub("", _TRUNK.sub(r"\1", unquote(url[4:])))
    return url


def _usable(url: AnyUrl, info: ValidationInfo) -> AnyUrl:
    """Return a link that a phone can follow; stored ones stay readable. Raises ValueError."""
    if info.context == STORED:
        return url
    if len(str(url)) > MAX_URL:
        raise ValueError(f"must have at most {MAX_URL} characters")
    if url.scheme == "tel" and not _PHONE.fullmatch(str(url).removeprefix("tel:")):
        raise ValueError("must be a telephone number, such as tel:+4930123456")
    if url.scheme == "mailto" and not _is_address(str(url)):
        raise ValueError("must be one email address, such as mailto:info@club.example")
    return url


def _is_address(url: str) -> bool:
    """Whether ``mailto:`` names one address, none of its characters unseen, and no place in it."""
    address = unquote(url.removeprefix("mailto:").split("?")[0])
    return _ADDRESS.fullmatch(check_line(address)) is not None


class _LinkUrl(AnyUrl):
    """A page, a telephone number (RFC 3966) or an email address (RFC 6068)."""

    _constraints = UrlConstraints(allowed_schemes=["http", "https", "tel", "mailto"])


class DesignLink(_Part):
    """A link on the back of the card: a page, a telephone number or an email address."""

    label: Texts = Field(examples=[{"en": "Book a class"}])
    url: Annotated[_LinkUrl, BeforeValidator(_tidy), AfterValidator(_usable)] = Field(
        examples=["https://club.example/classes", "tel:+4930123456", "mailto:info@club.example"],
        json_schema_extra={"maxLength": MAX_URL},
        description="`http:`, `https:`, `tel:` or `mailto:`.",
    )


class Location(_Part):
    """A place near which the phone may show the card, in degrees (WGS 84)."""

    latitude: float = Field(strict=True, ge=-90, le=90, examples=[52.52])
    longitude: float = Field(strict=True, ge=-180, le=180, examples=[13.405])
    text: Texts | None = None


def _is_unused(part: object) -> bool:
    """Whether a part that designs of before do not have is left out, so that they stay the same."""
    return not part


class Design(_Part):
    """The design of cards, for both wallets.

    ``languages`` are those the card is made in; phones in another language get the first. Texts
    may have more languages, or fewer.
    """

    kind: CardKind = CardKind.STORE_CARD
    title: Texts = Field(examples=[{"en": "Member card", "de": "Mitgliedskarte"}])
    description: Texts = Field(
        examples=[{"en": "Member card of the club"}], description="Read out by screen readers."
    )
    languages: tuple[KnownLanguage, ...] = Field(default=("en",), min_length=1, max_length=20)
    background: Colour = Field(default="#1d3557", examples=["#1d3557"])
    foreground: Colour = Field(default="#ffffff", examples=["#ffffff"])
    label: Colour = Field(default="#c9d6e6", examples=["#c9d6e6"])
    images: Mapping[ImageRole, Tag] = Field(
        default_factory=dict, max_length=len(ImageRole), description="Tags of uploaded pictures."
    )
    fields: tuple[DesignField, ...] = Field(default=(), max_length=32)
    links: tuple[DesignLink, ...] = Field(default=(), max_length=10)
    locations: tuple[Location, ...] = Field(default=(), max_length=MAX_LOCATIONS)
    code: CodeForm = CodeForm.CARD
    symbology: Symbology = Symbology.QR
    code_text: StrictBool = Field(
        default=True, description="Whether the customer number is shown under the code."
    )
    sharing_prohibited: StrictBool = True
    status_words: Mapping[FaceStatus, Texts] = Field(
        default_factory=dict,
        exclude_if=_is_unused,
        max_length=len(FaceStatus),
        examples=[{"active": {"en": "Welcome", "de": "Willkommen"}}],
        description="Words in place of the usual ones for a status, by language. A language that "
        "is missing has the usual ones.",
    )
    no_end: Texts | None = Field(
        default=None,
        exclude_if=_is_unused,
        examples=[{"en": "For life"}],
        description="Words in place of the usual ones where a membership has no last day.",
    )

    def words_of(self, status: FaceStatus, *others: str) -> LocalText:
        """Return the words of a status in the design's languages, in ``others`` and in English."""
        languages = (*self.languages, *others)
        return in_languages(self.status_words.get(status), STATUS_WORDS[status], languages)

    def words_of_no_end(self) -> LocalText:
        """Return the words for a membership without a last day, also in English and German."""
        return in_languages(self.no_end, NO_END, ("en", "de", *self.languages))

    @classmethod
    def stored(cls, content: object) -> Self:
        """Return a design that was stored, as JSON values or as text.

        It is read by its form, without the limits of today: see ``passes.stored``. Raises
        ValidationError.
        """
        return cast(Self, _reader().read(content))

    @model_validator(mode="after")
    def _drawable(self) -> Self:
        """Refuse duplicate keys, more fields than fit in a slot, and codes that are too long."""
        keys = [each.key for each in self.fields]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"fields: the key {twice[0]!r} is used twice")
        for slot, most in MAX_FIELDS.items():
            count = sum(each.slot is slot for each in self.fields)
            if count > most:
                raise ValueError(f"fields: {count} in {slot.value}, where {most} fit")
        if self.code is not CodeForm.CARD and self.symbology is Symbology.CODE128:
            raise ValueError("symbology: this form of code is too long for code128")
        return self


@lru_cache(maxsize=1)
def _reader() -> StoredReader[Design]:
    """Return the reader of stored designs."""
    return StoredReader(Design)
