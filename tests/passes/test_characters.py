"""Texts for people: names of many scripts are allowed, what is not seen is refused by its code."""

import sys
import unicodedata
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passes.characters import check_line, check_paragraph, is_plain

GOOD = [
    "Amara Okafor", "Zoë Łoś", "O’Brien-Smith", "d'Arc", "Nguyễn Thị Minh Khai", "Đỗ", "İpek",
    "Ελένη Παπαδοπούλου", "Владимир Жуков", "Ґалина", "Յովհաննէս", "დავით", "Gülşen",
    "محمد الأحمد", "فاطمة", "مُحَمَّد", "می\u200cخواهم", "علی\u200cرضا", "نیک\u200cنام",
    "משה בן־דוד", "שָׁלוֹם", "Malik מלך", "नमस्ते", "क्\u200dष", "श्री", "क्\u200cष", "প্রিয়া", "র\u200d্যাব",
    "தமிழ்ச்செல்வி", "ശ്രീ", "നന്\u200dമ", "ශ්\u200dරී", "ప్రియ", "ကျော်", "สมชาย ใจดี", "ខ្មែរ", "བཀྲ་ཤིས",
    "王小明", "山田　太郎", "葛\U000e0100城", "渡邉", "김민준", "ᠮᠣᠩ\u180bᠭᠣᠯ", "ᏣᎳᎩ", "𐌰𐌻𐌰", "ኃይለ",
    "e\u0301lodie", "A\u030aström", "n\u0303", "Anna\u00a0Maria", "№ 7", "C++", "100 %", "-", "?",
    "👩\u200d👩\u200d👧\u200d👦", "👩🏽\u200d🚀", "❤\ufe0f",
    "👩\u200d❤\ufe0f\u200d👨",
    "🏳\ufe0f\u200d🌈", "🏴\u200d☠\ufe0f",
    "1\ufe0f\u20e3", "#\ufe0f\u20e3", "🇩🇪",
    "🙂\u200d↔\ufe0f",
    "🧑🏿\u200d🤝\u200d🧑🏻", "🐻\u200d❄\ufe0f", "🩷", "🫩", "♥\ufe0e",
]  # fmt: skip

BAD = {
    "a second line": ("Amara\u2028ACTIVE until 2030", "U+2028 at position 6"),
    "a second paragraph": ("Amara\u2029x", "U+2029 at position 6"),
    "right to left override": ("Gold\u202eevitca", "U+202E at position 5"),
    "left to right isolate": ("a\u2066b\u2069", "U+2066 at position 2"),
    "right to left mark": ("a\u200f", "U+200F at position 2"),
    "Arabic letter mark": ("\u061ca", "U+061C at position 1"),
    "zero width space": ("A\u200bda", "U+200B at position 2"),
    "word joiner": ("A\u2060da", "U+2060 at position 2"),
    "byte order mark": ("\ufeffAda", "U+FEFF at position 1"),
    "soft hyphen": ("Mem\u00adber", "U+00AD at position 4"),
    "a tag": ("A\U000e0041", "U+E0041 at position 2"),
    "a flag of tags": ("🏴\U000e0067\U000e007f", "U+E0067 at position 2"),
    "a bell": ("A\x07", "U+0007 at position 2"),
    "escape": ("\x1b[31m", "U+001B at position 1"),
    "next line": ("A\x85B", "U+0085 at position 2"),
    "half a pair": ("A\ud800", "U+D800 at position 2"),
    "private use": ("A\ue000", "U+E000 at position 2"),
    "a noncharacter": ("A\ufffe", "U+FFFE at position 2"),
    "another": ("A\ufdd0", "U+FDD0 at position 2"),
    "the last": ("A\U0010ffff", "U+10FFFF at position 2"),
    "Hangul filler": ("\u3164", "U+3164 at position 1"),
    "half a filler": ("A\uffa0", "U+FFA0 at position 2"),
    "a joiner alone": ("\u200d", "U+200D at position 1"),
    "a joiner in front": ("\u200cAda", "U+200C at position 1"),
    "a joiner at the end": ("می\u200c", "U+200C at position 3"),
    "a joiner before a blank": ("می\u200c خ", "U+200C at position 3"),
    "two joiners": ("می\u200c\u200cخ", "U+200C at position 3"),
    "a joiner in Latin": ("Go\u200dld", "U+200D at position 3"),
    "a joiner behind an accent": ("e\u0301\u200cx", "U+200C at position 3"),
    "a joiner between digits": ("20\u200c30", "U+200C at position 3"),
    "a selector in front": ("\ufe0fA", "U+FE0F at position 1"),
    "two selectors": ("❤\ufe0f\ufe0f", "U+FE0F at position 3"),
    "a grapheme joiner": ("a\u034fb", "U+034F at position 2"),
    "kept for format characters": ("a\ufff0", "U+FFF0 at position 2"),
    "blanks": ("\u00a0\u3000", "no visible character"),
    "blank braille": ("\u2800\u2800", "no visible character"),
    "a mark alone": ("\u0301", "no visible character"),
}


