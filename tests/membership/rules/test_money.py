"""Money: whole numbers, written as a currency and a language want it."""

import ast
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import membership.billing
import membership.rules.billing
import membership.rules.money
import membership.rules.tax
from membership.rules.money import decimals_of, known_currency, written

DOLLARS = st.integers(min_value=0, max_value=2**31 - 1)


@pytest.mark.parametrize(
    ("currency", "decimals"), [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3)]
)
def test_decimals(currency: str, decimals: int) -> None:
    assert decimals_of(currency) == decimals


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (4900, "EUR", "en", "€49.00"),
        (4900, "EUR", "de", "49,00\xa0€"),
        (1, "USD", "en", "$0.01"),
        (0, "EUR", "en", "€0.00"),
        (4900, "JPY", "en", "¥4,900"),
        (4900, "KWD", "en", "KWD4.900"),
        (150, "QQQ", "en", "QQQ1.50"),
        (2**31 - 1, "EUR", "en", "€21,474,836.47"),
    ],
)
def test_written(minor: int, currency: str, language: str, text: str) -> None:
    assert written(minor, currency, language) == text


@given(DOLLARS)
def test_no_cent_is_lost_or_made(minor: int) -> None:
    digits = written(minor, "USD", "en").removeprefix("$").replace(",", "")
    assert Decimal(digits) * 100 == minor


@pytest.mark.parametrize("currency", ["", "XXZ", "eur", "EURO"])
def test_what_is_no_currency(currency: str) -> None:
    with pytest.raises(ValueError, match="no currency"):
        known_currency(currency)


def test_what_is_no_language() -> None:
    with pytest.raises(ValueError, match="no language"):
        written(1, "EUR", "qq")


def _sources() -> list[Path]:
    folder = Path(membership.billing.__file__).parent
    rules = (
        membership.rules.money.__file__,
        membership.rules.billing.__file__,
        membership.rules.tax.__file__,
    )
    return [*map(Path, rules), *sorted(folder.rglob("*.py"))]


@pytest.mark.parametrize(
    "source",
    # Millimetres of a page are no money.
    [each for each in _sources() if each.name != "receipt_page.py"],
    ids=lambda each: f"{each.parent.name}-{each.name}",
)
def test_nothing_is_computed_in_floating_point(source: Path) -> None:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), node.lineno
        assert not (isinstance(node, ast.Name) and node.id == "float"), node.lineno
        assert not isinstance(node, ast.Div), "a division makes a float"
