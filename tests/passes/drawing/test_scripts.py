"""Names in every script: each letter is drawn, in the right order, and read back from the PDF."""

import unicodedata
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st

import resources
from passes.drawing.canvas import Canvas
from passes.drawing.clusters import MISSING, clusters, initial, one_line
from passes.drawing.fitting import TextStyle, fit_lines
from passes.drawing.fonts import CJK, SCRIPTS, SYMBOLS, Fonts, Weight, load
from passes.drawing.layout import Line, lay_out, reads_right_to_left
from passes.drawing.pdf_text import PdfText
from passes.printing import card_pdf
from tests.passes.cards import design, face
from tests.passes.pdf_reader import lines_of

FONTS = Fonts(resources.path("fonts"))
NOW = datetime(2026, 5, 1, tzinfo=UTC)
LIMIT_BYTES = 10_000_000

NAMES = {
    "latin": "Łukasz Žižka",
    "vietnamese": "Nguyễn Thị Ánh",
    "greek": "Σωκράτης Παπαδάκης",
    "cyrillic": "Дмитрий Щербаков",
    "arabic": "محمد عبد الله الرشيد",
    "ligatures": "علاء الدين لا",
    "persian": "فاطمه می\u200cخواهد",
    "urdu": "ٹیپو سلطان پٹھان",
    "hebrew": "דוד בן־גוריון",
    "pointed hebrew": "שָׁלוֹם",
    "simplified chinese": "王小明",
    "traditional chinese": "張麗華",
    "japanese": "田中 さくら ジョン",
    "rare japanese": "𠮷田 髙橋",
    "korean": "김민준",
    "korean in jamo": unicodedata.normalize("NFD", "김민준"),
    "thai": "สมชาย ใจดี",
    "lao": "ສົມພອນ",
    "khmer": "ខ្មែរ ប្រុស",
    "burmese": "အောင်ဆန်း",
    "hindi": "प्रिया शर्मा",
    "bengali": "রহমান বাংলা",
    "punjabi": "ਹਰਪ੍ਰੀਤ ਸਿੰਘ",
    "gujarati": "પ્રિયા પટેલ",
    "odia": "ପ୍ରିୟା ଦାସ",
    "tamil": "தமிழ்ச்செல்வி",
    "telugu": "శ్రీనివాస్",
    "kannada": "ಶ್ರೀನಿವಾಸ",
    "malayalam": "ശ്രീജിത്ത്",
    "sinhala": "ශ්‍රී ලංකා කෝ",
    "georgian": "ქეთევან ბერიძე",
    "armenian": "Արամ Խաչատրյան",
    "amharic": "አበበ ቢቂላ",
    "syriac": "ܐܦܪܝܡ",
    "dhivehi": "އިބްރާހީމް",
    "tifinagh": "ⴰⵎⴰⵣⵉⵖ",
    "n'ko": "ߒߞߏ",
    "tibetan": "བསྟན་འཛིན",
    "mongolian": "ᠮᠣᠩᠭᠣᠯ",
    "cherokee": "ᏣᎳᎩ",
    "inuktitut": "ᐃᓄᒃᑎᑐᑦ",
    "decomposed": unicodedata.normalize("NFD", "Zoë Ångström Nguyễn"),
    "stacked marks": "a\u0301\u0323\u0308 q\u0303",
    "latin and arabic": "Sara سارة",
    "arabic and latin": "سارة Müller",
    "arabic and digits": "محمد 12",
    "hebrew in brackets": "Anna (דוד)",
    "korean and latin": "김민준 Müller",
    "symbols": "❤ ★ ♫",
    "punctuation": "O'Brien-Ng, Jr. & “Co” №5",
}
PRINTED = (
    "latin", "cyrillic", "greek", "arabic", "hebrew", "simplified chinese", "japanese", "korean",
    "thai", "hindi", "tamil", "georgian", "armenian", "khmer",
)  # fmt: skip
RARE = {
    "emoji": "Zoe 🫠",
    "family": "Zoe 👨‍👩‍👧 x",
    "flag": "🇩🇪 Bo",
    "hieroglyphs": "𓀀 Bo",
    "adlam": "Bo 𞤀𞤣",
    "private use": "Bo \U000f0000",
    "unassigned": "Bo \u0378",
    "not a character": "Bo \U0010ffff",
    "lone surrogate": "Bo \ud800",
}


