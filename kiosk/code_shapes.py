"""What a text looks like: a code of ours, somebody else's, or words. Pure.

No hand types six digits with 130 ms from one to the next; fast typists who enter digits all day
need 250 ms. Words are typed faster than that, so only their content tells them from a slow scanner.
"""

import re

from passes.codes.barcode import (
    BarcodeError,
    CardCode,
    CustomerNumber,
    CustomerUuid,
    InstallLink,
    ParsedCode,
    RotatingCode,
    SignedCardCode,
    parse,
)
from passes.codes.card_codes import begins_card

SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""The identifier that a scanner may send before a code (ISO/IEC 15424)."""
_HALFSYMBOLOGY = re.compile(r"\]([A-Za-z][0-9A-Za-z]?)?")
_LEAD = re.compile(r"[^\w\s]{0,2}")
_AROUND = re.compile(r"[^0-9A-Za-z]{0,4}(.*?)[^0-9A-Za-z]{0,4}", re.DOTALL)

_LEAST, _LEAST_DIGITS, _LEAST_RUNS, _LINK_DIGITS = 6, 4, 5, 2
_RUNS = re.compile(r"[A-Za-z]+|[0-9]+")
_SURE, _SURE_DIGITS = 5, 12
_NO_CODE = re.compile(
    r"[0-9]{1,7}[.,][0-9]{1,2}|[0-9]{1,4}([./-])[0-9]{1,2}\1[0-9]{1,4}|\+[0-9 ()/-]*"
)
"""An amount, a day, a phone number: digits that people type."""
_WORD = re.compile(r"(?=.*[A-Z])[0-9A-Z]+([-+_./:][0-9A-Z]+)*")
_STRUCTURED = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.+|[A-Z]{3,}:[A-Z]+:.*", re.DOTALL)
"""A link, or fields such as those of a QR code for a network."""
_LINKS = ("https://", "http://", "www.")


def _parsed(text: str) -> ParsedCode | None:
    try:
        return parse(text)
    except BarcodeError:
        return None


def exact_own_code(text: str) -> str | None:
    """Return the code of a card of ours that the whole of a text is, or None."""
    found = _parsed(text)
    own = isinstance(found, CardCode | SignedCardCode | RotatingCode) and found.text == text
    return text if own else None


def own_code(text: str) -> str | None:
    """Return the code of a card of ours that a text is, in canonical spelling, or None.

    Up to four other signs on either side are what a scanner was set to add.
    """
    for part in (text, _inside(text)):
        found = _parsed(part) if part else None
        if isinstance(found, CardCode | SignedCardCode | RotatingCode):
            return found.text
    return None


def names_somebody(text: str) -> bool:
    """Return whether a text is a customer's number, id or link, which our cards may carry too."""
    return isinstance(_parsed(text), CustomerNumber | CustomerUuid | InstallLink)


def is_number(text: str) -> bool:
    """Return whether a text is a customer's number, of which a part is a number as well."""
    return isinstance(_parsed(text), CustomerNumber)


def own_beginning(text: str, prefix: str = "") -> int | None:
    """Return how many characters of a code of a card of ours a text ends with; None if none may.

    0: it is only the beginning of what a scanner sends before a code: ``prefix``, a symbology
    identifier, or up to two signs.
    """
    own = _own_part(text, prefix)
    return None if own is None else len(own)


def sure_beginning(text: str, prefix: str = "") -> int:
    """Return how many characters of a code of ours a text surely ends with; 0 if a person, or a
    card of another maker, may begin so as well: with fewer than five, or with digits alone.
    """
    own = _own_part(text, prefix) or ""
    digits = own[2:].isdecimal() and len(own) < _SURE_DIGITS
    return 0 if len(own) < _SURE or digits else len(own)


def _own_part(text: str, prefix: str) -> str | None:
    """Return what of a text begins a code of ours, after what a scanner sends before it."""
    if prefix and prefix.startswith(text):
        return ""
    bare = text.removeprefix(prefix)
    if bare and _HALFSYMBOLOGY.fullmatch(bare):
        return ""
    bare = without_symbology(bare)
    lead = _LEAD.match(bare)
    own = bare[lead.end() if lead else 0 :]
    if own.isascii() and begins_card(own.upper()):
        return own
    return "" if bare and not own else None


def without_symbology(text: str) -> str:
    """Return a text without the identifier that a scanner may send before a code."""
    return SYMBOLOGY.sub("", text, count=1) if SYMBOLOGY.match(text) else text


def code_like(text: str) -> bool:
    """Return whether a text is hardly one that a person types: a number, a code, a link."""
    if _STRUCTURED.fullmatch(text) or _STRUCTURED.fullmatch(_inside(text)):
        return True
    if len(text) < _LEAST or not _capital(text) or _NO_CODE.fullmatch(text):
        return False
    if " " in text and not any(character.isalpha() for character in text):
        return False
    digits = sum(character.isdecimal() for character in text)
    return digits >= _LEAST_DIGITS and digits * 2 >= len(_inside(text).replace(" ", ""))


def plain_link(text: str) -> bool:
    """Return whether a text is a link that a person may type, with hardly a digit in it."""
    return "://" in text and sum(character.isdecimal() for character in text) < _LINK_DIGITS


def mixed(text: str) -> bool:
    """Return whether letters and digits alternate so often as in no word that is typed fast."""
    inside = _inside(without_symbology(text))
    if inside not in {inside.lower(), inside.upper()}:
        return False  # passwords have both
    if not inside.isascii() or not inside.replace("-", "").isalnum() or len(inside) < _LEAST:
        return False
    return len(_RUNS.findall(inside)) >= _LEAST_RUNS


def capital_word(text: str) -> bool:
    """Return whether a text is one word of capitals: a code such as a club prints, or a name.

    It may have digits and signs in it, and up to four signs on either side; six characters at
    least, as shorter ones are typed by hand all day.
    """
    inside = _inside(without_symbology(text))
    return len(inside) >= _LEAST and bool(_WORD.fullmatch(inside))


def may_become_code_like(text: str) -> bool:
    """Return whether a text may be the beginning of one that is ``code_like``."""
    link = any(text.startswith(each) or each.startswith(text) for each in _LINKS)
    return link or bool(_STRUCTURED.fullmatch(text)) or _capital(text)


def shape_of(text: str) -> str:
    """Return the shape of a code: ``A`` for each capital, ``a`` for a small letter, ``9`` …"""
    return "".join(
        "9" if c.isdecimal() else ("a" if c.islower() else "A") if c.isalpha() else c for c in text
    )


def _inside(text: str) -> str:
    """Return a text without up to four signs on either side, which a scanner may add."""
    inside = _AROUND.fullmatch(text)
    return inside[1] if inside else text


def _capital(text: str) -> bool:
    """Return whether a text has ASCII signs, no small letters, and no blanks at its ends."""
    return text.isascii() and text.isprintable() and text == text.upper() and text == text.strip()
