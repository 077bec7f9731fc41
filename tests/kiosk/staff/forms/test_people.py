"""The forms of merging and erasing: what is asked, what is sent, and what is not sent."""

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from api_client.messages.scan import Problem
from kiosk.application import load_fonts
from kiosk.staff.forms.erase import erase_form
from kiosk.staff.forms.merge import merge_form
from kiosk.staff.pages.form import Form
from kiosk.staff.words.merge import Person
from kiosk.texts import Texts
from tests.kiosk.answers import AMARA, membership
from tests.kiosk.staff.messages import profile
from tests.kiosk.staff.people_messages import AMINA, banned, person, subscription
from tests.kiosk.staff.staff_desk import Recorder, Staff

EN, DE = Texts("en"), Texts("de")
ONE, OTHER = subscription(1), subscription(2)


class Refusing:
    """A service that refuses whatever is asked, with one code."""

    def __init__(self, code: str) -> None:
        self._code = code

    def __getattr__(self, _name: str) -> Any:
        def ask(*_: Any, **__: Any) -> Any:
            raise Refused(Problem(title="In English.", status=409, code=self._code))

        return ask


def sent(filled: Any, values: dict[str, Any]) -> list[tuple[str, tuple[Any, ...]]]:
    """What a form sends."""
    recorder = Recorder()
    filled(values)(recorder, "once")
    return recorder.asked


def test_a_merge_without_a_choice_sends_none(qtbot: QtBot) -> None:
    form, filled = merge_form(EN, person(AMARA, ONE), person(AMINA), "UTC")
    qtbot.addWidget(form)
    assert form.final
    assert form.about == "Amina Okafor · C-000124 goes into Amara Okafor · C-000123"
    assert form.values() == {}
    expected = (AMARA.id, AMINA.id, None, "once")
    assert sent(filled, {}) == [("merge_customers", expected)]


MERGES: dict[str, tuple[dict[str, str], list[UUID] | None]] = {
    "nothing chosen": ({}, None),
    "one not chosen": ({f"order_{UUID(int=1)}": "keep"}, None),
    "both go on": ({f"order_{UUID(int=1)}": "keep", f"order_{UUID(int=2)}": "keep"}, []),
    "one ends": (
        {f"order_{UUID(int=1)}": "cancel", f"order_{UUID(int=2)}": "keep"},
        [UUID(int=1)],
    ),
    "both end": (
        {f"order_{UUID(int=1)}": "cancel", f"order_{UUID(int=2)}": "cancel"},
        [UUID(int=1), UUID(int=2)],
    ),
}


@pytest.mark.parametrize("name", MERGES)
def test_of_two_who_pay_each_subscription_is_decided(qtbot: QtBot, name: str) -> None:
    chosen, ends = MERGES[name]
    form, filled = merge_form(EN, person(AMARA, ONE), person(AMINA, OTHER), "UTC")
    qtbot.addWidget(form)
    assert set(form.values().values()) == {""}, "nothing is chosen for staff"
    values = {**form.values(), **chosen}
    if ends is None:
        with pytest.raises(Refused, match="Choose what happens to each subscription"):
            sent(filled, values)
        return
    expected = (AMARA.id, AMINA.id, ends, "once")
    assert sent(filled, values) == [("merge_customers", expected)]


def test_a_refused_merge_is_said_in_the_language_of_the_desk(qtbot: QtBot) -> None:
    form, filled = merge_form(DE, person(), person(AMINA), "UTC")
    qtbot.addWidget(form)
    with pytest.raises(Refused) as refused:
        filled({})(Refusing("subscriptions_undecided"), "once")  # type: ignore[arg-type]
    assert "Inzwischen buchen Abos von beiden ab" in refused.value.problem.title


def words(form: Form) -> str:
    """All texts of a form."""
    return "\n".join(each.text() for each in form.findChildren(QLabel))


def test_an_erasure_of_somebody_with_memberships_at_stripe(qtbot: QtBot) -> None:
    form, filled = erase_form(DE, person(known=("cus_1", "cus_2")))
    qtbot.addWidget(form)
    assert form.final
    assert form.submit.isEnabled()
    assert "Noch nicht abgelaufen: Gold Membership." in words(form), "not the company's"
    assert "Stripe kennt diesen Kunden als cus_1, cus_2" in words(form)
    assert form.values() == {"end_memberships": False, "provider": "", "confirm": ""}
    typed = {**form.values(), "confirm": "C-000123", "end_memberships": True}
    with pytest.raises(Refused, match="was bei Stripe geschehen soll"):
        sent(filled, typed)
    for choice, deletes in (("delete", True), ("keep", False)):
        expected = ("erase_customer", (AMARA.id, "C-000123", True, deletes))
        assert sent(filled, {**typed, "provider": choice}) == [expected]


def test_an_erasure_asks_only_about_what_there_is(qtbot: QtBot) -> None:
    form, filled = erase_form(EN, person(memberships=()))
    qtbot.addWidget(form)
    assert form.values() == {"confirm": ""}
    assert form.findChildren(QCheckBox) == []
    expected = ("erase_customer", (AMARA.id, "C-000123", False, False))
    assert sent(filled, {"confirm": "C-000123"}) == [expected]


