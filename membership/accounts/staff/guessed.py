"""Words that are tried first for passwords.

Pure, apart from the list of words in ``resources/passwords``, which is read once.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

import resources

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_USUAL = 3
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


SMALL_WORDS = frozenset(
    (  # noqa: SIM905 - a list of them is longer
        "the and for with you your are was not but all can our out has his her him how its may "
        "who too why she they them then than that this what when where which will have from were "
        "been into here there my me we be to of in is it on at by or an as if so no do up us he "
        "am ich du er sie es wir ihr mein meine meinen meiner dein deine deinen sein seine unser "
        "unsere der die das den dem des ein eine einen einem einer und oder aber nicht kein keine "
        "mit ohne fuer fur von vom zu zum zur im ins auf aus bei bis durch nach ueber uber unter "
        "vor um als wie wer wo wann warum ist sind war bin bist hat habe haben wird werden kann "
        "auch noch nur da dann wenn weil dass man mal ja nein immer hier dort sich alle alles mir "
        "mich dir dich uns euch "
    ).split()
)
"""Words that hold sentences together: they say next to nothing about which sentence it is."""


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


@lru_cache(maxsize=1)
def usual_letters() -> frozenset[str]:
    """Return the threes of letters that follow each other in several English or German words."""
    from zxcvbn import matching  # noqa: PLC0415 - see password_parts

    words = {word for word in matching.RANKED_DICTIONARIES["english_wikipedia"] if word.isascii()}
    german = {word for word in common_words() if word.isascii() and len(word) > 3}
    counted = Counter(word[at : at + 3] for word in words for at in range(len(word) - 2))
    counted.update(word[at : at + 3] for word in german for at in range(len(word) - 2))
    return frozenset(three for three, times in counted.items() if times >= _USUAL)


def known_words(known: Iterable[str]) -> tuple[str, ...]:
    """Return what others know of an account and its club, alone and run together."""
    found: dict[str, None] = {}
    for text in known:
        lowered = unicodedata.normalize("NFKC", text).casefold()[:254]
        local, _, domain = lowered.partition("@")
        for form in (lowered, local, domain):
            parts = _PARTS.findall(form)
            chunks = ("".join(_PARTS.findall(chunk)) for chunk in form.split())
            initials = "".join(part[0] for part in parts)
            signs = "".join(sign for sign in form if sign.isalnum())
            whole = signs if parts else ""
            for word in (whole, "".join(parts), *chunks, *parts, initials):
                found |= dict.fromkeys(each for each in spellings(word) if len(each) > 1)
    return tuple(found)
