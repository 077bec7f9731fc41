"""The page of plans, and the field in which permissions are chosen; without a service."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from api_client.messages.management import PlanPage
from api_client.messages.scan import PermissionView
from kiosk.staff.controllers.plans import PLANS, PlansSheet
from kiosk.staff.forms.plan import plan_form
from kiosk.staff.pages.form import Form
from kiosk.staff.pages.permission_field import PermissionField
from kiosk.staff.pages.plans import PlansPage
from kiosk.staff.words.permissions import Named
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel
from tests.kiosk.staff.messages import plan
from tests.kiosk.staff.staff_desk import Staff

EN = Texts("en")
POOL, SAUNA = Named("area.pool", "Pool"), Named("area.sauna", "Sauna")


class Saved:
    """A client that keeps the plan that is sent."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}

    def save_plan(self, _plan_id: Any, fields: Any, _once: str, **_state: str) -> Any:
        self.fields = dict(fields)
        return plan()


def field_of(qtbot: QtBot, *chosen: Named) -> PermissionField:
    """The field, with Pool and Sauna known."""
    made = PermissionField(EN, (POOL, SAUNA), chosen)
    qtbot.addWidget(made)
    made.show()
    return made


def test_chips_switch_what_there_is(qtbot: QtBot) -> None:
    field = field_of(qtbot, SAUNA)
    assert field.value == "area.sauna Sauna"
    field.chips["area.pool"].click()
    assert field.value == "area.sauna Sauna\narea.pool Pool"
    field.chips["area.sauna"].click()
    assert field.value == "area.pool Pool"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("Quiet room", "quiet-room Quiet room"),
        ("  POOL ", "area.pool Pool"),
        ("Area.Pool", "area-pool Area.Pool"),
        ("", ""),
        ("?", "permission-6464c2b0 ?"),
    ],
)
def test_a_typed_label_is_an_existing_permission_or_a_new_one(
    qtbot: QtBot, typed: str, value: str
) -> None:
    field = field_of(qtbot)
    field.line.setText(typed)
    assert field.value == value  # also before it is added
    QTest.keyClick(field.line, Qt.Key.Key_Return)
    assert (field.value, field.line.text()) == (value, "")


def test_what_is_typed_finds_among_many(qtbot: QtBot) -> None:
    field = field_of(qtbot, SAUNA)
    field.line.setText("poo")
    assert {key for key, chip in field.chips.items() if not chip.isHidden()} == {
        "area.pool",
        "area.sauna",
    }
    field.line.setText("zzz")
    assert [key for key, chip in field.chips.items() if not chip.isHidden()] == ["area.sauna"]


@pytest.mark.parametrize(
    ("typed", "key"),
    [("Area.Quiet", "area.quiet"), ("no good!", "no-good"), ("%", "quiet-room"),
     ("area.pool", "quiet-room")],
)  # fmt: skip
def test_the_key_of_a_new_permission_can_be_set_and_is_always_a_good_one(
    qtbot: QtBot, typed: str, key: str
) -> None:
    field = field_of(qtbot, POOL)
    field.line.setText("Quiet room")
    field.add_typed()
    assert set(field.key_lines) == {"quiet-room"}  # not that of a stored one
    field.keys_button.click()
    line = field.key_lines["quiet-room"]
    assert line.isVisible()
    line.setText(typed)
    line.editingFinished.emit()
    assert field.value == f"area.pool Pool\n{key} Quiet room"
    field.chips[key].click()
    assert field.value == "area.pool Pool"


