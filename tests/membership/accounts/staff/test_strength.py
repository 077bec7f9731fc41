"""Weak passwords of both languages are refused, good phrases are taken, and neither takes long."""

import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from membership.accounts.staff.guessed import common_words
from membership.accounts.staff.password_readings import readings
from membership.accounts.staff.strength import ENOUGH, estimate, reject_weak
from membership.accounts.staff.throttles import SHORT_WAITS
from membership.web.errors import Invalid

HERE = Path(__file__).parent
WEAK, GOOD = (
    (HERE / f"{kind}_passwords.txt").read_text(encoding="utf-8").splitlines()
    for kind in ("weak", "good")
)
KNOWN = ("Ada Moreau", "Ada", "Moreau", "ada.moreau@example.com", "Northwind Climbing", "northwind")


def passes(password: str, known: tuple[str, ...] = KNOWN) -> bool:
    """Whether a password is taken."""
    try:
        reject_weak(password, "body.password", known)
    except Invalid:
        return False
    return True


def test_weak_ones_of_both_languages_are_refused() -> None:
    assert len(WEAK) > 250
    assert [each for each in WEAK if passes(each)] == []


def test_good_phrases_and_random_ones_are_taken() -> None:
    assert len(GOOD) > 35
    assert [each for each in GOOD if not passes(each)] == []


DIGITS = (
    "bayer04",
    "1860muenchen",
    "hannover96",
    "mainz05",
    "schalke04",
    "trustno1",
    "welkom01",
    "abc123",
)
COMMON = sorted(word for word in common_words() if len(word) >= 5)
FRONTS = ("", "!", "1", "2027", "# ")
BACKS = (
    "",
    "1",
    "12",
    "123",
    "!",
    "!!",
    "2027",
    "2027!",
    "99!!",
    "#1",
    "-2026",
    ".1987",
    " 2026 !",
)
CASES = (str.lower, str.upper, str.capitalize, str.swapcase)
LOOKS: tuple[dict[str, str], ...] = (
    {},
    {"a": "4", "e": "3"},
    {"a": "@", "s": "$"},
    {"i": "1", "o": "0", "e": "3", "s": "5"},
)


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.parametrize("word", DIGITS)
def test_a_common_word_with_digits_of_its_own_is_weak_in_every_look(word: str, step: int) -> None:
    """Every seventh of all dresses has each look, case, number of times and back among them."""
    dressed = [
        "".join(look.get(sign, sign) for sign in case(word) * times) + back
        for look in LOOKS
        for case in CASES
        for times in (1, 2)
        for back in ("", "123", " 2026 !")
    ][::step]
    assert [each for each in dressed if passes(each)] == []


@pytest.mark.parametrize(
    "password",
    [
        "12345anvilteapotquarrel12345678",
        "13579Anvil-teapot-quarrel-mustard-wal24680135",
        "4@8({[<369&#!1/|0$5+7%2anvil4@8({[<369&#!1/|0$5+",
        "1" * 23 + "x" + "2" * 24,
        "2027 m3mb3r 2026 !",
    ],
    ids=lambda password: password[:8],
)
def test_no_password_is_read_in_many_ways(password: str) -> None:
    """Each reading takes milliseconds of a thread that hashes passwords."""
    assert len(list(readings(password.casefold()[:48]))) <= 24


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    word=st.sampled_from(COMMON),
    around=st.tuples(st.sampled_from(FRONTS), st.sampled_from(BACKS)),
    case=st.sampled_from(CASES),
    look=st.sampled_from(LOOKS),
    times=st.sampled_from([1, 1, 2]),
)
def test_one_common_word_is_weak_however_it_is_dressed(
    word: str,
    around: tuple[str, str],
    case: Callable[[str], str],
    look: dict[str, str],
    times: int,
) -> None:
    dressed = "".join(look.get(sign, sign) for sign in case(word) * times)
    assert not passes(around[0] + dressed + around[1])


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    club=st.sampled_from(["Riverside Club", "SC Möwe 1902", "Kletterhalle Süd", "Ju-Jutsu Bonn"]),
    name=st.sampled_from(["Zoë Achterberg", "Bartholomäus Quast", "O'Neil Wyszynski"]),
    back=st.sampled_from(BACKS),
    which=st.integers(0, 4),
)
def test_the_clubs_and_the_persons_words_are_worth_nothing(
    club: str, name: str, back: str, which: int
) -> None:
    given, family = name.split()
    made = (club, club.replace(" ", ""), name, given + club.partition(" ")[0], f"{family}.{given}")[
        which
    ]
    known = (name, f"{given}.{family}@example.com", club, club.lower().replace(" ", "-"))
    assert not passes(made + back, known)


def test_what_is_wrong_is_said_and_the_password_is_not() -> None:
    for password, code in (
        ("Northwind2027!", "password_guessable"),
        ("Ada.Moreau99", "password_guessable"),
        ("Willkommen1!", "password_common"),
    ):
        with pytest.raises(Invalid) as caught:
            reject_weak(password, "body.password", KNOWN)
        assert caught.value.code == code
        assert re.sub(r"\W|\d", "", password).lower() not in caught.value.detail.lower()


def test_the_threshold_is_beyond_what_the_service_lets_anybody_try() -> None:
    tries_a_day = 24 * 60 * 60 / SHORT_WAITS.longest.total_seconds()
    assert ENOUGH / tries_a_day > 365 * 100


@pytest.mark.parametrize(
    "huge",
    [
        "4@8({[<369&#!1/|0$5+7%2" * 12,
        "(4@8({[<369&#!1/|a" * 15,
        "a1" * 128,
        "ab" * 128,
        "\ufb03" * 256,
        "ß" * 256,
        "\u0390" * 256,
    ],
    ids=lambda text: ascii(text[:6]),
)
def test_only_the_beginning_of_a_long_password_is_looked_at(huge: str) -> None:
    looked_at = unicodedata.normalize("NFKC", huge)[:48]
    one = estimate(looked_at + "four quiet herons" * 10 + "q", KNOWN)
    other = estimate(looked_at + "xyzzy" * 40 + "q", KNOWN)
    assert one == other


def test_estimates_of_several_threads_do_not_mix() -> None:
    def guessable(number: int) -> bool:
        word = ("Achterberg", "Wyszynski")[number % 2]
        return not passes(f"{word}{number}!!", (f"Zoë {word}",)) and passes(
            f"{word} mag Brombeermus im Nebel", ("Ada",)
        )

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(guessable, range(8)))