@pytest.mark.parametrize("text", GOOD)
def test_realistic_names_are_allowed(text: str) -> None:
    for form in ("NFC", "NFD"):
        written = unicodedata.normalize(form, text)
        assert check_line(written) == written
        assert check_paragraph(written) == written


@pytest.mark.parametrize("what", BAD)
def test_what_is_not_seen_is_named(what: str) -> None:
    text, told = BAD[what]
    for check in (check_line, check_paragraph):
        with pytest.raises(ValueError, match=told.replace("+", r"\+")):
            check(text)


def test_paragraphs_have_lines_and_lines_have_none() -> None:
    text = "Locker\t7\r\nMind the dog\n"
    assert check_paragraph(text) == text
    for character in "\t\r\n":
        with pytest.raises(ValueError, match=f"U\\+{ord(character):04X} at position 2"):
            check_line(f"a{character}b")
    assert check_line("") == check_paragraph("") == ""


NEVER = st.one_of(
    st.characters(categories=["Cc", "Cs", "Co", "Zl", "Zp"], exclude_characters="\t\r\n"),
    st.characters(categories=["Cf"], exclude_characters="\u200c\u200d"),
)
TEXT = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=10)


@given(TEXT, NEVER, TEXT)
def test_no_text_has_a_character_of_these_categories(before: str, bad: str, after: str) -> None:
    for check in (check_line, check_paragraph):
        with pytest.raises(ValueError, match="is not allowed"):
            check(f"a{before}{bad}{after}")
    assert not is_plain(before + bad + after)


@given(st.text(max_size=12))
def test_what_is_allowed_has_only_what_is_seen(text: str) -> None:
    try:
        check_line(text)
    except ValueError:
        return
    for index, character in enumerate(text):
        category = unicodedata.category(character)
        assert category not in {"Cc", "Cs", "Co", "Zl", "Zp"}
        if category == "Cf":
            assert character in "\u200c\u200d"
            assert 0 < index < len(text) - 1
    assert not text or any(unicodedata.category(each)[0] not in "ZM" for each in text)


@given(st.text(max_size=12).filter(is_plain))
def test_the_cheap_test_allows_nothing_more_but_texts_of_marks(text: str) -> None:
    try:
        assert check_line(text) == text
    except ValueError as error:
        assert str(error) == "has no visible character"  # noqa: PT017 - the only reason


ALIKE = {"Cn", "Co", "Cs"}
"""Categories of which all characters are refused alike: nine of ten code points."""


def refused_categories(points: Iterable[int]) -> set[str]:
    """The categories of the characters that are refused behind a letter."""
    refused = set()
    for point in points:
        try:
            check_line(f"a{chr(point)}")
        except ValueError:
            refused.add(unicodedata.category(chr(point)))
    return refused


REFUSED = {"Cc", "Cf", "Cn", "Co", "Cs", "Lo", "Mn", "Zl", "Zp"}


def test_every_character_alone_behind_a_letter() -> None:
    every = range(sys.maxunicode + 1)
    points = (each for each in every if unicodedata.category(chr(each)) not in ALIKE)
    assert refused_categories(points) == REFUSED - ALIKE


def test_characters_that_nobody_has_alone_behind_a_letter() -> None:
    assert refused_categories(range(0, sys.maxunicode + 1, 64)) >= ALIKE


@pytest.mark.soak
def test_every_code_point_alone_behind_a_letter() -> None:
    assert refused_categories(range(sys.maxunicode + 1)) == REFUSED
