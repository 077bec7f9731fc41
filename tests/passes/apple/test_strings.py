"""Localization of passes: any text is shown as intended in each language."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passes.apple.strings import INVISIBLE, Strings, strings_file
from passes.errors import PassContentError
from passes.words import localize
from tests.passes.apple.factories import LANGUAGES, texts
from tests.passes.apple.strings_files import read_strings


@given(st.dictionaries(st.text(), st.text(), max_size=5))
@example({'say "hi"\\': "a\nb\r\tc\x00\x7f\u2028", "": "ü €😀", "%@ = ;": "/* no comment */"})
def test_a_strings_file_round_trips(made: dict[str, str]) -> None:
    assert read_strings(strings_file(made)) == made


@given(st.lists(texts, max_size=6), st.lists(st.sampled_from(LANGUAGES), min_size=1, unique=True))
@example([{"en": "Status", "de": "Status"}, {"en": "Status", "de": "Zustand"}], ["en", "de"])
@example([{"en": "A", "de": "B"}, {"en": "A", "de": "C"}, {"en": f"A{INVISIBLE}", "de": "D"}],
         ["en", "de"])  # fmt: skip
def test_each_text_is_shown_in_each_language(
    made: list[dict[str, str]], languages: list[str]
) -> None:
    strings = Strings(languages, made)
    files = {name: read_strings(data) for name, data in strings.files().items()}
    for text in made:
        key = strings.text_key(text)
        for language in languages:
            read = files.get(f"{language}.lproj/pass.strings", {}).get(key, key)
            assert read.rstrip(INVISIBLE) == localize(text, language).rstrip(INVISIBLE)


@given(texts, st.text())
def test_a_name_is_never_translated(made: dict[str, str], name: str) -> None:
    strings = Strings(LANGUAGES, [made])
    for text in (name, *made.values()):
        shown = strings.literal(text)
        assert shown.rstrip(INVISIBLE) == text.rstrip(INVISIBLE)
        for data in strings.files().values():
            assert shown not in read_strings(data)


def test_one_language_needs_no_files() -> None:
    strings = Strings(["de"], [{"en": "Member", "de": "Mitglied"}])
    assert strings.files() == {}
    assert strings.text_key({"en": "Member", "de": "Mitglied"}) == "Mitglied"


def test_a_url_is_never_translated() -> None:
    here = "https://club.example/"
    strings = Strings(["en", "de"], [{"en": here, "de": "https://verein.example/"}], [here])
    german = read_strings(strings.files()["de.lproj/pass.strings"])
    assert german == {f"{here}{INVISIBLE}": "https://verein.example/"}
    assert strings.literal(here) == here


def test_an_unknown_translation_is_refused() -> None:
    with pytest.raises(PassContentError):
        Strings(["en", "de"], []).text_key({"en": "Member", "de": "Mitglied"})
