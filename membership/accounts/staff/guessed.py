"""Words that are tried first for passwords, and how a password is read before it is estimated.

Pure, apart from the list of words in ``resources/passwords``, which is read once.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import resources

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_LEET = {
    **{"4": "a", "@": "a", "3": "e", "€": "e", "0": "o", "$": "s", "5": "s", "7": "t", "+": "t"},
    **{"8": "b", "9": "g", "6": "g", "2": "z"},
}
_LEETS = tuple(str.maketrans(_LEET | {"1": one, "!": one, "|": one}) for one in "il")
_QWERTZ = str.maketrans('yzüöä+#-ß!"§$%&/()=', "zy[;']\\/-1234567890")
"""A German keyboard's letters and shifted digits as those of an American one."""
_US_SHIFTED = str.maketrans("!@#$%^&*()", "1234567890")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_TAIL = re.compile(r"[\W\d_]+$")
_MARKS = re.compile(r"[\W_]")
_PARTS = re.compile(r"[^\W\d_]+")


def without_marks(text: str) -> str:
    """Return a text with umlauts as two letters, and without accents."""
    parts = unicodedata.normalize("NFKD", text.translate(_UMLAUTS))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def spellings(word: str) -> tuple[str, ...]:
    """Return the spellings of a word that are tried: müller, mueller, muller."""
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign)
    )
    return tuple(dict.fromkeys((without_marks(word), bare.replace("ß", "ss"))))


@lru_cache(maxsize=1)
def common_words() -> Mapping[str, int]:
    """Return German words, names, places and clubs in small letters.

    Each has its rank in its section of the list, from 1: that of "juli" among months is small.
    """
    text = resources.path("passwords/guessed.txt").read_text(encoding="utf-8")
    ranks: dict[str, int] = {}
    for section in text.split("\n\n"):
        lines = (line for line in section.splitlines() if not line.startswith("#"))
        words = (word for line in lines for word in line.split())
        for rank, word in enumerate(words, 1):
            for each in spellings(word):
                ranks[each] = min(rank, ranks.get(each, rank))
    return ranks


def known_words(known: Iterable[str]) -> tuple[str, ...]:
    """Return what others know of an account and its club, alone and run together."""
    found: dict[str, None] = {}
    for text in known:
        lowered = unicodedata.normalize("NFKC", text).casefold()[:254]
        for form in (lowered, lowered.partition("@")[0]):
            parts = _PARTS.findall(form)
            chunks = ("".join(_PARTS.findall(chunk)) for chunk in form.split())
            initials = "".join(part[0] for part in parts)
            for word in ("".join(parts), *chunks, *parts, initials):
                found |= dict.fromkeys(each for each in spellings(word) if len(each) > 1)
    return tuple(found)


def readings(text: str) -> Iterator[tuple[str, bool]]:
    """Return the ways in which a password, in small letters, may have been made from words.

    As it is; without what stands before and behind its letters, such as a year and a mark; with
    digits and marks read as the letters that they look like; as typed on a German keyboard; and
    without the marks that part its letters or words. With each: whether its letters may be
    words that are in no list, which those of several words run together are not.
    """
    plain = without_marks(text)
    walked = (text.translate(_QWERTZ), text.translate(_US_SHIFTED))
    as_typed = [plain, *walked, *(without_edges(form) for form in (plain, *walked))]
    parted = _MARKS.search(without_edges(plain)) is not None
    joined = [_MARKS.sub("", without_edges(plain))] if parted else []
    leets = [
        without_marks(form.translate(table))
        for table in _LEETS
        for form in (text, _TAIL.sub("", text))
    ]
    few = sum(not sign.isalpha() for sign in without_edges(plain)) * 3 <= len(plain)
    read = dict.fromkeys(as_typed, True)
    for form in (*leets, *(_EDGES.sub("", leet) for leet in leets)):
        read.setdefault(form, few and not parted)
    for form in joined:
        read.setdefault(form, False)
    yield from ((form, spoken) for form, spoken in read.items() if form)


def without_edges(text: str) -> str:
    """Return a text from its first letter to its last one; without any letter, all of it."""
    return _EDGES.sub("", text) or text
