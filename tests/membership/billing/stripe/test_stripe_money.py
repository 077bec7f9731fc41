"""Conversion of amounts to and from Stripe: exact, or refused."""

import pytest
from babel.numbers import list_currencies
from hypothesis import given
from hypothesis import strategies as st

from membership.billing.stripe.stripe_money import from_stripe, to_stripe

AMOUNTS = [
    ("EUR", 4900, 4900),  # cents
    ("USD", 1, 1),
    ("JPY", 4900, 4900),  # none in both
    ("CLP", 4900, 4900),
    ("KRW", 4900, 4900),
    ("VND", 49000, 49000),
    ("XAF", 4900, 4900),
    ("PYG", 4900, 4900),
    ("KWD", 4900, 4900),  # three, the last of which has to be 0
    ("BHD", 10, 10),
    ("TND", 12340, 12340),
    ("ISK", 4900, 490000),  # none in CLDR, two at Stripe, both 0
    ("UGX", 4900, 490000),
    ("HUF", 4900, 4900),  # two in both
    ("TWD", 4900, 4900),
    ("LAK", 4900, 490000),  # none in CLDR, two at Stripe
    ("IQD", 4900, 490000),
    ("MMK", 4900, 490000),
    ("MGA", 4900, 4900),
]


@pytest.mark.parametrize(("currency", "minor", "amount"), AMOUNTS)
def test_amounts_are_converted_both_ways(currency: str, minor: int, amount: int) -> None:
    assert to_stripe(minor, currency) == amount
    assert from_stripe(amount, currency) == minor


@pytest.mark.parametrize(
    ("currency", "minor"), [("KWD", 4901), ("BHD", 1), ("JOD", 5), ("OMR", 1009), ("TND", 11)]
)
def test_amounts_finer_than_stripe_accepts_are_refused(currency: str, minor: int) -> None:
    with pytest.raises(ValueError, match=f"{minor} of the smallest unit of {currency} is finer"):
        to_stripe(minor, currency)


@given(st.sampled_from(sorted(list_currencies())), st.integers(0, 2**31 - 1))
def test_accepted_amounts_round_trip(currency: str, minor: int) -> None:
    try:
        amount = to_stripe(minor, currency)
    except ValueError:
        # Only a fraction of the smallest coin is refused, never a whole number of tens.
        assert minor % 1000
        return
    assert isinstance(amount, int)
    assert from_stripe(amount, currency) == minor


@given(st.sampled_from(sorted(list_currencies())), st.integers(0, 2**40))
def test_amounts_of_stripe_are_never_rounded_up(currency: str, amount: int) -> None:
    minor = from_stripe(amount, currency)
    assert isinstance(minor, int)
    assert from_stripe(amount + 1, currency) >= minor
    try:
        again = to_stripe(minor, currency)
    except ValueError:
        return
    assert again <= amount