def ink(line: Line) -> int:
    """Return how much of a picture a line covers, in pixels of full ink."""
    canvas = Canvas(line.width * 20 + 40, 80, 2, FONTS)
    canvas.text(read(line), (20, 50), canvas.width - 20, TextStyle(20, "#000000"))
    return int((255 - np.array(canvas.image.convert("L")).astype(int)).sum() // 255)


def read(line: Line) -> str:
    """Return the text that the letters of a line stand for."""
    return "".join(each.text for each in line.letters)


def drawn_numbers(line: Line) -> set[int]:
    """Return the numbers of all glyphs of a line; 0 is the one for missing letters."""
    return {part.number for letter in line.letters for part in letter.parts}


def printed(name: str, language: str = "en") -> list[str]:
    """Return the lines of the printed card of a person."""
    return lines_of(card_pdf(face(design(), customer_name=name), {}, FONTS.folder, language, NOW))


@pytest.mark.parametrize("script", NAMES)
def test_every_letter_of_a_name_is_drawn(script: str) -> None:
    name = NAMES[script]
    for weight in (Weight.REGULAR, Weight.SEMI_BOLD):
        line = lay_out(name, FONTS, weight)
        assert read(line) == name
        assert 0 not in drawn_numbers(line)
        assert all(FONTS.font_for(each, weight) for each in clusters(name))
    assert ink(line) > 20 * len(name.split())


def test_every_name_is_read_back_from_a_pdf() -> None:
    pdf = FPDF(unit="pt", format=(600, 40 * len(NAMES)))
    pdf.add_page()
    text = PdfText(pdf, FONTS)
    for number, name in enumerate(NAMES.values(), start=1):
        text.line(name, (10, 38 * number), 580, TextStyle(12, "#000000"))
    assert lines_of(bytes(pdf.output())) == list(NAMES.values())


@pytest.mark.parametrize("script", PRINTED)
def test_a_name_is_read_back_from_the_printed_card(script: str) -> None:
    assert NAMES[script] in printed(NAMES[script])


@pytest.mark.parametrize("kind", RARE)
def test_a_letter_that_no_font_has_is_shown_as_a_box_and_still_read_back(kind: str) -> None:
    name = one_line(RARE[kind])
    line = lay_out(name, FONTS, Weight.REGULAR)
    assert read(line) == name
    (box,) = lay_out(MISSING, FONTS, Weight.REGULAR).letters
    boxes = [each for each in line.letters if each.parts == box.parts]
    missing = [each for each in clusters(name) if FONTS.font_for(each, Weight.REGULAR) is None]
    assert [each.text for each in boxes] == missing
    assert missing or kind == "lone surrogate"
    if kind in {"family", "lone surrogate"}:
        assert name in printed(RARE[kind])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
@settings(max_examples=20, deadline=None)
def test_nothing_of_any_text_is_left_out(text: str) -> None:
    whole = one_line(text)
    line = lay_out(whole, FONTS, Weight.REGULAR)
    assert read(line) == whole
    assert 0 not in drawn_numbers(line)
    assert "".join(clusters(whole)) == whole
    pdf = FPDF(unit="pt", format=(4000, 60))
    pdf.add_page()
    PdfText(pdf, FONTS).line(text, (10, 40), 3980, TextStyle(10, "#000000"))
    assert lines_of(bytes(pdf.output())) == ([whole] if whole else [])


def places(text: str, *, rtl: bool = False) -> str:
    """Return the letters of a line from left to right."""
    line = lay_out(text, FONTS, Weight.REGULAR, rtl)
    return "".join(each.text for each in sorted(line.letters, key=lambda each: each.x))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("abc", "abc"),
        ("אבג", "גבא"),
        ("ab אב", "ab בא"),
        ("אב ab", "ab בא"),
        ("אב 12", "12 בא"),
        ("אב 1,2 ג", "ג 1,2 בא"),
        ("(אב)", ")בא("),
        ("a (אב) b", "a (בא) b"),
        ("محمد", "دمحم"),
        ("لا", "ال"),
    ],
    ids=[
        "latin", "hebrew", "hebrew in latin", "latin in hebrew", "number", "decimal number",
        "brackets", "brackets in latin", "arabic", "ligature",
    ],
)  # fmt: skip
def test_letters_stand_in_the_order_of_their_script(text: str, seen: str) -> None:
    assert places(text) == seen
    assert read(lay_out(text, FONTS, Weight.REGULAR)) == text


def test_a_line_without_letters_has_the_direction_of_its_page() -> None:
    assert places("1 - 2") == "1 - 2"
    assert places("1 - 2", rtl=True) == "2 - 1"


@pytest.mark.parametrize(
    "sign",
    ["!", "-", "$", "( ", "-,", "👨\u200d👩\u200d👧", "*\u0301"],
    ids=["mark", "dash", "currency", "bracket", "two", "family", "accent"],
)
def test_a_long_row_of_signs_has_the_direction_of_its_text(sign: str) -> None:
    """However many signs: a text of a thousand is drawn, and what is around it stays in order."""
    row = sign * 1000
    for text, seen in (
        (f"ab{row}אב", (0, 1, -1, -2)),
        (f"אב{row}גד", (-1, -2, 1, 0)),
        (f"12{row}ab", (0, 1, -2, -1)),
    ):
        line = lay_out(text, FONTS, Weight.REGULAR, reads_right_to_left(text) or False)
        assert read(line) == text
        shown = sorted(line.letters, key=lambda each: each.x)
        ends = [shown[place].text for place in (0, 1, -2, -1)]
        assert ends == [line.letters[place].text for place in seen], text[:4]