def test_enter_in_the_form_adds_first_and_sends_then(qtbot: QtBot) -> None:
    form, filled = plan_form(EN, None, "EUR", [PermissionView(key="gym", label="Gym")])
    qtbot.addWidget(form)
    form.show()
    sent: list[Any] = []
    form.submitted.connect(sent.append)
    for key, text in (("name", "Gold"), ("price", "49")):
        line = form.field(key)
        assert isinstance(line, QLineEdit)
        line.setText(text)
    field = form.field("permissions")
    assert isinstance(field, PermissionField)
    field.line.setText("Pool")
    QTest.keyClick(field.line, Qt.Key.Key_Return)
    assert sent == []
    field.line.setText("Gym")
    QTest.keyClick(field.line, Qt.Key.Key_Return)
    QTest.keyClick(field.line, Qt.Key.Key_Return)
    client = Saved()
    filled(sent[0])(client, "")  # type: ignore[arg-type]
    assert client.fields["permissions"] == [
        {"key": "pool", "label": "Pool"},
        {"key": "gym", "label": "Gym"},
    ]


def test_what_was_sent_before_is_filled_in_again(qtbot: QtBot) -> None:
    form, _ = plan_form(EN, None, "EUR")
    qtbot.addWidget(form)
    form.restore({**form.values(), "permissions": "gym Gym"}, "Not known.")
    assert form.values()["permissions"] == "gym Gym"


def opened(qtbot: QtBot, *scopes: str) -> tuple[Staff, PlansPage]:
    """The page with Gold, which has the pool, and a permission that no plan has."""
    staff = Staff(qtbot)
    staff.sign_in(*scopes)
    staff.presenter.open(PLANS)
    staff.presenter.bring_up()
    gold = plan(customers=3, companies=0)
    permissions = (gold.permissions[0], PermissionView(key="gym", label="Gym"))
    staff.presenter.on_done(
        staff.tasks[-1], PlansSheet(PlanPage(items=(gold,), total=1), permissions)
    )
    page = staff.pages.plans.page
    assert staff.page() is page
    return staff, page


def form_of(staff: Staff) -> Form:
    """The form that is open."""
    form = staff.presenter.changes.form
    assert form is not None
    return form


def test_a_plan_opens_from_its_row(qtbot: QtBot) -> None:
    staff, page = opened(qtbot)
    (line,) = page.plan_lines
    assert [tag.text() for tag in line.tags] == ["Pool"]
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    assert [name for name, _ in staff.asked("plan")] == ["plan", "permissions"]
    staff.presenter.on_done(staff.task("plan"), (plan(), ()))
    assert form_of(staff).title == "Gold"


def test_who_may_only_read_changes_nothing(qtbot: QtBot) -> None:
    staff, page = opened(qtbot, "plans:read")
    (line,) = page.plan_lines
    assert page.new_button.isHidden()
    assert line.open_button.isHidden()
    assert all(each.rename_button.isHidden() for each in page.permission_lines)
    sent = len(staff.tasks)
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    assert len(staff.tasks) == sent


def test_a_permission_is_renamed(qtbot: QtBot) -> None:
    staff, page = opened(qtbot)
    page.permission_lines[1].rename_button.click()
    form = form_of(staff)
    assert form.about == "Pool · area.pool"
    line = form.field("label")
    assert isinstance(line, QLineEdit)
    line.setText("Big pool")
    form.submit.click()
    ((name, given),) = staff.asked("change")
    assert (name, given[:2]) == ("relabel_permission", ("area.pool", "Big pool"))


def test_a_permission_in_use_is_not_deleted_and_another_one_is(qtbot: QtBot) -> None:
    staff, page = opened(qtbot)
    page.permission_lines[1].delete_button.click()
    form = form_of(staff)
    assert not form.submit.isEnabled()
    assert "It cannot be deleted while plans have it: Gold." in texts_of(form)
    form.cancel.click()
    page.permission_lines[0].delete_button.click()
    form_of(staff).submit.click()
    ((name, given),) = staff.asked("change")
    assert (name, given[0]) == ("delete_permission", "gym")


def texts_of(form: Form) -> list[str]:
    """The texts between the fields of a form."""
    return [each.text() for each in form.findChildren(PlainLabel)]
