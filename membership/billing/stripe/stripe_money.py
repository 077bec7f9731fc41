"""Conversion between the minor unit of a currency (CLDR) and the integer that Stripe uses.

Source: "Supported currencies" in Stripe's documentation. Some currencies have no decimals, some
three, of which the last must be 0; all others have two, whatever CLDR says of them.
"""

from membership.rules.money import decimals_of

_NO_DECIMALS = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
_WHOLE_ONLY = frozenset({"ISK", "UGX"})
"""Amounts with two decimals, both of which must be 0."""


def _decimals(currency: str) -> int:
    """Decimals of an amount at Stripe."""
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def to_stripe(minor: int, currency: str) -> int:
    """Return an amount in minor units as Stripe's integer.

    Raises ValueError for an amount that Stripe does not accept, such as a tenth of a cent.
    """
    more = _decimals(currency) - decimals_of(currency)
    amount, rest = divmod(minor * _ten_to(more), _ten_to(-more))
    step = 10 if currency in _THREE_DECIMALS else 100 if currency in _WHOLE_ONLY else 1
    if rest or amount % step:
        raise ValueError(f"{minor} of the smallest unit of {currency} is finer than Stripe takes")
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """Return an amount of Stripe in minor units of its currency, rounded down."""
    more = decimals_of(currency) - _decimals(currency)
    return amount * _ten_to(more) // _ten_to(-more)


def _ten_to(power: int) -> int:
    """A power of ten; 1 for a negative exponent."""
    return int(10 ** max(0, power))
