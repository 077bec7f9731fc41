"""A plan that is held already is sold at the second press of the button."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from api_client.messages.scan import FieldFault, Problem
from kiosk.staff.forms.membership import MembershipForms
from kiosk.staff.forms.payment import payment_form
from kiosk.staff.words.membership import held_line
from kiosk.texts import Texts
from tests.kiosk.answers import AMARA, membership
from tests.kiosk.staff.messages import GOLD, plan, sold

TODAY = date(2027, 3, 10)


class Held:
    """A client of a service where the plan is held: it takes ``again`` only."""

    def __init__(self, code: str = "plan_held") -> None:
        self.code, self.sent = code, list[dict[str, Any]]()

    def assign(self, fields: dict[str, Any], _once: str) -> Any:
        self.sent.append(fields)
        if not fields["again"]:
            raise Refused(Problem(title="no", status=409, code=self.code))
        return sold()

    def renew(self, _membership: UUID, once: str, fields: dict[str, Any], *, if_match: str) -> Any:
        assert if_match == ""
        return self.assign(fields, once)

    def note_payment(
        self, _membership: UUID, fields: dict[str, Any], once: str, *, if_match: str
    ) -> Any:
        assert if_match == ""
        return self.assign(fields, once)

    def transfer(
        self, _membership: UUID, fields: dict[str, Any], once: str, *, if_match: str
    ) -> Any:
        assert if_match == ""  # of a service of before, which has no tags
        return self.assign(fields, once)


class Older(Held):
    """A client of a service of before, which does not know ``again`` and refuses it by name."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem

    def assign(self, fields: dict[str, Any], once: str) -> Any:
        self.sent.append({**fields, "key": once})
        if "again" in fields:
            raise Refused(self.problem)
        return sold()


def invalid(**faults: str) -> Problem:
    """The answer of a service to fields that it does not take."""
    errors = tuple(FieldFault(field=f"body.{key}", message=said) for key, said in faults.items())
    return Problem(title="no", status=422, code="invalid_request", errors=errors)


UNKNOWN = [
    invalid(again="unknown"),
    invalid(again="unknown; did you mean plan_id?"),
    invalid(other="unknown", again="unknown"),
]
OTHER = [
    invalid(again="Input should be a valid boolean"),
    invalid(last_day="unknown"),
    invalid(),
    UNKNOWN[0].model_copy(update={"code": "period_invalid"}),
]


def test_a_service_of_before_sells_without_the_field(qtbot: QtBot) -> None:
    line = held_line(membership(plan="Silver"), (), Texts("en"), "UTC")
    forms = MembershipForms(Texts("en"), lambda: TODAY)
    for problem in UNKNOWN:
        press, client = assigning(qtbot, Texts("en")), Older(problem)
        press(client)
        first, second = client.sent
        assert first == {**second, "again": False}
        press(client)
        assert client.sent[2:] == [second], "the same request under the same key"
        form, filled = forms.transfer(line, (plan(),), "Amara")
        qtbot.addWidget(form)
        client = Older(problem)
        filled({"plan_id": str(GOLD)})(client, "once")  # type: ignore[arg-type]
        assert ["again" in each for each in client.sent] == [True, False]
    for problem in OTHER:
        press, client = assigning(qtbot, Texts("en")), Older(problem)
        with pytest.raises(Refused):
            press(client)
        assert len(client.sent) == 1


def assigning(qtbot: QtBot, texts: Texts) -> Callable[..., Any]:
    """Return what presses the button of the form in which a plan is assigned."""
    owner = {"customer_id": str(AMARA.id)}
    other = plan(id=UUID(int=88), name="Other")
    form, filled = MembershipForms(texts, lambda: TODAY).assign(owner, (plan(), other), "Amara")
    qtbot.addWidget(form)

    def press(client: Held, day: date = TODAY, plan_id: UUID = GOLD) -> Any:
        values = {"plan_id": str(plan_id), "starts_on": day}
        return filled(values)(client, "once")  # type: ignore[arg-type]

    return press


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Gold is there already"), ("de", "Gold besteht für diese Zeit schon.")],
)
def test_the_first_press_says_so(qtbot: QtBot, language: str, words: str) -> None:
    press, client = assigning(qtbot, Texts(language)), Held()
    with pytest.raises(Refused) as refused:
        press(client)
    assert refused.value.problem.title.startswith(words)
    press(client)
    assert [each["again"] for each in client.sent] == [False, True]


def test_another_day_or_plan_asks_anew(qtbot: QtBot) -> None:
    press, client = assigning(qtbot, Texts("en")), Held()
    for day, wanted in (
        (TODAY, GOLD),
        (TODAY + timedelta(days=1), GOLD),
        (TODAY + timedelta(days=1), UUID(int=88)),
    ):
        with pytest.raises(Refused):
            press(client, day, wanted)
    assert [each["again"] for each in client.sent] == [False] * 3


def test_another_refusal_is_passed_on(qtbot: QtBot) -> None:
    press, client = assigning(qtbot, Texts("en")), Held("plan_archived")
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            press(client)
        assert refused.value.problem.code == "plan_archived"
    assert [each["again"] for each in client.sent] == [False, False]


def test_a_change_of_plan_asks_as_well(qtbot: QtBot) -> None:
    line = held_line(membership(plan="Silver"), (), Texts("en"), "UTC")
    form, filled = MembershipForms(Texts("en"), lambda: TODAY).transfer(line, (plan(),), "Amara")
    qtbot.addWidget(form)
    client = Held()
    with pytest.raises(Refused):
        filled({"plan_id": str(GOLD)})(client, "once")  # type: ignore[arg-type]
    filled({"plan_id": str(GOLD)})(client, "once")  # type: ignore[arg-type]
    assert [each["again"] for each in client.sent] == [False, True]


def test_a_renewal_over_days_that_are_held_is_pressed_twice(qtbot: QtBot) -> None:
    texts = Texts("de")
    line = held_line(membership(plan="Gold"), (), texts, "UTC")
    renewing = MembershipForms(texts, lambda: TODAY).renew(line, "Amara")
    paying = payment_form(texts, line, "EUR", "Amara")
    values = {"method": "cash", "amount": "", "note": "", "renew": True}
    for (form, filled), typed in ((renewing, {}), (paying, values)):
        qtbot.addWidget(form)
        client = Held()
        with pytest.raises(Refused) as refused:
            filled(typed)(client, "once")  # type: ignore[arg-type]
        assert "doppelt bezahlt" in refused.value.problem.title
        filled(typed)(client, "once")  # type: ignore[arg-type]
        assert [each["again"] for each in client.sent] == [False, True]
        older = Older(UNKNOWN[0])
        filled(typed)(older, "once")  # type: ignore[arg-type]
        assert ["again" in each for each in older.sent][-1] is False
