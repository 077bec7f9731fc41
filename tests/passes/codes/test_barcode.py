"""Parsing of codes: every accepted spelling, and refusal of anything else."""

from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passes.codes.barcode import (
    MAX_LENGTH,
    BarcodeError,
    BarcodeFault,
    CardCode,
    CustomerNumber,
    CustomerUuid,
    InstallLink,
    ParsedCode,
    RotatingCode,
    SignedCardCode,
    new_card_alias,
    new_card_code,
    parse,
)
from passes.codes.card_codes import begins_card

ID = UUID("0f5c7a1e-9d1b-4c57-8e52-3a64b1f0c9d2")
CARD = CardCode("MC1" + "7" + "Z" * 25)
LINK = InstallLink("https://cards.example", "riverside", "gold-2", ID)

slugs = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,79}", fullmatch=True).filter(str.isascii)
cards = st.binary(min_size=16, max_size=16).map(lambda drawn: new_card_code(lambda _: drawn))
aliases = st.binary(min_size=16, max_size=16).map(lambda drawn: new_card_alias(lambda _: drawn))
codes: st.SearchStrategy[ParsedCode] = st.one_of(
    cards,
    st.builds(SignedCardCode, cards, st.binary(min_size=64, max_size=64)),
    st.builds(
        RotatingCode,
        cards | aliases,
        st.integers(0, 10**11 - 1),
        st.integers(0, 10**8 - 1).map(lambda value: f"{value:08d}"),
    ),
    st.uuids().map(CustomerUuid),
    st.integers(1, 10**12 - 1).map(CustomerNumber),
    st.builds(
        InstallLink,
        st.sampled_from(["https://cards.example", "http://127.0.0.1:8443"]),
        slugs,
        slugs,
        st.uuids(),
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CARD.text, CARD),
        (CARD.text.lower(), CARD),
        (str(ID), CustomerUuid(ID)),
        (str(ID).upper(), CustomerUuid(ID)),
        (ID.hex, CustomerUuid(ID)),
        (f"{{{ID}}}", CustomerUuid(ID)),
        (f"urn:uuid:{ID}", CustomerUuid(ID)),
        (f"URN:UUID:{ID}".upper(), CustomerUuid(ID)),
        ("C-000123", CustomerNumber(123)),
        ("c-000123", CustomerNumber(123)),
        ("C000123", CustomerNumber(123)),
        ("C-123", CustomerNumber(123)),
        ("C123", CustomerNumber(123)),
        ("C-1234567", CustomerNumber(1234567)),
        ("C-00000000000000000000123", CustomerNumber(123)),
        (f"https://cards.example/riverside/gold-2/{ID}", LINK),
        (f"HTTPS://Cards.Example/riverside/gold-2/{str(ID).upper()}", LINK),
        (f"https://cards.example/riverside/gold-2/{ID}/", LINK),
        (f"https://cards.example/riverside/gold-2/{ID}?s=AAAA#top", LINK),
    ],
)
def test_every_spelling_of_every_form_is_parsed(text: str, expected: ParsedCode) -> None:
    assert parse(text) == expected
    assert parse(text.encode()) == expected


@pytest.mark.parametrize(
    "text",
    [
        "MC1" + "8" + "Z" * 25,  # beyond 128 bits
        "MC1" + "7" + "Z" * 24,
        "MC1" + "7" + "Z" * 26,
        "MC1" + "7" + "U" * 25,  # a letter outside the alphabet
        "MC2" + "7" + "Z" * 25,
        "MC3" + "7" + "Z" * 25,  # an alias alone
        "MC1" + "7" + "Z" * 25 + "-59-94287082",
        "ſC1" + "7" + "Z" * 25,
        str(ID)[:-1],
        f"{{{ID}",
        f"{ID}}}",
        str(ID).replace("-", "", 1),
        "C-",
        "C-0",
        "C-000000",
        "C--1",
        "C-١٢٣",  # digits, but not ASCII
        "C-1000000000000",
        "000123",
        "5901234123457",
        "https://cards.example/",
        f"https://cards.example/gold/{ID}",
        f"https://cards.example/a/riverside/gold/{ID}",
        f"https://cards.example//gold/{ID}",
        f"https://cards.example/riverside/../{ID}",
        f"https://cards.example/river%20side/gold/{ID}",
        f"https://user:word@cards.example/riverside/gold/{ID}",
        f"https://[cards.example/riverside/gold/{ID}",
        f"ftp://cards.example/riverside/gold/{ID}",
        f"/riverside/gold/{ID}",
        f"https://cards.example/river\nside/gold/{ID}",
        "hello",
        "C-123\0",
        "\0",
        "\ud800",
        f"{CARD.text} {CARD.text}",
        "\\000099C-123",
        "Z" * MAX_LENGTH,
    ],
)
def test_text_of_no_form_is_refused(text: str) -> None:
    with pytest.raises(BarcodeError) as caught:
        parse(text)
    assert caught.value.fault is BarcodeFault.NOT_A_CARD


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", BarcodeFault.EMPTY),
        (b"", BarcodeFault.EMPTY),
        (" \r\n\t", BarcodeFault.EMPTY),
        ("]Q2\\000026", BarcodeFault.EMPTY),
        (b"\xff\xfe", BarcodeFault.NOT_TEXT),
        (b"C-123\xc3", BarcodeFault.NOT_TEXT),
        ("C-1" + " " * MAX_LENGTH, BarcodeFault.TOO_LONG),
        (b"\xff" * (MAX_LENGTH + 1), BarcodeFault.TOO_LONG),
    ],
)
def test_the_fault_of_a_refused_text(text: str | bytes, fault: BarcodeFault) -> None:
    with pytest.raises(BarcodeError) as caught:
        parse(text)
    assert caught.value.fault is fault
    assert str(caught.value)


