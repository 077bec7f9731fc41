"""How Stripe counts money, where that differs from the smallest unit that a currency has.

From "Supported currencies" in Stripe's documentation: some currencies have no decimals, some
three, of which the last must be 0, and all others two, whatever CLDR says of them.
"""

from membership.rules.money import decimals_of

_NO_DECIMALS = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
_WHOLE_ONLY = frozenset({"ISK", "UGX"})
"""Two decimals in every amount, both of them 0."""


def _decimals(currency: str) -> int:
    """How many decimals an amount at Stripe has."""
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def to_stripe(minor: int, currency: str) -> int:
    """An amount as Stripe counts it.

    Raises ValueError for one that Stripe cannot take, such as a tenth of a cent.
    """
    more = _decimals(currency) - decimals_of(currency)
    amount, rest = divmod(minor * _ten_to(more), _ten_to(-more))
    step = 10 if currency in _THREE_DECIMALS else 100 if currency in _WHOLE_ONLY else 1
    if rest or amount % step:
        raise ValueError(f"{minor} of the smallest unit of {currency} is finer than Stripe takes")
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """An amount of Stripe's in the smallest unit of its currency, rounded down."""
    more = decimals_of(currency) - _decimals(currency)
    return amount * _ten_to(more) // _ten_to(-more)


def _ten_to(power: int) -> int:
    """A power of ten; 1 for a negative one."""
    return int(10 ** max(0, power))
