"""Tax within gross amounts: net and tax are the gross, in whole units of every currency."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from membership.rules.money import decimals_of, written
from membership.rules.tax import WHOLE, rate_text, tax_within

AMOUNTS = st.integers(min_value=0, max_value=2**31 - 1)
RATES = st.integers(min_value=0, max_value=WHOLE)
CURRENCIES = ("EUR", "USD", "JPY", "KRW", "KWD", "BHD")


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [
        (4900, 19_000, 782),
        (10_700, 7_000, 700),
        (119, 19_000, 19),
        (1, 19_000, 0),
        (0, 19_000, 0),
        (4900, 0, 0),
        (200, 100_000, 100),
        (1, 100_000, 1),  # a half is rounded up
        (3, 100_000, 2),
        (1500, 10_000, 136),  # yen
        (10_888, 8_875, 888),
        (10_770, 7_700, 770),
        (2**31 - 1, 100_000, 1_073_741_824),
    ],
)
def test_known_amounts(gross: int, rate: int, tax: int) -> None:
    assert tax_within(gross, rate) == tax


@given(AMOUNTS, RATES)
@example(2**31 - 1, WHOLE)
def test_net_and_tax_are_the_gross(gross: int, rate: int) -> None:
    tax = tax_within(gross, rate)
    net = gross - tax
    assert (tax >= 0, net >= 0, net + tax) == (True, True, gross)
    # No other whole number is nearer to the true share.
    assert abs(tax - Fraction(gross * rate, WHOLE + rate)) <= Fraction(1, 2)
    # The tax on the net amount is the same but for the unit that either was rounded by.
    assert abs(Fraction(net * rate, WHOLE) - tax) <= 1


@given(AMOUNTS, RATES, st.sampled_from(CURRENCIES), st.sampled_from(("en", "de")))
def test_what_is_written_adds_up(gross: int, rate: int, currency: str, language: str) -> None:
    tax = tax_within(gross, rate)
    shown = [written(each, currency, language) for each in (gross - tax, tax, gross)]
    net, part, whole = (int("".join(filter(str.isdigit, each))) for each in shown)
    assert net + part == whole == gross
    point = "." if language == "en" else ","
    decimals = decimals_of(currency)
    assert all((each.count(point) >= 1) >= bool(decimals) for each in shown)


@given(AMOUNTS, st.integers(0, WHOLE - 1))
def test_a_higher_rate_is_never_less_tax(gross: int, rate: int) -> None:
    assert tax_within(gross, rate) <= tax_within(gross, rate + 1)


@pytest.mark.parametrize(("gross", "rate"), [(-1, 0), (1, -1), (1, WHOLE + 1)])
def test_what_is_no_amount_or_no_rate(gross: int, rate: int) -> None:
    with pytest.raises(ValueError, match="thousandths"):
        tax_within(gross, rate)


@pytest.mark.parametrize(
    ("rate", "english", "german"),
    [
        (19_000, "19%", "19\xa0%"),
        (8_875, "8.875%", "8,875\xa0%"),
        (7_700, "7.7%", "7,7\xa0%"),
        (0, "0%", "0\xa0%"),
        (100_000, "100%", "100\xa0%"),
        (5, "0.005%", "0,005\xa0%"),
    ],
)
def test_a_rate_in_words(rate: int, english: str, german: str) -> None:
    assert (rate_text(rate, "en"), rate_text(rate, "de")) == (english, german)
