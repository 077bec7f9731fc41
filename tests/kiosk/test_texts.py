"""Languages are complete, and say dates and times as their speakers do."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import kiosk
import resources
from kiosk.texts import LANGUAGES, Texts

SOURCE = Path(kiosk.__file__).parent
KEYWORDS = {"say": None, "say_many": (1, 2)}
FIELD = re.compile(r"\{(\w*)\}")


def messages() -> set[str]:
    """Every message of the kiosk's source, plural forms included."""
    found: set[str] = set()
    for _, _, message, _, _ in extract_from_dir(
        str(SOURCE), method_map=[("**.py", "python")], keywords=KEYWORDS
    ):
        found.update((message,) if isinstance(message, str) else message)
    return found


def several(text: object) -> tuple[str, ...]:
    """The forms of a message: one, or singular and plural."""
    return tuple(map(str, text)) if isinstance(text, tuple) else (str(text or ""),)


def test_the_source_is_searched() -> None:
    assert {"EXPIRED", "{count} visits today"} <= messages()


@pytest.mark.parametrize("language", [x for x in LANGUAGES if x != "en"])
def test_every_message_is_translated_with_its_fields(language: str) -> None:
    with resources.path(f"translations/{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    translated: dict[str, str] = {}
    for message in catalogue:
        translated.update(zip(several(message.id), several(message.string), strict=True))
    assert messages() - {i for i, said in translated.items() if said} == set()
    assert set(translated) - messages() - {""} == set(), "translations nobody says any more"
    for original, said in translated.items():
        if original:
            assert sorted(FIELD.findall(said)) == sorted(FIELD.findall(original)), original


@pytest.mark.parametrize(
    ("language", "day", "clock"),
    [
        ("en", "Oct 31, 2026", "11:30\u202fPM"),
        ("en_GB", "31 Oct 2026", "23:30"),
        ("de", "31.10.2026", "23:30"),
        ("de-AT", "31.10.2026", "23:30"),
    ],
)
def test_dates_and_times(language: str, day: str, clock: str) -> None:
    texts = Texts(language)
    moment = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
    assert texts.day(date(2026, 10, 31)) == day
    assert texts.local_day(moment, "Europe/Berlin") == day
    assert texts.clock(moment, "Europe/Berlin") == clock


def test_plurals() -> None:
    english, german = Texts("en"), Texts("de")
    one, many = "{count} visit today", "{count} visits today"
    assert [english.say_many(one, many, n) for n in (0, 1, 2)] == [
        "0 visits today", "1 visit today", "2 visits today",
    ]  # fmt: skip
    assert german.say_many(one, many, 1) == "1 Besuch heute"


@pytest.mark.parametrize("language", ["fr", "xx_YY", "", "deutsch!"])
def test_an_unknown_language_is_named(language: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(language))):
        Texts(language)


def test_writing_direction_follows_the_language() -> None:
    assert not Texts("de").right_to_left