def test_the_fonts_of_a_letter_are_asked_once() -> None:
    """A long text in letters of a late font costs no more questions than a short one."""
    asked = []
    for count in (2, 500):
        before = load.cache_info()
        lay_out("龜龍" * count, FONTS, Weight.MEDIUM)
        after = load.cache_info()
        asked.append(after.hits + after.misses - before.hits - before.misses)
    assert asked[1] < asked[0]


def test_arabic_letters_are_joined() -> None:
    """A word is not its letters side by side: initial, medial and final forms are others."""
    word = lay_out("محمد", FONTS, Weight.REGULAR)
    apart = [lay_out(each, FONTS, Weight.REGULAR).letters[0].parts for each in "محمد"]
    assert all(each.parts not in apart for each in word.letters[:-1])


def test_a_letter_keeps_its_marks() -> None:
    line = lay_out(unicodedata.normalize("NFD", "q\u0303x"), FONTS, Weight.REGULAR)
    assert [each.text for each in line.letters] == ["q\u0303", "x"]
    assert len(line.letters[0].parts) == 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("e\u0301a", ["e\u0301", "a"]),
        ("👨‍👩‍👧!", ["👨‍👩‍👧", "!"]),
        ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
        ("👍🏽", ["👍🏽"]),
        ("❤\ufe0f", ["❤\ufe0f"]),
        (unicodedata.normalize("NFD", "김민"), [unicodedata.normalize("NFD", e) for e in "김민"]),
        ("", []),
    ],
    ids=["accent", "family", "flags", "skin", "variation", "jamo", "nothing"],
)
def test_clusters(text: str, parts: list[str]) -> None:
    assert clusters(text) == parts


@pytest.mark.parametrize(
    ("word", "letter"),
    [("anna", "A"), ("e\u0301va", "E\u0301"), ("प्रिया", "प"), ("محمد", "م"), ("-", ""), ("", ""),
     ("ßa", "SS"), ("3x", "3")],
    ids=["latin", "accent", "virama", "arabic", "dash", "nothing", "sharp s", "digit"],
)  # fmt: skip
def test_the_initial_of_a_word(word: str, letter: str) -> None:
    assert initial(word) == letter


LONG = "Maximiliane-Theodora von und zu Hohenlohe-Waldenburg-Schillingsfürst"


@pytest.mark.parametrize(
    "name",
    [LONG, "محمد بن عبد الرحمن بن إبراهيم بن عبد العزيز الرشيد", "王" * 40, "สมชาย" * 12],
    ids=["latin", "arabic", "chinese", "thai"],
)
def test_a_long_name_is_printed_whole_in_two_lines(name: str) -> None:
    lines = printed(name)
    assert name not in lines
    joined = [(first + second, f"{first} {second}") for first, second in pairwise(lines)]
    assert any(name in each for each in joined)


def test_a_name_without_end_is_truncated_and_stays_in_its_room() -> None:
    for text in ("x " * 300, "王" * 300, "محمد " * 80):
        style = TextStyle(10, "#000000", least=5)
        fitted = fit_lines(text, 120, style, FONTS, rtl=False, most=2)
        assert len(fitted.lines) == 2
        assert all(each.width * fitted.size <= 120 for each in fitted.lines)
        assert read(fitted.lines[1]).endswith("…")
        whole = one_line(text).replace(" ", "")
        assert whole.startswith("".join(map(read, fitted.lines)).rstrip("…").replace(" ", ""))


def test_a_card_in_a_right_to_left_language_begins_at_the_right() -> None:
    assert "بطاقة العضوية" in printed("محمد", "ar")
    mirrored, plain = (
        card_pdf(face(design()), {}, FONTS.folder, language, NOW) for language in ("ar", "en")
    )
    assert lines_of(mirrored)[0] == lines_of(plain)[0]
    assert mirrored != plain


def test_a_card_that_is_made_again_is_the_same_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of the call is in no font of it; fontTools takes it from here for once."""
    made = []
    for now in ("0", "1700000000"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", now)
        made.append(card_pdf(face(design(), customer_name="محمد Żą"), {}, FONTS.folder, "en", NOW))
    assert made[0] == made[1]


def test_the_fonts_are_small_enough_and_their_licences_are_beside_them() -> None:
    files = [each for each in FONTS.folder.rglob("*") if each.suffix in {".ttf", ".otf"}]
    assert sum(each.stat().st_size for each in files) <= LIMIT_BYTES
    scripts = FONTS.folder / "scripts"
    assert {each.name for each in files if each.parent == scripts} == {*SCRIPTS, *CJK, SYMBOLS}
    for name, words in {
        "OFL.txt": "License: OFL-1.1",
        "Droid-LICENSE.txt": "Apache License",
        "DejaVu-LICENSE.txt": "Bitstream Vera",
    }.items():
        assert words in (scripts / name).read_text(encoding="utf-8")


def test_a_missing_font_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = tmp_path_factory.mktemp("fonts")
    with pytest.raises(OSError, match="Inter-Regular"):
        lay_out("a", Fonts(empty), Weight.REGULAR)
    with pytest.raises(OSError, match="other"):
        load(empty / "other.ttf", 0.0)
