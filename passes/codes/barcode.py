"""The text of the code on a card: created for a new card, parsed from what a scanner delivers.

A code identifies a card or customer; it does not grant access. Six forms are parsed:

====================  =============================================  ==========================
form                  example                                        found on
====================  =============================================  ==========================
``CardCode``          ``MC1`` + 26 characters                        cards issued here
``SignedCardCode``    ``MC1...`` + ``.`` + 103 characters            the same, signed
``RotatingCode``      ``MC3`` + 26 characters + ``-1799999999-``     Google Wallet and live cards,
                      + 8 digits                                     new every 30 seconds
``CustomerUuid``      ``0f5c...`` (also in braces, or as a URN)      cards of the old platform
``InstallLink``       ``https://host/club/gold/0f5c...``             printed sign-up sheets
``CustomerNumber``    ``C-000123``                                   Code 128 key fobs
====================  =============================================  ==========================

Rotating codes of the old form begin with ``MC2`` and the card's own 26 characters.

Every form has a ``text``: the canonical spelling to print or encode, which is ASCII without a
line break and parses back to an equal value. Parsing verifies nothing: ``passes.codes.signed``
verifies signatures and ``passes.codes.rotating`` rotating values.
"""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

from passes.codes.card_codes import (
    BarcodeError,
    BarcodeFault,
    CardAlias,
    CardCode,
    RotatingCode,
    SignedCardCode,
    new_card_alias,
    new_card_code,
)

__all__ = [
    "MAX_LENGTH",
    "BarcodeError",
    "BarcodeFault",
    "CardAlias",
    "CardCode",
    "CustomerNumber",
    "CustomerUuid",
    "InstallLink",
    "ParsedCode",
    "RotatingCode",
    "SignedCardCode",
    "bare_text",
    "new_card_alias",
    "new_card_code",
    "parse",
]

MAX_LENGTH = 4096
"""Longest text or byte string that is parsed; a QR code holds at most 4,296 characters."""

_MAX_NUMBER = 10**12 - 1

_UUID = re.compile(
    r"(?:urn:uuid:)?(?P<open>\{)?"
    r"(?P<hex>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})"
    r"(?(open)\})",
    re.IGNORECASE | re.ASCII,
)
_NUMBER = re.compile(r"C-?0*([1-9][0-9]{0,11})", re.IGNORECASE | re.ASCII)
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,79}", re.ASCII)
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?", re.ASCII)
_SCANNER_PREFIX = re.compile(r"(?:\][A-Za-z][0-9A-Za-z]|\\0000(?:01|03|26|27)|\ufeff|\s)+")


@dataclass(frozen=True, slots=True)
class CustomerUuid:
    """A customer's id, as cards of the older platform carry it."""

    customer_id: UUID

    @property
    def text(self) -> str:
        """The canonical spelling: lower case with dashes."""
        return str(self.customer_id)


@dataclass(frozen=True, slots=True)
class InstallLink:
    """The URL at which a customer gets a card of one design.

    ``origin`` is scheme, host and port. A query, such as a signature, is dropped.

    Raises:
        BarcodeError: ``origin``, ``organization`` or ``design`` is not valid in such a URL.
    """

    origin: str
    organization: str
    design: str
    customer_id: UUID

    def __post_init__(self) -> None:
        """Refuse values that ``parse`` would not return."""
        if not _ORIGIN.fullmatch(self.origin):
            raise BarcodeError(BarcodeFault.NOT_A_CARD, "the link has no plain http(s) origin")
        if not (_SLUG.fullmatch(self.organization) and _SLUG.fullmatch(self.design)):
            raise BarcodeError(BarcodeFault.NOT_A_CARD, "the link names no organization or design")

    @property
    def text(self) -> str:
        """The URL, without a query."""
        return f"{self.origin}/{self.organization}/{self.design}/{self.customer_id}"


@dataclass(frozen=True, slots=True)
class CustomerNumber:
    """The customer number, 1 to 12 digits, as people read it out.

    Raises:
        BarcodeError: ``number`` is not positive, or too long.
    """

    number: int

    def __post_init__(self) -> None:
        """Refuse values that ``parse`` would not return."""
        if not 1 <= self.number <= _MAX_NUMBER:
            raise BarcodeError(BarcodeFault.NOT_A_CARD, "not a customer number")

    @property
    def text(self) -> str:
        """The canonical spelling, at least six digits: ``C-000123``."""
        return f"C-{self.number:06d}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the number in ``text``, with or without dash and leading zeros, or None."""
        match = _NUMBER.fullmatch(text)
        return None if match is None else cls(int(match[1]))


ParsedCode = CardCode | SignedCardCode | RotatingCode | CustomerUuid | InstallLink | CustomerNumber


def parse(text: str | bytes) -> ParsedCode:
    """Return the code in a scanned text.

    Surrounding white space and prefixes that scanners add (ECI such as ``\\000026``, symbology
    identifiers such as ``]Q1``, a byte order mark) are ignored, and so is case, except in the path
    of a link. Bytes are decoded as UTF-8.

    Raises:
        BarcodeError: the text is empty, too long, not UTF-8, or has none of the forms. No input
            raises anything else.
    """
    if len(text) > MAX_LENGTH:
        raise BarcodeError(BarcodeFault.TOO_LONG, f"{len(text)} characters are no code of ours")
    bare = bare_text(text if isinstance(text, str) else _decoded(text))
    if not bare:
        raise BarcodeError(BarcodeFault.EMPTY, "the code is empty")
    if (issued := _issued_here(bare)) is not None:
        return issued
    if (number := CustomerNumber.parse(bare)) is not None:
        return number
    if (customer_id := _uuid(bare)) is not None:
        return CustomerUuid(customer_id)
    if (link := _install_link(bare)) is not None:
        return link
    raise BarcodeError(BarcodeFault.NOT_A_CARD, "the text has none of the forms of a card")


def _decoded(raw: bytes) -> str:
    """Decode UTF-8. Raises BarcodeError."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BarcodeError(
            BarcodeFault.NOT_TEXT, "the code holds bytes that are no text"
        ) from error


def bare_text(text: str) -> str:
    """Return ``text`` without white space and prefixes that scanners add."""
    prepended = _SCANNER_PREFIX.match(text)
    return text[prepended.end() if prepended else 0 :].rstrip()


def _issued_here(text: str) -> CardCode | SignedCardCode | RotatingCode | None:
    """Return the code of a card issued here, the plain form first, or None."""
    if not text.isascii():  # some other letters have a capital that is ASCII
        return None
    upper = text.upper()
    return CardCode.parse(upper) or SignedCardCode.parse(upper) or RotatingCode.parse(upper)


def _uuid(text: str) -> UUID | None:
    """Return the UUID that is the whole of ``text``, or None."""
    match = _UUID.fullmatch(text)
    return None if match is None else UUID(match["hex"])


def _install_link(text: str) -> InstallLink | None:
    """Return the install link that ``text`` is, or None."""
    if not text.isascii() or not text.isprintable():
        return None
    try:
        parts = urlsplit(text)
    except ValueError:  # such as an unclosed bracket in the host
        return None
    segments = parts.path.rstrip("/").split("/")
    customer_id = _uuid(segments[-1])
    if len(segments) != 4 or segments[0] or customer_id is None:
        return None
    try:
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
        return InstallLink(origin, segments[1], segments[2], customer_id)
    except BarcodeError:
        return None
