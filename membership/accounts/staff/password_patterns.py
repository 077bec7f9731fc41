"""What passwords are made of besides single words: sayings, addresses, streams that are mixed.

Pure, apart from the list of sayings in ``resources/passwords``, which is read once.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import resources
from membership.accounts.staff.guessed import spellings
from membership.accounts.staff.key_layouts import USUAL_ROWS, goes_along

SHORTEST_SAYING = 8
_FEWEST_WORDS = 3
_MOST_STREAMS = 4
_FEWEST_TURNS = 4

_NUMBER = (
    r"[ .,#-]*(?:nr[ .]*)?[0-9]{1,4}(?: ?[a-h]\b)?(?:[ ,/-]+[0-9]{4,5}\b(?:[ ,]+[a-z]{3,16}\b)?)?"
)
_GERMAN = (
    r"(?:[a-z]{2,12}[ .-]){0,2}[a-z]{0,16}-?(?:strasse|str|weg|gasse|platz|allee|ring|damm|ufer"
    r"|chaussee|steig|pfad|hof|markt|berg|tor|garten|wall|graben|feld|kamp|stieg|promenade|linden"
    r"|twiete|zeile|bogen|laan|straat|gatan|vej)" + _NUMBER
)
_ENGLISH = (
    r"[0-9]{1,4} ?[a-h]?[ ,.-]*[a-z]{3,16}[ -]?(?:[a-z]{3,16}[ -]?)?(?:street|st|road|rd|avenue|ave"
    r"|lane|ln|drive|court|square|terrace|close|place|boulevard|blvd|crescent|gardens|hill|park"
    r"|row|mews|walk|grove|way)\b"
)
_LATIN = (
    r"(?:[0-9]{1,4} ?(?:bis|ter)?[ ,.-]*)?(?:rue|avenue|boulevard|place|via|viale|piazza|corso"
    r"|calle|avenida|plaza|ulica|ul)[ .-]+(?:(?:de la|d[eiu]|des|del|della) )?[a-z]{3,}"
)
_STREET = re.compile(rf"{_GERMAN}|{_ENGLISH}|{_LATIN}{_NUMBER}|[0-9]{{1,4}}[ ,]*{_LATIN}")
_UNIT = (
    r"(?:m|km|cm|mm|hm|kg|g|l|ml|kmh|km/h|mph|ft|muem|uhr|min|sek|std|jahre?|eur|euro|usd|ps|kw|hp|gb"
    r"|mb|tb|th|st|nd|rd|er|te|ter|x|mal|grad|prozent|[a-h])"
)
_WORDS = r"([a-z][a-z ._-]{2,}[a-z])"
_MEASURED = re.compile(
    rf"[^a-z]*{_WORDS}[^a-z0-9]*[0-9]{{1,5}}(?:[.,][0-9]{{1,3}})?[ _.-]*{_UNIT}\W*"
)
_MEASURED_FIRST = re.compile(
    rf"\W*[0-9]{{1,5}}(?:[.,][0-9]{{1,3}})?[ _.-]*{_UNIT}\W+{_WORDS}[^a-z]*"
)
_SPOKEN_DIGITS = {"2": "to", "4": "for", "8": "ate"}
_SPOKEN = re.compile(r"(?<=[a-z])[ _-]?([248])[ _-]?(?=[a-z])")
_TURNS = re.compile(r"(?:[0-9]{1,4}[a-z]){3,}[0-9]{0,4}|(?:[a-z][0-9]{1,4}){3,}[a-z]?")
_RUNS = re.compile(r"[^\W\d_]+|\d+|[\W_]+")


@lru_cache(maxsize=1)
def sayings() -> frozenset[str]:
    """Return what many can say by heart, run together: whole, and parts of three words and more."""
    text = resources.path("passwords/phrases.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    found: set[str] = set()
    for saying in " ".join(lines).replace("\n", " ").split(";"):
        for words in {
            tuple(spellings(word)[which] for word in saying.split()) for which in (0, -1)
        }:
            for start in range(len(words)):
                ends = range(start + _FEWEST_WORDS, len(words) + 1)
                found |= {"".join(words[start:end]) for end in ends}
            found.add("".join(words))
    return frozenset(each for each in found if len(each) >= SHORTEST_SAYING)


def sayings_in(reading: str) -> Iterator[tuple[int, int]]:
    """Return where sayings begin and end in a text without marks and umlauts."""
    known = sayings()
    for start in range(len(reading) - SHORTEST_SAYING + 1):
        for end in range(len(reading), start + SHORTEST_SAYING - 1, -1):
            if reading[start:end] in known:
                yield start, end
                break


def streets_in(reading: str) -> Iterator[tuple[int, int]]:
    """Return where a street with its number, or a square and the like, begins and ends."""
    for found in _STREET.finditer(reading):
        yield found.span()


def without_measures(text: str) -> str:
    """Return the words of a text that has only a number with its unit besides, else all of it.

    ``zugspitze`` of ``Zugspitze2962m``.
    """
    found = _MEASURED.fullmatch(text) or _MEASURED_FIRST.fullmatch(text)
    return text if found is None else found[1]


def with_spoken_digits(text: str) -> str:
    """Return a text with digits between letters as the words that they sound like."""
    return _SPOKEN.sub(lambda found: _SPOKEN_DIGITS[found[1]], text)


def streams(text: str) -> Iterator[tuple[str, ...]]:
    """Return the streams that a text may be mixed from.

    Its letters and its digits and marks, where they take turns; and every second, third or fourth
    sign of it.
    """
    runs = _RUNS.findall(text)
    kinds = [0 if run[0].isalpha() else 1 if run[0].isdigit() else 2 for run in runs]
    if len(runs) >= _FEWEST_TURNS:
        yield tuple(
            "".join(run for run, kind in zip(runs, kinds, strict=True) if kind == wanted)
            for wanted in sorted(set(kinds))
        )
    for step in range(2, _MOST_STREAMS + 1):
        if len(text) >= 2 * step + 2:
            yield tuple(text[at::step] for at in range(step))


def takes_turns(text: str) -> bool:
    """Whether letters in their order stand between numbers in theirs: ``a2b4c6d8e10``."""
    found = _TURNS.fullmatch(text)
    if found is None:
        return False
    numbers = [int(each) for each in re.findall(r"[0-9]+", text)]
    steps = {b - a for a, b in pairwise(numbers)}
    return len(steps) == 1 and is_counted("".join(re.findall(r"[a-z]", text)))


def is_walk(text: str) -> bool:
    """Whether a text goes along a row of keys of a usual keyboard, forwards or backwards."""
    return goes_along(text, USUAL_ROWS)


def is_counted(text: str) -> bool:
    """Whether the signs of a text follow each other evenly: ``abcd``, ``9753``, ``aaaa``, a year.

    Runs of the same sign count like one of it: ``1122334455``.
    """
    once = re.sub(r"(.)\1+", r"\1", text)
    if len(once) <= 1 or (text.isdigit() and re.fullmatch(r"(?:19|20)\d\d", text)):
        return True
    steps = {ord(b) - ord(a) for a, b in pairwise(once)}
    if len(steps) == 1 and abs(steps.pop()) <= 2:
        return True
    part = repeated_part(text)
    return part != text and is_counted(part)


def repeated_part(text: str) -> str:
    """Return the shortest text that a text repeats from its first sign to its last; else all of it.

    ``abc`` of ``abcabc``.
    """
    return text[: (text + text).index(text, 1)]
