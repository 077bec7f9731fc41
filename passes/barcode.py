"""The text on a card: made for a new card, and read back from whatever a scanner delivers.

A code names somebody; it never says whether they may come in. Four forms are read:

====================  =============================================  ==========================
form                  example                                        found on
====================  =============================================  ==========================
``CardCode``          ``MC1`` + 26 characters                        cards issued here
``CustomerUuid``      ``0f5c...`` (also in braces, or as a URN)      cards of the old platform
``InstallLink``       ``https://host/club/gold/0f5c...``             printed sign-up sheets
``CustomerNumber``    ``C-000123``                                   Code 128 key fobs
====================  =============================================  ==========================

Every form has a ``text``: the canonical spelling to print or encode, which is ASCII without a
line break and parses back to an equal value.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

MAX_LENGTH = 4096
"""Longest text or byte string that is looked at; a QR code holds at most 4,296 characters."""

_CARD_PREFIX = "MC1"
_CARD_BYTES = 16
_CARD_CHARACTERS = 26
# Digits and capitals only, so that a QR code packs them tightly and a hand scanner types them
# on every keyboard; without I, L, O and U, which are misread on a print.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MAX_NUMBER = 10**12 - 1

_CARD = re.compile(rf"{_CARD_PREFIX}[0-7][{_ALPHABET}]{{{_CARD_CHARACTERS - 1}}}")
_UUID = re.compile(
    r"(?:urn:uuid:)?(?P<open>\{)?"
    r"(?P<hex>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})"
    r"(?(open)\})",
    re.IGNORECASE | re.ASCII,
)
_NUMBER = re.compile(r"C-?0*([1-9][0-9]{0,11})", re.IGNORECASE | re.ASCII)
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,79}", re.ASCII)
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?", re.ASCII)
_WHAT_A_SCANNER_PREPENDS = re.compile(r"(?:\][A-Za-z][0-9A-Za-z]|\\0000(?:01|03|26|27)|\ufeff|\s)+")


class BarcodeFault(StrEnum):
    """Why a text is no code of ours; stable, for programs."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    NOT_A_CARD = "not_a_card"


class BarcodeError(ValueError):
    """A text that has none of the forms. It never quotes the text, which may be anything."""

    def __init__(self, fault: BarcodeFault, message: str) -> None:
        """Keep the fault beside the sentence that tells it."""
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class CardCode:
    """The random name of one card, 128 bits; it tells nothing about the customer.

    Raises:
        BarcodeError: ``text`` is not a card code in canonical spelling.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse what ``parse`` would not give back."""
        if not _CARD.fullmatch(self.text):
            raise BarcodeError(BarcodeFault.NOT_A_CARD, "not a card code")


@dataclass(frozen=True, slots=True)
class CustomerUuid:
    """The customer's own id, as cards of the older platform carry it."""

    customer_id: UUID

    @property
    def text(self) -> str:
        """The canonical spelling: lower case with dashes."""
        return str(self.customer_id)


@dataclass(frozen=True, slots=True)
class InstallLink:
    """The address under which a customer fetches a card of one design.

    ``origin`` is scheme, host and port; a query, such as a signature, is not kept.

    Raises:
        BarcodeError: ``origin``, ``organization`` or ``design`` cannot stand in such a link.
    """

    origin: str
    organization: str
    design: str
    customer_id: UUID

    def __post_init__(self) -> None:
        """Refuse what ``parse`` would not give back."""
        if not _ORIGIN.fullmatch(self.origin):
            raise BarcodeError(BarcodeFault.NOT_A_CARD, "the link has no plain http(s) origin")
        if not (_SLUG.fullmatch(self.organization) and _SLUG.fullmatch(self.design)):
            raise BarcodeError(BarcodeFault.NOT_A_CARD, "the link names no organization or design")

    @property
    def text(self) -> str:
        """The link itself, without a query."""
        return f"{self.origin}/{self.organization}/{self.design}/{self.customer_id}"


@dataclass(frozen=True, slots=True)
class CustomerNumber:
    """The number that people read out, 1 to 12 digits.

    Raises:
        BarcodeError: ``number`` is not positive, or too long.
    """

    number: int

    def __post_init__(self) -> None:
        """Refuse what ``parse`` would not give back."""
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


ParsedCode = CardCode | CustomerUuid | InstallLink | CustomerNumber


def new_card_code(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> CardCode:
    """Return a code for a new card, from 16 bytes of ``random_bytes(16)``.

    Raises:
        ValueError: the source gave another number of bytes.
    """
    drawn = random_bytes(_CARD_BYTES)
    if len(drawn) != _CARD_BYTES:
        raise ValueError(f"the random source gave {len(drawn)} bytes instead of {_CARD_BYTES}")
    bits = int.from_bytes(drawn)
    shifts = range(5 * (_CARD_CHARACTERS - 1), -1, -5)
    return CardCode(_CARD_PREFIX + "".join(_ALPHABET[bits >> shift & 31] for shift in shifts))


def parse(text: str | bytes) -> ParsedCode:
    """Return what a scanned text names.

    White space around it and what scanners put before it (ECI prefixes such as ``\\000026``,
    symbology identifiers such as ``]Q1``, a byte order mark) are ignored, and so is case,
    except in the path of a link. Bytes are read as UTF-8.

    Raises:
        BarcodeError: it is empty, too long, not UTF-8, or has none of the forms. No input
            raises anything else.
    """
    if len(text) > MAX_LENGTH:
        raise BarcodeError(BarcodeFault.TOO_LONG, f"{len(text)} characters are no code of ours")
    bare = _bare(text if isinstance(text, str) else _decoded(text))
    if not bare:
        raise BarcodeError(BarcodeFault.EMPTY, "the code is empty")
    if _CARD.fullmatch(upper := bare.upper()) and bare.isascii():
        return CardCode(upper)
    if (number := CustomerNumber.parse(bare)) is not None:
        return number
    if (customer_id := _uuid(bare)) is not None:
        return CustomerUuid(customer_id)
    if (link := _install_link(bare)) is not None:
        return link
    raise BarcodeError(BarcodeFault.NOT_A_CARD, "the text has none of the forms of a card")


def _decoded(raw: bytes) -> str:
    """Return UTF-8 bytes as text."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BarcodeError(
            BarcodeFault.NOT_TEXT, "the code holds bytes that are no text"
        ) from error


def _bare(text: str) -> str:
    """Return ``text`` without what scanners put around it."""
    prepended = _WHAT_A_SCANNER_PREPENDS.match(text)
    return text[prepended.end() if prepended else 0 :].rstrip()


def _uuid(text: str) -> UUID | None:
    """Return the UUID that ``text`` spells in full, or None."""
    match = _UUID.fullmatch(text)
    return None if match is None else UUID(match["hex"])


def _install_link(text: str) -> InstallLink | None:
    """Return the install link that ``text`` is, or None if it is another link or none."""
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
