"""Codes of cards issued by this product: a random code, with a signature or a rotating value.

They consist of digits, capitals, ``.`` and ``-`` only, which a QR code encodes compactly (in its
alphanumeric mode, ISO/IEC 18004) and a hand scanner types on every keyboard layout.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

SIGNATURE_BYTES = 64
"""Length of an Ed25519 signature (RFC 8032, section 5.1.6)."""

_PREFIX, _OLD_ROTATING_PREFIX, _ALIAS_PREFIX = "MC1", "MC2", "MC3"
_BYTES, _CHARACTERS = 16, 26
_SIGNATURE_CHARACTERS = 103
# Crockford's Base32 alphabet: without I, L, O and U.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_MAX_SECONDS = 10**11 - 1

# The first character holds the remaining bits: 3 of 128, 2 of 512.
_NAME = rf"[0-7][{_ALPHABET}]{{{_CHARACTERS - 1}}}"
_CARD = re.compile(_PREFIX + _NAME)
_SIGNED = re.compile(
    rf"({_PREFIX}{_NAME})\.([0-3][{_ALPHABET}]{{{_SIGNATURE_CHARACTERS - 1}}})", re.ASCII
)
_ALIAS = re.compile(_ALIAS_PREFIX + _NAME)
_ROTATING = re.compile(
    rf"({_ALIAS_PREFIX}|{_OLD_ROTATING_PREFIX})({_NAME})-(0|[1-9][0-9]{{0,10}})-([0-9]{{8}})"
)
_VALUE = re.compile(r"[0-9]{8}", re.ASCII)
_BEGINNING = re.compile(
    rf"M(C([1-3]([0-7][{_ALPHABET}]{{0,{_CHARACTERS - 1}}}[.{_ALPHABET}-]*)?)?)?"
)


class BarcodeFault(StrEnum):
    """Why a text could not be parsed; stable, for programs."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    NOT_A_CARD = "not_a_card"


class BarcodeError(ValueError):
    """A text that is not a code. The message never quotes the text, which may be anything."""

    def __init__(self, fault: BarcodeFault, message: str) -> None:
        """``fault`` is for programs, ``message`` for people."""
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class CardCode:
    """The random code of one card, 128 bits; it contains nothing about the customer.

    Raises:
        BarcodeError: ``text`` is not a card code in canonical spelling.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse values that ``parse`` would not return."""
        if not _CARD.fullmatch(self.text):
            raise BarcodeError(BarcodeFault.NOT_A_CARD, "not a card code")

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the code that ``text`` is, in canonical spelling, or None."""
        return cls(text) if _CARD.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class SignedCardCode:
    """A card code with an Ed25519 signature, 64 bytes; see ``codes.signed``.

    Raises:
        BarcodeError: the signature has another length.
    """

    card: CardCode
    signature: bytes

    def __post_init__(self) -> None:
        """Refuse values that ``parse`` would not return."""
        if len(self.signature) != SIGNATURE_BYTES:
            raise BarcodeError(BarcodeFault.NOT_A_CARD, "not a signature of a card code")

    @property
    def text(self) -> str:
        """The card code, a dot, and the signature in 103 characters of the same alphabet."""
        return f"{self.card.text}.{_encoded(self.signature, _SIGNATURE_CHARACTERS)}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the code that ``text`` is, in canonical spelling, or None."""
        match = _SIGNED.fullmatch(text)
        return (
            None if match is None else cls(CardCode(match[1]), _decoded(match[2], SIGNATURE_BYTES))
        )


@dataclass(frozen=True, slots=True)
class CardAlias:
    """The name of a card in its changing codes: random, 128 bits, unrelated to its card code.

    It is no code by itself: whoever reads a changing code learns nothing that can be shown later.

    Raises:
        BarcodeError: ``text`` is not an alias in canonical spelling.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse values that ``parse`` would not return."""
        if not _ALIAS.fullmatch(self.text):
            raise BarcodeError(BarcodeFault.NOT_A_CARD, "not an alias of a card")


@dataclass(frozen=True, slots=True)
class RotatingCode:
    """A card's alias with a value that changes; see ``passes.codes.rotating``.

    ``seconds`` is the Unix time at which the phone computed it; ``value`` has 8 digits. Codes of
    the old form (``is_old``) name the card by its card code; none are made any more.

    Raises:
        BarcodeError: the seconds are negative or longer than 11 digits, or the value is not
            8 digits.
    """

    name: CardAlias | CardCode
    seconds: int
    value: str

    def __post_init__(self) -> None:
        """Refuse values that ``parse`` would not return."""
        if not (0 <= self.seconds <= _MAX_SECONDS and _VALUE.fullmatch(self.value)):
            raise BarcodeError(BarcodeFault.NOT_A_CARD, "not a rotating code")

    @property
    def is_old(self) -> bool:
        """Whether it names the card by its card code, as codes did before there were aliases."""
        return isinstance(self.name, CardCode)

    @property
    def text(self) -> str:
        """The name of the card (``MC3...``; ``MC2...`` if old), the seconds and the value."""
        return f"{rotating_prefix(self.name)}-{self.seconds}-{self.value}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the code that ``text`` is, in canonical spelling, or None."""
        match = _ROTATING.fullmatch(text)
        if match is None:
            return None
        prefix, name, seconds, value = match.groups()
        if prefix == _ALIAS_PREFIX:
            return cls(CardAlias(prefix + name), int(seconds), value)
        return cls(CardCode(_PREFIX + name), int(seconds), value)


def begins_card(text: str) -> bool:
    """Return whether a code of a card issued here, of any form, may begin with all of ``text``."""
    return _BEGINNING.fullmatch(text) is not None


def rotating_prefix(name: CardAlias | CardCode) -> str:
    """Return the common prefix of a card's rotating codes: all before the first dash."""
    if isinstance(name, CardAlias):
        return name.text
    return _OLD_ROTATING_PREFIX + name.text.removeprefix(_PREFIX)


def new_card_code(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> CardCode:
    """Return the code for a new card, from the 16 bytes of ``random_bytes(16)``.

    Raises:
        ValueError: the source returned another number of bytes.
    """
    return CardCode(_PREFIX + _drawn(random_bytes))


def new_card_alias(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> CardAlias:
    """Return the alias for a new card, from the 16 bytes of ``random_bytes(16)``.

    Raises:
        ValueError: the source returned another number of bytes.
    """
    return CardAlias(_ALIAS_PREFIX + _drawn(random_bytes))


def _drawn(random_bytes: Callable[[int], bytes]) -> str:
    """Return 128 random bits in 26 characters. Raises ValueError."""
    drawn = random_bytes(_BYTES)
    if len(drawn) != _BYTES:
        raise ValueError(f"the random source gave {len(drawn)} bytes instead of {_BYTES}")
    return _encoded(drawn, _CHARACTERS)


def _encoded(raw: bytes, characters: int) -> str:
    """Encode bytes as a number in Base32, in so many characters."""
    bits = int.from_bytes(raw)
    shifts = range(5 * (characters - 1), -1, -5)
    return "".join(_ALPHABET[bits >> shift & 31] for shift in shifts)


def _decoded(text: str, length: int) -> bytes:
    """Decode the result of ``_encoded`` to ``length`` bytes."""
    bits = 0
    for letter in text:
        bits = bits << 5 | _VALUES[letter]
    return bits.to_bytes(length)