@given(
    code=codes,
    before=st.lists(
        st.sampled_from(
            ["\\000001", "\\000003", "\\000026", "\\000027", "]Q1", "]C0", "\ufeff", " ", "\n"]
        ),
        max_size=4,
    ),
    after=st.text(" \t\r\n", max_size=4),
)
def test_prefixes_of_scanners_and_white_space_are_ignored(
    code: ParsedCode, before: list[str], after: str
) -> None:
    assert parse("".join(before) + code.text + after) == code


@given(codes)
def test_the_text_is_an_ascii_line_that_round_trips(code: ParsedCode) -> None:
    assert code.text.isascii()
    assert code.text.isprintable()
    assert parse(code.text) == code


@given(
    st.text(max_size=200)
    | st.binary(max_size=200)
    | st.text("MC1-0\\]{}urn:/h", max_size=60)
    | st.from_regex(r"MC1[0-7][0-9A-Z]{25}\.[0-3][0-9A-Z]{100,104}")
    | st.from_regex(r"MC[23][0-7][0-9A-Z]{25}-[0-9]{1,12}-[0-9]{7,9}")
)
@example("MC1" + "7" + "Z" * 25 + "." + "3" + "\u0660" * 102)
@example("MC2" + "7" + "Z" * 25 + "-\u0661-\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661")
@example("\ud800\udfff")
@example("http://[")
@example("http://\u2100/a/b/c")
@example("https://h:99999999/a/b/0f5c7a1e-9d1b-4c57-8e52-3a64b1f0c9d2")
def test_any_input_gives_a_code_or_a_barcode_error(text: str | bytes) -> None:
    try:
        code = parse(text)
    except BarcodeError as error:
        assert error.fault in BarcodeFault  # noqa: PT017 - both ends are allowed
    else:
        assert parse(code.text) == code


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_codes_are_injective(one: bytes, other: bytes) -> None:
    same = new_card_code(lambda _: one) == new_card_code(lambda _: other)
    assert same is (one == other)


def test_new_codes_differ() -> None:
    assert len({new_card_code().text for _ in range(1000)}) == 1000


def test_a_short_random_source_is_refused() -> None:
    with pytest.raises(ValueError, match="15 bytes instead of 16"):
        new_card_code(lambda count: bytes(count - 1))


@pytest.mark.parametrize("number", [0, -1, 10**12])
def test_numbers_that_would_not_round_trip_are_refused(number: int) -> None:
    with pytest.raises(BarcodeError):
        CustomerNumber(number)


@pytest.mark.parametrize(
    ("origin", "organization", "design"),
    [
        ("https://cards.example/", "riverside", "gold"),
        ("cards.example", "riverside", "gold"),
        ("https://cards.example", "", "gold"),
        ("https://cards.example", "riverside", "a/b"),
        ("https://cards.example", "riverside", "a\n"),
    ],
)
def test_links_that_would_not_round_trip_are_refused(
    origin: str, organization: str, design: str
) -> None:
    with pytest.raises(BarcodeError):
        InstallLink(origin, organization, design, ID)


@given(st.one_of(cards, st.builds(SignedCardCode, cards, st.binary(min_size=64, max_size=64))))
def test_every_beginning_of_a_card_is_known_as_one(code: CardCode | SignedCardCode) -> None:
    assert all(begins_card(code.text[:length]) for length in range(1, len(code.text) + 1))


@pytest.mark.parametrize("text", ["", "X", "mc1", "MC4", "MC18", "MC1I", "C-000123", "MC10 "])
def test_what_begins_no_card(text: str) -> None:
    assert not begins_card(text)
