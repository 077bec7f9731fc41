"""What is held already is sold at the second press of the button."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from api_client.messages.sales import SaleKind
from api_client.messages.scan import FieldFault, Problem
from kiosk.staff.forms.sale import Offer, Quote, preview_body, sale_form
from kiosk.staff.forms.second_press import SecondPress
from kiosk.staff.pages.form import Value
from kiosk.texts import Texts
from tests.kiosk.answers import AMARA
from tests.kiosk.staff.messages import GOLD, plan, preview, sale_view

TODAY = date(2026, 11, 29)
TYPED: dict[str, Value] = {
    "method": "cash",
    "other": False,
    "amount": "",
    "note": "",
    "given": "",
    "receipt": "",
}


class Held:
    """A client of a service where the plan is held: it takes ``again`` only."""

    def __init__(self, code: str = "plan_held") -> None:
        self.code, self.sent = code, list[dict[str, Any]]()

    def sell(self, fields: dict[str, Any], once: str) -> Any:
        self.sent.append({**fields, "key": once})
        if not fields["again"]:
            raise Refused(Problem(title="no", status=409, code=self.code))
        return sale_view()


def selling(qtbot: QtBot, texts: Texts, kind: SaleKind = SaleKind.NEW) -> Callable[..., Any]:
    """Return what presses the button of the sheet of a sale."""
    owner = {"customer_id": str(AMARA.id)} if kind is SaleKind.NEW else {}
    membership = None if kind is SaleKind.NEW else UUID(int=3)
    plans = (plan(), plan(id=UUID(int=88), name="Other"))
    offer = Offer(kind, "Amara", plans, TODAY, owner, membership, plan_id=str(GOLD))
    quote = Quote()
    form, filled = sale_form(texts, offer, quote, receipt="")
    qtbot.addWidget(form)

    def press(client: Held, **typed: Any) -> Any:
        values: dict[str, Value] = (
            TYPED | ({"plan_id": str(GOLD), "starts_on": TODAY} if owner else {}) | typed
        )
        quote.preview = preview(kind=kind)
        quote.body = preview_body(offer, values, form.paid, quote.preview, texts)
        return filled(values)(client, "once")  # type: ignore[arg-type]

    return press


@pytest.mark.parametrize(
    ("language", "kind", "words"),
    [
        ("en", SaleKind.NEW, "Gold is there already"),
        ("de", SaleKind.NEW, "Gold besteht für diese Zeit schon."),
        ("en", SaleKind.CHANGE, "Gold is there already"),
        ("en", SaleKind.RENEW, "Gold is there already for the time after this."),
    ],
)
def test_the_first_press_says_so(qtbot: QtBot, language: str, kind: SaleKind, words: str) -> None:
    press, client = selling(qtbot, Texts(language), kind), Held()
    with pytest.raises(Refused) as refused:
        press(client)
    assert refused.value.problem.title.startswith(words)
    press(client)
    assert [each["again"] for each in client.sent] == [False, True]


def test_something_else_asks_anew(qtbot: QtBot) -> None:
    press, client = selling(qtbot, Texts("en")), Held()
    for typed in ({}, {"starts_on": date(2026, 12, 1)}, {"plan_id": str(UUID(int=88))}):
        with pytest.raises(Refused):
            press(client, **typed)
    assert [each["again"] for each in client.sent] == [False] * 3


def test_another_refusal_is_passed_on(qtbot: QtBot) -> None:
    press, client = selling(qtbot, Texts("en")), Held("plan_archived")
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            press(client)
        assert refused.value.problem.code == "plan_archived"
    assert [each["again"] for each in client.sent] == [False, False]


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


@pytest.mark.parametrize("problem", [*UNKNOWN, *OTHER])
def test_a_service_of_before_is_asked_without_the_field(problem: Problem) -> None:
    press, sent = SecondPress("plan_held"), list[bool | None]()

    def send(again: bool | None) -> str:
        sent.append(again)
        if again is not None:
            raise Refused(problem)
        return "sold"

    if problem not in UNKNOWN:
        with pytest.raises(Refused):
            press.send("Gold", "once", send, "twice")
        assert sent == [False]
        return
    assert press.send("Gold", "once", send, "twice") == "sold"
    assert press.send("Gold", "once", send, "twice") == "sold"
    assert sent == [False, None, None], "the same request under the same key"
