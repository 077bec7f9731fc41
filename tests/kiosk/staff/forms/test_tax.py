"""Tax rates as they are typed: percent with at most three decimals, or nothing."""

import pytest

from api_client.errors import Refused
from kiosk.staff.forms.tax import rate_of, rate_typed
from kiosk.texts import Texts

EN, DE = Texts("en"), Texts("de")
TYPED: list[tuple[str, int | None]] = [
    ("", None), ("  ", None), ("19", 19_000), (" 19 % ", 19_000), ("7,7", 7_700), ("7.7", 7_700),
    ("8.875", 8_875), ("0", 0), ("0.005", 5), ("100", 100_000), ("100,0", 100_000),
]  # fmt: skip
WRONG = [
    "100.001", "101", "1000", "-1", "+19", "19 percent", "1e1", "19.", ".5", "8.8755", "19%%",
    "1 9", "NaN", "١٩", "½",
]  # fmt: skip


@pytest.mark.parametrize("texts", [EN, DE], ids=["en", "de"])
def test_a_typed_rate_is_what_was_meant_or_is_refused(texts: Texts) -> None:
    for typed, meant in TYPED:
        assert rate_of(typed, texts) == meant, typed
    for typed in WRONG:
        with pytest.raises(Refused, match=r"tax rate|Steuersatz"):
            rate_of(typed, texts)


@pytest.mark.parametrize("texts", [EN, DE], ids=["en", "de"])
def test_what_is_shown_in_a_field_is_read_again(texts: Texts) -> None:
    for rate in (None, 0, 5, 70, 7_700, 8_875, 10_000, 19_000, 100_000):
        assert rate_of(rate_typed(rate, texts), texts) == rate
    assert (rate_typed(8_875, EN), rate_typed(8_875, DE)) == ("8.875", "8,875")