def test_whom_a_subscription_charges_cannot_be_erased_yet(qtbot: QtBot) -> None:
    for each in (ONE, subscription(1, charges_again=False)):
        form, _ = erase_form(EN, person(AMARA, each))
        qtbot.addWidget(form)
        assert "A subscription still runs: Plan 1." in form.failure.text()
        assert not form.submit.isEnabled()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("memberships_running", "Eine Mitgliedschaft läuft noch"),
        ("billed_by_provider", "Ein Abo läuft noch."),
        ("confirm_wrong", "Das ist nicht die Nummer dieses Kunden."),
    ],
)
def test_a_refused_erasure_is_said_in_the_language_of_the_desk(
    qtbot: QtBot, code: str, said: str
) -> None:
    form, filled = erase_form(DE, person())
    qtbot.addWidget(form)
    with pytest.raises(Refused) as refused:
        filled({"confirm": "X"})(Refusing(code), "once")  # type: ignore[arg-type]
    assert said in refused.value.problem.title


MAY: dict[str, tuple[tuple[str, ...], bool, bool]] = {
    "reads": (("customers:read", "memberships:read"), False, False),
    "reception and managers": (("customers:write", "memberships:read"), True, False),
    "admins": (("customers:write", "memberships:read", "personal:write"), True, True),
}


@pytest.mark.parametrize("name", MAY)
def test_only_who_may_sees_the_buttons(qtbot: QtBot, qapp: object, name: str) -> None:
    scopes, merges, erases = MAY[name]
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in(*scopes)
    staff.open_customer()
    page = staff.pages.customer.page
    assert (page.merge_button is not None) is merges
    assert (page.erase_button is not None) is erases


def test_an_erasure_is_of_who_was_loaded_and_opens_on_their_page_alone(
    qtbot: QtBot, qapp: object
) -> None:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("customers:write", "memberships:read", "personal:write")
    staff.open_customer()
    button = staff.pages.customer.page.erase_button
    assert button is not None
    button.click()
    assert [name for name, _ in staff.asked("erase_whom")] == ["customer", "payer"]
    staff.presenter.on_done(staff.task("erase_whom"), person(memberships=(membership(),)))
    form = staff.presenter.changes.form
    assert form is not None
    assert form.about == f"{AMARA.name} · {AMARA.number}"
    staff.presenter.changes.close()
    button.click()
    staff.presenter.open_home()
    staff.presenter.on_done(staff.task("erase_whom"), person())
    assert staff.presenter.changes.form is None, "staff have left the file meanwhile"


def test_both_are_loaded_anew_and_swapped(qtbot: QtBot, qapp: object) -> None:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("customers:write", "memberships:read")
    staff.open_customer()
    button = staff.pages.customer.page.merge_button
    assert button is not None
    button.click()
    amara, amina = person(AMARA), person(AMINA)
    staff.presenter.on_done(staff.tasks[-1], amara)
    page = staff.pages.merge.page
    assert staff.page() is page
    page.chosen.emit(AMINA.id)
    asked = staff.asked("merge_pair")
    assert [name for name, _ in asked] == ["customer", "payer", "customer", "payer"]
    staff.presenter.on_done(staff.task("merge_pair"), (amara, amara))
    assert page.message.text() == "Both are the same person already."
    assert page.goes is None
    staff.presenter.on_done(staff.task("merge_pair"), (amara, amina))
    assert page.message.text() == ""
    page.swap_button.click()
    assert page.stays is not None
    assert page.stays.words.number == AMINA.number
    page.merge_button.click()
    form = staff.presenter.changes.form
    assert form is not None
    assert form.about.endswith(f"goes into {AMINA.name} · {AMINA.number}")
    form.submit.click()
    expected = (AMINA.id, AMARA.id, None, staff.tasks[-1].once)
    assert staff.asked() == [("merge_customers", expected)]
    late = staff.tasks[-1]
    staff.presenter.changes.close()
    staff.presenter.open_home()
    before = staff.page()
    staff.presenter.on_done(late, None)
    assert staff.page() is before, "a late answer moves nobody from where they are"


def test_a_service_of_before_knows_no_payer(qtbot: QtBot, qapp: object) -> None:
    class Before(Recorder):
        def payer(self, _customer_id: UUID) -> Any:
            raise Refused(Problem(title="no", status=404, code="no_such_route"))

    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("customers:write", "memberships:read", "personal:write")
    staff.open_customer()
    button = staff.pages.customer.page.erase_button
    assert button is not None
    button.click()
    task = staff.task("erase_whom")
    loaded = task.call(Before(), task.once)  # type: ignore[arg-type]
    assert loaded == Person(profile())
    form, _ = erase_form(EN, loaded)
    qtbot.addWidget(form)
    assert "provider" not in form.values()


def test_a_block_asks_about_who_pays(qtbot: QtBot) -> None:
    form, filled = merge_form(EN, person(AMARA, ONE), person(banned(AMINA)), "UTC")
    qtbot.addWidget(form)
    values = {f"order_{UUID(int=1)}": "cancel"}
    expected = (AMARA.id, AMINA.id, [UUID(int=1)], "once")
    assert sent(filled, values) == [("merge_customers", expected)]
