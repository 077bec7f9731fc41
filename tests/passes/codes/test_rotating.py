"""Rotating codes: test vectors of the RFCs, validity and replays."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passes.codes.barcode import BarcodeError, CardAlias, CardCode, RotatingCode, parse
from passes.codes.rotating import rotating_code, rotating_pattern, step_at, totp, verify_rotating
from passes.errors import CodeError, ForgedCodeError, ReplayedCodeError, StaleCodeError

KEY = b"12345678901234567890"
"""The key of RFC 4226, appendix D, and of RFC 6238, appendix B."""
ALIAS = CardAlias("MC3" + "7" + "Z" * 25)
NOON = datetime(2027, 3, 10, 11, 0, tzinfo=UTC)
"""The first second of a step."""
STEP = step_at(int(NOON.timestamp()))


@pytest.mark.parametrize(
    ("seconds", "value"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_values_of_rfc_6238(seconds: int, value: str) -> None:
    assert totp(KEY, step_at(seconds)) == value
    at = datetime.fromtimestamp(seconds, UTC)
    assert rotating_code(ALIAS, KEY, at) == RotatingCode(ALIAS, seconds, value)
    assert verify_rotating(RotatingCode(ALIAS, seconds, value), KEY, at) == step_at(seconds)


@pytest.mark.parametrize(
    ("count", "value"),
    [
        (0, "755224"),
        (1, "287082"),
        (2, "359152"),
        (3, "969429"),
        (4, "338314"),
        (5, "254676"),
        (6, "287922"),
        (7, "162583"),
        (8, "399871"),
        (9, "520489"),
    ],
)
def test_the_values_of_rfc_4226(count: int, value: str) -> None:
    assert totp(KEY, count, digits=6) == value


def test_the_pattern_yields_parsable_codes() -> None:
    pattern = rotating_pattern(ALIAS)
    assert pattern == "MC3" + "7" + "Z" * 25 + "-{totp_timestamp_seconds}-{totp_value_0}"
    shown = pattern.format(totp_timestamp_seconds=59, totp_value_0="94287082")
    assert parse("\\000003" + shown.lower()) == RotatingCode(ALIAS, 59, "94287082")


@pytest.mark.parametrize("away", [-30, -1, 0, 29, 30, 59])
def test_a_code_is_valid_for_its_period_and_the_skew(away: int) -> None:
    code = rotating_code(ALIAS, KEY, NOON)
    assert verify_rotating(code, KEY, NOON + timedelta(seconds=away)) == STEP


@pytest.mark.parametrize("away", [-3600, -31, 60, 61, 86400])
def test_a_code_is_stale_outside_its_period_and_the_skew(away: int) -> None:
    code = rotating_code(ALIAS, KEY, NOON)
    with pytest.raises(StaleCodeError):
        verify_rotating(code, KEY, NOON + timedelta(seconds=away))


def test_another_second_of_the_same_step_changes_nothing() -> None:
    code = rotating_code(ALIAS, KEY, NOON)
    altered = RotatingCode(ALIAS, code.seconds + 29, code.value)
    with pytest.raises(StaleCodeError):
        verify_rotating(altered, KEY, NOON + timedelta(seconds=60))


def test_an_old_value_with_a_new_time_is_refused() -> None:
    old = rotating_code(ALIAS, KEY, NOON - timedelta(minutes=5))
    with pytest.raises(ForgedCodeError) as caught:
        verify_rotating(RotatingCode(ALIAS, int(NOON.timestamp()), old.value), KEY, NOON)
    assert caught.value.path == "value"


def test_a_value_of_another_key_is_refused_at_any_time() -> None:
    for minutes in (0, -60):
        code = rotating_code(ALIAS, b"another key".ljust(20), NOON + timedelta(minutes=minutes))
        with pytest.raises(ForgedCodeError):
            verify_rotating(code, KEY, NOON)


@pytest.mark.parametrize(("last", "taken"), [(STEP - 1, True), (STEP, False), (STEP + 1, False)])
def test_a_step_is_accepted_once_and_never_after_a_newer_one(last: int, *, taken: bool) -> None:
    code = rotating_code(ALIAS, KEY, NOON)
    if taken:
        assert verify_rotating(code, KEY, NOON, last) == STEP
    else:
        with pytest.raises(ReplayedCodeError):
            verify_rotating(code, KEY, NOON, last)


@given(st.integers(0, 10**11 - 1), st.integers(0, 10**8 - 1))
def test_any_code_is_verified_or_raises_a_code_error(seconds: int, value: int) -> None:
    code = parse(RotatingCode(ALIAS, seconds, f"{value:08d}").text)
    assert isinstance(code, RotatingCode)
    with pytest.raises(CodeError):
        verify_rotating(code, KEY, datetime(1970, 1, 1, tzinfo=UTC) - timedelta(days=1))


@pytest.mark.parametrize(
    ("seconds", "value"),
    [
        (-1, "12345678"),
        (10**11, "12345678"),
        (0, "1234567"),
        (0, "123456789"),
        (0, "1234567a"),
        (0, "١٢٣٤٥٦٧٨"),
    ],
)
def test_values_that_would_not_round_trip_are_refused(seconds: int, value: str) -> None:
    with pytest.raises(BarcodeError):
        RotatingCode(ALIAS, seconds, value)


@pytest.mark.parametrize(
    "rest",
    ["", "-", "-0", "-0-1234567", "-00-12345678", "-+1-12345678", "-1-12345678-", "-1_1-12345678"],
)
def test_malformed_rotating_codes_are_not_parsed(rest: str) -> None:
    with pytest.raises(BarcodeError):
        parse("MC3" + "7" + "Z" * 25 + rest)


def test_a_code_of_the_old_form_names_the_card_code() -> None:
    old = parse("MC2" + "7" + "Z" * 25 + "-59-94287082")
    assert old == RotatingCode(CardCode("MC1" + "7" + "Z" * 25), 59, "94287082")
    assert old.is_old
    assert old.text == "MC2" + "7" + "Z" * 25 + "-59-94287082"
    assert not RotatingCode(ALIAS, 59, "94287082").is_old
    assert verify_rotating(old, KEY, datetime.fromtimestamp(59, UTC)) == 1
