"""Search terms of customers, compared without accents and case.

The index has every word of the name, number, email address and phone number (kind START), and
the tails of these words (kind INSIDE). Any part of a word is thus the beginning of a term, which a
sorted index finds directly.
"""

import re
from collections.abc import Iterable

from membership.base.folding import fold, words_of
from membership.store.models import TermKind

MAX_TERM = 254
MAX_SORT_NAME = 120
MAX_WORDS = 10
"""How many words of a query are looked for: more tell nothing more, and cost a condition each."""
_SHORTEST_TAIL = 3
_SHORTEST_PHONE_TAIL = 4
_PHONE_LIKE = re.compile(r"[+(]?[0-9][0-9 ()/.+-]*\Z", re.ASCII)
_PARTS_OF_ADDRESS = re.compile(r"[.@_+-]")


def search_words(
    *,
    names: Iterable[str],
    number: int,
    email: str | None,
    phone: str | None,
    national: str,
    former: Iterable[str] = (),
) -> str:
    """Return all words that find a customer, separated by spaces.

    ``phone`` is in E.164 form, ``national`` its significant number within the country, ``former``
    the words of former numbers.
    """
    words = [word for name in names for word in words_of(name)]
    words.append(str(number))
    if email:
        words.extend(_address_words(fold(email)))
    if phone:
        words.extend((phone.removeprefix("+"), national))
    words.extend(former)
    return " ".join(dict.fromkeys(word[:MAX_TERM] for word in words if word))


def sort_name(given_name: str, family_name: str) -> str:
    """Return the folded words of a name by which lists are sorted, the family name first."""
    return " ".join((*words_of(family_name), *words_of(given_name)))[:MAX_SORT_NAME]


def _address_words(email: str) -> list[str]:
    """Return an address, and its ends from each of its parts on."""
    starts = [0, *(match.end() for match in _PARTS_OF_ADDRESS.finditer(email))]
    return [email[start:] for start in starts if start < len(email)]


def terms_of(search_text: str) -> set[tuple[TermKind, str]]:
    """Return the index terms of a customer with these words."""
    words = search_text.split()
    starts = {(TermKind.START, word) for word in words}
    return starts | {(TermKind.INSIDE, tail) for word in words for tail in _tails(word)}


def _tails(word: str) -> list[str]:
    """Return the ends of a word that are worth indexing: none for addresses."""
    if "@" in word or "." in word:
        return []
    if word.isdigit() and word.isascii():
        shortest = _SHORTEST_PHONE_TAIL
    else:
        # In scripts without spaces, each character may begin a word.
        shortest = _SHORTEST_TAIL if word.isascii() else 1
    return [word[start:] for start in range(1, len(word) - shortest + 1)]


def query_words(query: str) -> list[str]:
    """Return the words of a query, longest first, at most MAX_WORDS; a customer must match all."""
    query = query.strip()
    if _PHONE_LIKE.match(query):
        # Without trunk and country prefixes, as numbers are indexed; "000123" is number 123.
        digits = re.sub(r"[^0-9]", "", query).lstrip("0")
        return [digits] if digits else []
    words: list[str] = []
    for part in query.split():
        # PostgreSQL cannot store NUL, so no indexed address contains one.
        address = fold(part).replace("\0", "").strip("@")
        words.extend([address] if "@" in part else words_of(part))
    distinct = dict.fromkeys(word[:MAX_TERM] for word in words if word)
    return sorted(distinct, key=len, reverse=True)[:MAX_WORDS]
