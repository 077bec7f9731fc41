"""Keyboards, and letters of other alphabets, as those of an American keyboard.

A walk over the keys of any layout is one over those; a word that was typed with another layout, in
another alphabet or with letters that look alike is the word that was meant.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

_US = ("qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./")
_LATIN_ROWS = {
    "AZERTY": ("azertyuiop^$", "qsdfghjklmù", "wxcvbn,;:!"),
    "Dvorak": ("',.pyfgcrl/=", "aoeuidhtns-", ";qjkxbmwvz"),
    "Colemak": ("qwfpgjluy;", "arstdhneio'", "zxcvbkm,./"),
    "Workman": ("qdrwbjfup;", "ashtgyneoi", "zxmcvkl,./"),
    "Bépo": ("bépoèvdljzw", "auie,ctsrnm", "àyx.k'qghf"),
    "Neo": ("xvlcwkhgfqß", "uiaeosnrtdy", "üöäpzbm,.j"),
    "Turkish F": ("fgğıodrnhpqw", "uieaütkmlyş", "jövcçzsb.,"),
    "Turkish Q": ("qwertyuıopğü", "asdfghjklşi", "zxcvbnmöç."),
    "QWERTZ": ("qwertzuiopü+", "asdfghjklöä", "yxcvbnm,.-"),
    "Nordic": ("qwertyuiopå", "asdfghjkløæ", "zxcvbnm,.-"),
    "Spanish": ("qwertyuiop`+", "asdfghjklñ´", "zxcvbnm,.-"),
}
_OTHER_ROWS = {
    "Russian": ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю."),
    "Ukrainian": ("йцукенгшщзхї", "фівапролджє", "ячсмитьбю."),
    "Bulgarian": ("уеишщксдзц", "ьяаожгтнвмч", "юйъэфхпрлб"),
    "Bulgarian by sound": ("явертъуиопшщ", "асдфгхйкл", "зьцжбнм"),
    "Serbian": ("љњертзуиопшђ", "асдфгхјклчћ", "ѕџцвбнм"),
    "Greek": (";ςερτυθιοπ", "ασδφγηξκλ", "ζχψωβνμ"),
    "Hebrew": ("/'קראטוןםפ", "שדגכעיחלךף", "זסבהנמצתץ"),
    "Arabic": ("ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤرىةوزظ"),
    "Persian": ("ضصثقفغعهخحجچ", "شسیبلاتنمکگ", "ظطزرذدپو"),
}
_DIGIT_ROWS = ("1234567890", "!@#$%^&*()", '!"§$%&/()=')
USUAL_ROWS = (*_US, *_LATIN_ROWS["QWERTZ"], *_LATIN_ROWS["AZERTY"], *_DIGIT_ROWS)
"""Rows of the keyboards that most walks are over, in small letters."""

_WALK = 4
"""Keys beside each other from which on a layout is looked at."""

_SOUNDS = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхцыэіїєґјѓќ", "abvgdeziyklmnoprstufhcyeiiegjgk", strict=True))
    | {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya", "ё": "e", "ў": "u"}
    | {"ъ": "", "ь": "", "ђ": "dj", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz", "ѕ": "dz"}
    | dict(zip("αβγδεζηικλμνξοπρσςτυφχω", "avgdeziiklmnxoprsstyfho", strict=True))
    | {"θ": "th", "ψ": "ps", "ı": "i", "ł": "l", "ø": "o", "đ": "d"}
)
_LOOKS = str.maketrans(
    "авеіјкмнорсѕтухԁԛԝһӏгпьзтαεικνορτυχω", "abeijkmhopcstyxdqwhlrnb3taeikvoptuxw"
)
_OTHER = re.compile("[\u0370-\u03ff\u0400-\u052f\u0590-\u06ff]")


def _tables(rows: Mapping[str, tuple[str, ...]]) -> dict[str, dict[int, int]]:
    """Return for each layout which of its keys is which American one."""
    return {
        name: {
            ord(key): ord(us)
            for row, american in zip(keys, _US, strict=True)
            for key, us in zip(row, american, strict=False)
        }
        for name, keys in rows.items()
    }


_LATIN, _OTHERS = _tables(_LATIN_ROWS), _tables(_OTHER_ROWS)
_FROM_RUSSIAN = {us: key for key, us in _OTHERS["Russian"].items()}
_ROWS = _LATIN_ROWS | _OTHER_ROWS


def goes_along(text: str, rows: Iterable[str]) -> bool:
    """Return whether a text goes along one of some rows of keys, forwards or backwards."""
    return any(text in row or text[::-1] in row for row in rows)


def typed_elsewhere(text: str) -> Iterator[str]:
    """Return a text, in small letters, as its keys are on an American keyboard.

    Of layouts in which it walks along a row, and of those whose letters it has.
    """
    other = _OTHER.search(text) is not None
    for name, table in _LATIN.items():
        if _walks(text, name):
            yield text.translate(table)
    if not other:
        return
    letters = {sign for sign in text if _OTHER.match(sign)}
    for name, table in _OTHERS.items():
        if _walks(text, name) or letters <= {chr(key) for key in table}:
            yield text.translate(table)


def _walks(text: str, layout: str) -> bool:
    """Whether a text goes along a row of a layout for a while."""
    runs = (text[at : at + _WALK] for at in range(len(text) - _WALK + 1))
    return any(goes_along(run, _ROWS[layout]) for run in runs)


def meant(text: str) -> Iterator[str]:
    """Return a text, in small letters, in the other alphabet that may have been meant.

    Russian words typed on an American keyboard, Cyrillic and Greek ones by their sound, and
    letters of those alphabets that look like Latin ones.
    """
    if _OTHER.search(text) is None:
        yield text.translate(_FROM_RUSSIAN)
        return
    yield text.translate(_SOUNDS)
    yield text.translate(_LOOKS)
