"""Which codes on screen can be given to a member."""

import pytest

from api_client.messages.scan import Outcome, ScanAnswer, ScanRequest, UnknownCause
from kiosk.foreign_read import foreign_read
from kiosk.staff.words.give import code_shown, refusal
from kiosk.texts import Texts
from kiosk.verdict import verdict_of

from .answers import answer, unknown

NOT_A_CARD, NOT_FOUND = UnknownCause.NOT_A_CARD, UnknownCause.NOT_FOUND


def read(text: str, *alternatives: str, given: ScanAnswer | None = None) -> tuple[str, ...] | None:
    """The readings that can be given, for a scan that names nobody or has the answer ``given``."""
    shown = given or unknown(unknown_cause=NOT_A_CARD)
    request = ScanRequest(visit_id=shown.visit_id, text=text, alternatives=alternatives)
    found = foreign_read(request, shown)
    return None if found is None else found.readings


@pytest.mark.parametrize(
    ("text", "alternatives", "readings"),
    [
        ("FOB-77120", (), ("FOB-77120",)),
        ("]C1FOB-77120\r\n", (), ("FOB-77120",)),
        ("036000291452", (), ("0036000291452",)),
        ("FOBß77120", ("FOB-77120",), ("FOBß77120", "FOB-77120")),
        ("FOB 1", ("FOB 1",), ("FOB 1",)),
        ("a\x1db", ("FOB 1",), ("ab", "FOB 1")),
        ("a\x00b", ("FOB 1",), ("FOB 1",)),
        ("\x02FOB\x1d77120\x1e\x04", (), ("FOB77120",)),
    ],
)
def test_what_is_read_off_a_card(
    text: str, alternatives: tuple[str, ...], readings: tuple[str, ...]
) -> None:
    assert read(text, *alternatives) == readings


@pytest.mark.parametrize(
    "text",
    [
        "MC17ZQ4M8KXW2V9T3C5HJPD0RNBF6",
        "MC17ZQ4M8KXW2V9T3C5HJ",
        "MC17ZQ4M8KXW",
        "mc17zq4m8kxw",
        "MC17ZQ4M\x1d8KXW",
        "0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e",
        "https://cards.example.com/club/gold/0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e",
        "C-000045",
        "",
        " ",
        "a\x00b",
        "x" * 256,
    ],
)
def test_what_is_ours_or_cannot_be_stored_is_not_offered(text: str) -> None:
    assert read(text) is None
    assert read(text, given=unknown(unknown_cause=NOT_FOUND)) is None


def test_a_reading_of_ours_is_not_given_by_its_other_reading() -> None:
    assert read("Cß000045", "C-000045") is None


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("cause", [None, *UnknownCause])
def test_only_a_code_that_names_nobody_is_offered(
    outcome: Outcome, cause: UnknownCause | None
) -> None:
    given = answer(outcome, unknown_cause=cause)
    offered = outcome is Outcome.UNKNOWN_CODE and cause in {NOT_A_CARD, NOT_FOUND}
    assert (read("FOB 1", given=given) is not None) is offered


def test_an_offer_is_on_a_button_and_stays_longer() -> None:
    shown = unknown(unknown_cause=NOT_A_CARD)
    offered = verdict_of(shown, Texts("en"), gives=True)
    plain = verdict_of(shown, Texts("en"))
    assert plain.offers == ()
    assert [(each.label, each.key) for each in offered.offers] == [
        ("Give this card to …", "Ctrl+G")
    ]
    assert offered.dwell_s > plain.dwell_s


def test_a_long_code_is_shown_by_its_ends() -> None:
    assert code_shown("FOB 1") == "FOB 1"
    shown = code_shown("a" * 100 + "b" * 100)
    assert shown.startswith("aaa")
    assert shown.endswith("bbb")
    assert len(shown) < 70


def test_a_refusal_is_said_in_the_language_of_the_desk() -> None:
    german = Texts("de")
    assert refusal("code_taken", "Ada · C-000001", german) == (
        "Diese Karte gehört schon Ada · C-000001."
    )
    assert refusal("code_taken", "", german) != ""
    assert refusal("of another version", "", german) == ""
