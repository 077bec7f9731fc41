"""Codes of other makers, such as key fobs and plastic cards: one form to store and compare them.

Every door uses it: scans, access checks, the search, imports, and codes given at the desk.
"""

import re
import unicodedata

from passes.codes.barcode import BarcodeError, bare_text, parse
from passes.codes.card_codes import begins_card

MAX_FOREIGN = 255
"""Longest code of another maker that is stored, in characters."""

_EAN_13, _UPC_A, _EAN_8, _ITF_14 = 13, 12, 8, 14
_HALF_OF_OURS = re.compile(r"MC[1-3][0-9A-Z]{12,}.*|C-?0+", re.IGNORECASE | re.ASCII | re.DOTALL)
_SURE = 8
"""From so many characters on, a letter among them, nothing but a card of ours begins so."""
_CONTROLS = dict.fromkeys([*range(0x01, 0x20), 0x7F])
"""C0 and DEL: a camera reads the separators (GS) of a code, a hand scanner leaves them out."""
_HINT = 4


def foreign_code(text: str) -> str:
    """Return a code as it is stored; empty if there is nothing in it.

    White space around it, prefixes of scanners and control characters are removed, accents are
    composed (NFC), and UPC-A has the thirteen digits of the EAN-13 that it is. Capitals count.
    """
    code = unicodedata.normalize("NFC", bare_text(bare_text(text).translate(_CONTROLS)))
    return f"0{code}" if _is_digits(code) and len(code) == _UPC_A else code


def foreign_spellings(text: str) -> tuple[str, ...]:
    """Return the spellings under which a code may be stored, the likeliest first.

    Codes that were imported before there was one form are stored as they were in the file.
    """
    code = foreign_code(text)
    upc = code[1:] if _is_digits(code) and len(code) == _EAN_13 and code[0] == "0" else code
    plain = text.strip().translate(_CONTROLS)
    return tuple(dict.fromkeys((code, plain, bare_text(plain), upc)))


def storable(text: str) -> bool:
    """Return whether a code can be stored and searched for: one printable line, not too long."""
    return text.isprintable() and 0 < len(text) <= MAX_FOREIGN


def is_ours(text: str) -> bool:
    """Return whether a text has a shape of this product's own codes, or of a torn one."""
    bare = bare_text(text.translate(_CONTROLS))
    try:
        parse(bare)
    except BarcodeError:
        return _HALF_OF_OURS.fullmatch(bare) is not None or _begins_ours(bare.upper())
    return True


def _begins_ours(text: str) -> bool:
    """Return whether a text is surely the beginning of a card of ours, torn off somewhere."""
    sure = len(text) >= _SURE and not text[2:].isdecimal()
    return sure and text.isascii() and begins_card(text)


def is_product(text: str) -> bool:
    """Return whether a code is of the kind that products carry: EAN, UPC or ITF-14, its check
    digit right (GS1 General Specifications, 7.9.1).
    """
    code = foreign_code(text)
    if not _is_digits(code) or len(code) not in {_EAN_8, _EAN_13, _ITF_14}:
        return False
    digits = [int(each) for each in reversed(code)]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def code_end(text: str) -> str:
    """Return the last characters of a code, by which people know a card, at most half of it."""
    return text[-min(_HINT, len(text) // 2) :] if len(text) > 1 else ""


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()
