"""The checklist of a new club, and what is said of the visits of a day."""

from datetime import timedelta
from uuid import UUID

import pytest

from api_client.messages.organization import UNNAMED, OrganizationSettings
from api_client.messages.scan import Outcome, VisitView
from kiosk.staff.words.places import Whereabouts, countries, currencies, zones
from kiosk.staff.words.today import SetUp, Step, step_lines, today_words
from kiosk.texts import Texts
from tests.kiosk.answers import NOON

NEW = OrganizationSettings(name=UNNAMED, time_zone="UTC", currency="EUR")
NAMED = NEW.model_copy(update={"name": "Riverside"})
ABROAD = NEW.model_copy(update={"country": "AT"})


@pytest.mark.parametrize(
    ("made", "following"),
    [
        (SetUp(NEW, 0, 0, False), Step.CLUB),
        (SetUp(NEW, 1, 1, True), Step.CLUB),
        (SetUp(NAMED, 0, 0, False), Step.PLAN),
        (SetUp(ABROAD, 0, 0, False), Step.PLAN),
        (SetUp(NAMED, 2, 0, False), Step.MEMBER),
        (SetUp(NAMED, 2, 1, False), None),
        (SetUp(NAMED, 2, 0, True), None),
    ],
)
def test_the_checklist_names_the_first_step_that_is_missing(
    made: SetUp, following: Step | None
) -> None:
    lines = step_lines(made, Texts())
    assert made.next_step is following
    assert [line.step for line in lines] == ([] if following is None else list(Step))
    assert [line.step for line in lines if line.current] == ([following] if following else [])
    assert {line.step for line in lines if line.done} == (made.done if following else set())


def visit(number: int, outcome: Outcome, *, undone: bool = False) -> VisitView:
    at = NOON - timedelta(minutes=40 * number)
    return VisitView(
        id=UUID(int=number), at=at, customer_id=UUID(int=90 + number), name=f"Person {number}",
        number="C-1", outcome=outcome, undone_at=NOON if undone else None,
    )  # fmt: skip


def test_a_day_counts_visits_but_those_that_were_undone() -> None:
    visits = (
        visit(0, Outcome.ACTIVE), visit(1, Outcome.EXPIRED), visit(2, Outcome.ACTIVE),
        visit(3, Outcome.BLOCKED, undone=True),
    )  # fmt: skip
    words = today_words(visits, False, Texts(), "Europe/Berlin", NOON)
    assert [number for number, _ in words.numbers] == ["3", "2", "1"]
    assert [entry.title for entry in words.latest] == ["Person 0", "Person 1", "Person 2"]
    assert [(entry.id, entry.below) for entry in words.refused] == [
        (UUID(int=91), "11:20\u202fAM · expired")
    ]
    assert today_words(visits, True, Texts(), "UTC", NOON).numbers[0][0] == "3+"


@pytest.mark.parametrize("language", ["en", "de"])
def test_places_have_names_and_the_one_of_this_pc_is_among_them(language: str) -> None:
    texts = Texts(language)
    here = Whereabouts("CH", "Europe/Zurich")
    assert here.currency == "CHF"
    assert Whereabouts().currency == ""
    names = dict(countries(texts))
    assert names["CH"] in {"Switzerland", "Schweiz"}
    assert names[""] == "–"
    assert len(names) > 200
    assert "Europe/Zurich" in dict(zones())
    assert "Etc/UTC" in dict(zones("Etc/UTC"))
    assert "CHF" in dict(currencies(texts))
    assert "XTS" in dict(currencies(texts, "XTS"))
