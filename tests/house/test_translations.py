"""One catalogue for each language: complete, in use, and with the fields of its messages."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from resources.catalogue import LANGUAGES, SOURCE_LANGUAGE, catalogue
from tests.conftest import ROOT
from tools.catalogue import TRANSLATIONS, source_messages, updated

TRANSLATED = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
FIELD = re.compile(r"\{(\w*)\}")
FUNCTIONS = {"_", "gettext", "ngettext", "pgettext"}


@pytest.fixture(scope="module")
def messages() -> Catalog:
    """Every message of the source and the templates."""
    return source_messages()


def forms(text: object) -> tuple[str, ...]:
    """The forms of a message: one, or singular and plural."""
    return tuple(map(str, text)) if isinstance(text, tuple) else (str(text),)


def read(language: str) -> Catalog:
    """The catalogue of a language."""
    with (TRANSLATIONS / f"{language}.po").open("rb") as source:
        return read_po(source, locale=language)


def test_both_halves_and_the_templates_are_searched(messages: Catalog) -> None:
    assert "EXPIRED" in messages
    assert ("{count} visit today", "{count} visits today") in messages
    assert "Your code for {organization}" in messages
    assert "Who joins?" in messages
    assert messages.get("Cancel", "member page") is not None


def test_every_language_but_that_of_the_source_has_a_file() -> None:
    assert {path.stem for path in TRANSLATIONS.glob("*.po")} == set(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_exactly_the_messages_of_the_source(
    messages: Catalog, language: str
) -> None:
    text = (TRANSLATIONS / f"{language}.po").read_text(encoding="utf-8")
    assert updated(text, messages) == text, "run: python -m tools.catalogue"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_with_its_fields(language: str) -> None:
    translated: list[Message] = [message for message in read(language) if message.id]
    assert translated
    for message in translated:
        assert not message.fuzzy, message.id
        originals, translations = forms(message.id), forms(message.string)
        assert all(translations), message.id
        for original, translation in zip(originals, translations, strict=True):
            expected = sorted(FIELD.findall(original))
            assert sorted(FIELD.findall(translation)) == expected, original


SHUNNED = {
    "bitte beachten": "say what to do",
    r"\bDu\b|\b[Dd](ich|ir|ein\w*)\b": "Sie",
    r"Erneuer|erneuer(n|t)\b": "verlängern",
    "Abonnement": "Abo",
    "Tresen": "Empfang",
    r"\bHandy": "Telefon",
    r"\bVerein": "Club",
    "Kartendesign": "Kartengestaltung",
    r"gemailt|\b[Mm]ailen\b": "senden",
    "Jemand anders ": "jemand anderes",
    "zugeordnet|zuordnen": "verknüpfen",
    "vermerkt|notiert": "erfasst",
}
"""Words that a German sentence does not have, and what it has instead."""


def written_wrong(text: str, opening: str, closing: str) -> list[str]:
    """What is wrong with quotes, dots, dashes and blanks of a text."""
    end = text.rstrip("\n") if "\n" in text.strip() else text  # a mail ends with a line break
    found = {
        "straight quotes": '"' in text,
        "quotes of another language": bool((set("„“”") - {opening, closing}) & set(text)),
        "quotes not closed": text.count(opening) != text.count(closing),
        "three dots": "..." in text,
        "no dash": " - " in text,
        "blanks around it": end != end.strip(),
    }
    return [rule for rule, broken in found.items() if broken]


def test_every_message_is_written_by_the_rules(messages: Catalog) -> None:
    wrong = {
        text: found
        for message in messages
        for text in forms(message.id)
        if (found := written_wrong(text, "“", "”"))
    }
    assert wrong == {}


def test_every_german_sentence_is_written_by_the_rules() -> None:
    wrong = {}
    for message in read("de"):
        for text in forms(message.string) if message.id else ():
            found = written_wrong(text, "„", "“")
            found += [better for word, better in SHUNNED.items() if re.search(word, text)]
            if found:
                wrong[text] = found
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Nichts gefunden für „{text}“.", []),
        ('Nichts gefunden für "{text}".', ["straight quotes"]),
        ("Nichts für “{text}”.", ["quotes of another language", "quotes not closed"]),
        ("Lädt...", ["three dots"]),
        ("Von - bis", ["no dash"]),
        ("Name ", ["blanks around it"]),
        ("Guten Tag,\n\nIhr Code.\n", []),
    ],
)
def test_the_rules_find_what_is_written_wrong(text: str, rules: list[str]) -> None:
    assert written_wrong(text, "„", "“") == rules


def python_calls(path: Path) -> Iterator[ast.expr]:
    """The messages that a Python file gives to gettext's functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in FUNCTIONS:
                yield from node.args


def template_calls(path: Path) -> Iterator[nodes.Expr]:
    """The messages that a template gives to gettext's functions."""
    for call in Environment(autoescape=True).parse(path.read_text("utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in FUNCTIONS:
            yield from call.args


def test_no_message_of_the_service_is_put_together_when_it_runs() -> None:
    scripts = [each for path in (ROOT / "membership").rglob("*.py") for each in python_calls(path)]
    assert len(scripts) > 100
    assert [ast.unparse(each) for each in scripts if not isinstance(each, ast.Constant)] == []
    pages = [
        each for path in (ROOT / "resources/web").rglob("*.html") for each in template_calls(path)
    ]
    assert len(pages) > 50
    assert [each for each in pages if not isinstance(each, nodes.Const)] == []


def test_an_update_keeps_what_is_translated_adds_what_is_new_and_drops_the_rest() -> None:
    text = (
        "# The header.\n"
        'msgid ""\n'
        'msgstr "Language: de\\n"\n'
        "\n"
        'msgid "unused"\n'
        'msgstr "unbenutzt"\n'
        "\n"
        'msgctxt "page"\n'
        'msgid "kept"\n'
        'msgstr "behalten"\n'
    )
    wanted = Catalog()
    wanted.add("new {name}")
    wanted.add("kept", context="page")
    assert updated(text, wanted) == (
        "# The header.\n"
        'msgid ""\n'
        'msgstr "Language: de\\n"\n'
        "\n"
        'msgctxt "page"\n'
        'msgid "kept"\n'
        'msgstr "behalten"\n'
        "\n"
        "#, python-brace-format\n"
        'msgid "new {name}"\n'
        'msgstr ""\n'
    )


def test_a_message_is_translated_by_its_context() -> None:
    german = catalogue("de")
    assert german.gettext("Cancel") == "Abbrechen"
    assert german.pgettext("member page", "Cancel") == "Kündigen"
    assert catalogue("en").pgettext("member page", "Cancel") == "Cancel"


def test_a_catalogue_is_read_once() -> None:
    assert catalogue("de") is catalogue("de")
    assert isinstance(catalogue("de"), gettext.GNUTranslations)


@pytest.mark.parametrize("language", ["fr", "", "../de", "de_AT"])
def test_a_language_without_a_catalogue_is_an_error(language: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(language))):
        catalogue(language)
