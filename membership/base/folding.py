"""Text folding for searches: case and accents are ignored."""

import unicodedata

_LETTERS_WITHOUT_MARKS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"}
)


def fold(text: str) -> str:
    """Return ``text`` casefolded and without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.translate(_LETTERS_WITHOUT_MARKS).casefold()


def words_of(text: str) -> list[str]:
    """Return the folded words of a text: its runs of letters and digits."""
    return "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()
