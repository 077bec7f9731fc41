"""What is said of payments, and how they are added up."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_client.messages.payments import PaymentMethod, PaymentView
from kiosk.staff.words.payment import MOST_LINES, methods_of, payment_line, payments_words, sums_of
from kiosk.texts import Texts
from tests.kiosk.staff.desk_messages import payment, voided

EN, DE = Texts("en"), Texts("de")
BERLIN = "Europe/Berlin"
CASH, CARD, TRANSFER = PaymentMethod

PAYMENTS = st.lists(
    st.builds(
        lambda method, amount, gone: (voided if gone else payment)(
            method=method, amount_minor=amount, currency="JPY"
        ),
        st.sampled_from(PaymentMethod),
        st.integers(0, 10**12),
        st.booleans(),
    ),
    max_size=12,
)


def test_a_payment_tells_when_how_and_who_took_it() -> None:
    line = payment_line(payment(note="slip 4711"), EN, BERLIN)
    assert line.title == "R-000007 · €49.00"
    assert line.below == (
        "Nov 24, 2026, 12:00\u202fPM · cash · Greta Sommer", "Amara Okafor · Gold", "slip 4711",
    )  # fmt: skip
    assert line.void == ""


def test_a_voided_payment_says_so_and_why() -> None:
    line = payment_line(voided(renewal="none"), DE, BERLIN)
    assert line.void == "STORNIERT"
    assert line.below[-1] == "Storniert am 25.11.2026: typed twice"


@pytest.mark.parametrize(
    ("renewal", "because", "said"),
    [
        ("taken_back", None, "Die Verlängerung wurde zurückgenommen."),
        ("stays", "membership_changed_since", "Die Verlängerung bleibt: Die Mitgliedschaft wurde"),
        ("stays", "membership_ended_early", "seither vorzeitig beendet"),
        ("stays", "membership_transferred", "seither durch eine andere ersetzt"),
        ("stays", "billed_by_provider", "seither von einem Abo bestimmt"),
        ("not_recorded", None, "Falls damit verlängert wurde, bleibt das."),
    ],
)
def test_a_voided_payment_says_what_became_of_its_renewal(
    renewal: str, because: str | None, said: str
) -> None:
    line = payment_line(voided(renewal=renewal, renewal_stays_because=because), DE, BERLIN)
    assert said in line.below[-1]
    assert said not in str(payment_line(payment(renewal="made"), DE, BERLIN).below)


@pytest.mark.parametrize(
    ("payments", "sums"),
    [
        ([], []),
        ([voided()], []),
        ([payment()], [("cash", "one payment", "€49.00")]),
        (
            [payment(), payment(method=CARD, amount_minor=1250), voided(), payment()],
            [
                ("cash", "2 payments", "€98.00"),
                ("card terminal", "one payment", "€12.50"),
                ("all together", "3 payments", "€110.50"),
            ],
        ),
        (
            [payment(currency="KWD", amount_minor=1), payment(currency="JPY", method=TRANSFER)],
            [("transfer", "one payment", "¥4,900"), ("cash", "one payment", "KWD0.001")],
        ),
    ],
)
def test_sums_are_of_what_counts(
    payments: Sequence[PaymentView], sums: list[tuple[str, str, str]]
) -> None:
    said = [tuple(part.replace("\xa0", "") for part in row) for row in sums_of(payments, EN)]
    assert said == sums


@given(PAYMENTS)
def test_nothing_is_lost_between_the_methods(payments: list[PaymentView]) -> None:
    def yen(written: str) -> int:
        return int("".join(char for char in written if char.isdigit()))

    rows = list(sums_of(payments, EN))
    single = [row for row in rows if row[0] in methods_of(EN).values()]
    expected = sum(each.amount_minor for each in payments if each.voided_at is None)
    assert sum(yen(amount) for _, _, amount in single) == expected
    if len(single) > 1:
        assert yen(rows[-1][2]) == expected


def test_more_lines_than_anybody_reads_are_counted_only() -> None:
    words = payments_words([payment()] * 101, "Payments", EN, BERLIN, complete=True)
    assert len(words.lines) == MOST_LINES
    assert words.sums == (("cash", "101 payments", "€4,949.00"),)
    assert words.warning == "The latest 100 are shown; the sums count all."


def test_sums_of_a_part_are_not_told() -> None:
    words = payments_words([payment()], "Payments", EN, BERLIN, complete=False)
    assert words.sums == ()
    assert "choose fewer days" in words.warning
