"""How search words are folded and filed: tables, and properties over any text."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.base.folding import fold, words_of
from membership.members.customers.search_terms import MAX_TERM, query_words, search_words, terms_of
from membership.store.models import TermKind
from membership.web.errors import Invalid
from membership.web.paging import decode_cursor, encode_cursor

any_text = st.text(max_size=40)
storable_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ámara", "amara"),
        ("MUÑOZ", "munoz"),
        ("Straße", "strasse"),
        ("Łukasz Đorđe", "lukasz dorde"),
        ("Søren Ængström Þór", "soren aengstrom thor"),
        ("İSTANBUL", "istanbul"),
        ("ﬁne", "fine"),
        ("ＷＩＤＥ", "wide"),
        ("Νίκος", "νικοσ"),
        ("李小龍", "李小龍"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", []),
        ("  ", []),
        ("-", []),
        ("Amara Okafor", ["okafor", "amara"]),
        ("O'Brien-Smith", ["brien", "smith", "o"]),
        ("a@b.example", ["a@b.example"]),
        ("+49 30 123", ["4930123"]),
        ("(030) 123", ["30123"]),
        ("000", []),
        ("12a", ["12a"]),
    ],
)
def test_query_words(query: str, words: list[str]) -> None:
    assert query_words(query) == words


def filed(name: str) -> set[tuple[TermKind, str]]:
    return terms_of(search_words(names=[name], number=7, email=None, phone=None, national=""))


def test_tails_are_filed_as_inside() -> None:
    assert filed("Okafor") == {
        (TermKind.START, "okafor"),
        (TermKind.START, "7"),
        (TermKind.INSIDE, "kafor"),
        (TermKind.INSIDE, "afor"),
        (TermKind.INSIDE, "for"),
    }


@given(any_text)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(any_text)
def test_a_name_finds_itself_by_all_of_its_words(name: str) -> None:
    starts = {term for kind, term in filed(name) if kind is TermKind.START}
    assert {word[:MAX_TERM] for word in words_of(name)} <= starts


@given(st.text(alphabet="abcdefgh", min_size=3, max_size=20), st.data())
def test_any_three_letters_of_a_word_find_it(word: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(word) - 3))
    length = data.draw(st.integers(3, len(word) - begin))
    part = word[begin : begin + length]
    assert any(term.startswith(part) for _, term in filed(word))


@given(any_text, st.emails(), st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_terms_fit_their_column_and_hold_no_space(name: str, email: str, phone: str) -> None:
    words = search_words(names=[name], number=1, email=email, phone=phone, national=phone[2:])
    for _, term in terms_of(words):
        assert 0 < len(term) <= MAX_TERM
        assert not any(letter.isspace() for letter in term)


@given(st.lists(st.one_of(st.integers(0, 2**63 - 1), storable_text), max_size=4))
def test_cursors_give_back_what_they_were_made_of(position: list[int | str]) -> None:
    types = [type(part) for part in position]
    assert list(decode_cursor(encode_cursor(*position), *types)) == position


@given(st.one_of(any_text, st.binary(max_size=40).map(lambda raw: raw.hex())))
def test_foreign_cursors_are_invalid_and_nothing_worse(cursor: str) -> None:
    types: list[type] = [str, int]
    with contextlib.suppress(Invalid):
        types = [type(part) for part in decode_cursor(cursor, str, int)]
    assert types == [str, int]
