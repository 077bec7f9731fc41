"""How text is compared in searches: without case and without accents."""

import unicodedata

_LETTERS_WITHOUT_MARKS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"}
)


def fold(text: str) -> str:
    """Bring ``text`` into the form in which words are compared."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.translate(_LETTERS_WITHOUT_MARKS).casefold()


def words_of(text: str) -> list[str]:
    """The folded words of a text: what stands between anything but letters and digits."""
    return "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()
