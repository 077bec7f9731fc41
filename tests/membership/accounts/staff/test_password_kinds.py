"""Kinds of weak passwords, each by a table; what is said of them; and that good ones are taken."""

import random
import string
from collections.abc import Callable
from pathlib import Path

import pytest

from membership.accounts.staff.credentials import guessable_words
from membership.accounts.staff.strength import reject_weak
from membership.web.errors import Invalid

KNOWN = guessable_words("Ada Moreau", "ada.moreau@example.com", "Northwind Climbing", "northwind")
KINDS = {
    lines[0].removeprefix("# "): lines[1:]
    for section in (Path(__file__).parent / "weak_kinds.txt").read_text("utf-8").split("\n\n")
    if (lines := section.splitlines())
}


def code_of(password: str, known: tuple[str, ...] = KNOWN) -> str:
    """Why a password is refused; empty if it is taken."""
    try:
        reject_weak(password, "body.password", known)
    except Invalid as refused:
        return refused.code
    return ""


@pytest.mark.parametrize("kind", KINDS, ids=[each.replace(" ", "-") for each in KINDS])
def test_weak_ones_of_each_kind_are_refused(kind: str) -> None:
    assert len(KINDS[kind]) > 3
    assert [each for each in KINDS[kind] if not code_of(each)] == []


def test_there_are_many_of_them() -> None:
    assert sum(map(len, KINDS.values())) > 200


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("maytheforcebewithyou", "password_phrase"),
        ("Die Gedanken sind frei!", "password_phrase"),
        ("Game0fThr0nes!", "password_phrase"),
        ("Hauptstraße 12a", "password_address"),
        ("221B Baker Street", "password_address"),
        ("n0rthw1nd2027", "password_guessable"),
        ("(ada.moreau@example.com)", "password_guessable"),
        ("11a22b33c44d", "password_common"),
        ("Zugspitze2962m", "password_common"),
        ("Пароль123456", "password_common"),
        ("azertyuiop1", "password_common"),
        ("Willkommen1!", "password_common"),
    ],
)
def test_it_is_said_what_is_wrong(password: str, code: str) -> None:
    assert code_of(password) == code


@pytest.mark.parametrize("address", ["anna@gmail.com", "a.huber-klein@gmx.de", "x_y99@firma.co.uk"])
def test_the_own_address_is_worth_nothing_however_it_is_spelled(address: str) -> None:
    local, _, domain = address.partition("@")
    known = guessable_words("Anna Huber", address, "Northwind Climbing", "northwind")
    spelled = [
        address,
        f"({address})",
        f"{local}.{domain}1",
        f"{local}(at){domain}",
        f"{local}{domain}".replace(".", ""),
        f"{domain}/{local}",
        f"{address}{address}",
        f"<{address}>!",
        f"mailto:{address}",
        address.upper() + "1",
        address.replace("a", "4").replace("@", "_"),
        address[::-1],
    ]
    assert [each for each in spelled if not code_of(each, known)] == []


DICE = (
    "anvil teapot quarrel mustard walrus granite biscuit harbour lantern gravel tundra velvet "
    "ferret cobalt pigeon saddle thimble canyon pretzel gargoyle libelle mandoline kupfer "
    "wolldecke zirkus kompass brombeere gurke trompete kaktus teppich laterne"
)


def _signs(rnd: random.Random, alphabet: str, count: int) -> str:
    return "".join(rnd.choice(alphabet) for _ in range(count))


_GENERATORS: dict[str, Callable[[random.Random], str]] = {
    "letters and digits": lambda rnd: _signs(rnd, string.ascii_letters + string.digits, 12),
    "with marks": lambda rnd: _signs(rnd, string.ascii_letters + string.digits + "!#$%&*-_", 14),
    "small letters": lambda rnd: _signs(rnd, string.ascii_lowercase, 16),
    "hexadecimal": lambda rnd: _signs(rnd, "0123456789abcdef", 24),
    "in groups": lambda rnd: "-".join(
        _signs(rnd, string.ascii_letters + string.digits, 6) for _ in range(3)
    ),
}


how_many = pytest.mark.parametrize("count", [10, pytest.param(40, marks=pytest.mark.soak)])
"""Of each generator; one estimate takes as long as a request."""


@how_many
@pytest.mark.parametrize(
    "generator", _GENERATORS, ids=[each.replace(" ", "-") for each in _GENERATORS]
)
def test_what_password_managers_make_is_taken(generator: str, count: int) -> None:
    rnd = random.Random(21)
    made = [_GENERATORS[generator](rnd) for _ in range(count)]
    assert [each for each in made if code_of(each)] == []


@how_many
def test_four_words_by_dice_are_taken_however_they_are_joined(count: int) -> None:
    rnd = random.Random(7)
    words, joins = DICE.split(), (" ", "-", "", ".", "7")
    made = [join.join(rnd.sample(words, 4)) for _ in range(count // 4) for join in joins]
    assert [each for each in made if code_of(each)] == []
