"""The profile of a customer, without a service: ending their logins."""

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.application import load_fonts
from tests.kiosk.answers import AMARA
from tests.kiosk.staff.staff_desk import Staff


def opened(qtbot: QtBot, *scopes: str) -> Staff:
    """Amara's profile, with somebody signed in."""
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in(*scopes)
    staff.open_customer()
    return staff


def test_the_logins_of_a_customer_are_ended_by_a_form_that_names_them(
    qtbot: QtBot, qapp: QApplication
) -> None:
    staff = opened(qtbot, "customers:write")
    page = staff.pages.customer.page
    assert page.end_logins is not None
    page.end_logins.click()
    form = staff.presenter.changes.form
    assert form is not None
    assert AMARA.name in form.about
    assert form.final
    form.submit.click()
    assert staff.asked() == [("end_logins", (AMARA.id,))]


def test_who_may_not_change_customers_is_not_offered_it(qtbot: QtBot, qapp: QApplication) -> None:
    assert opened(qtbot, "customers:read").pages.customer.page.end_logins is None
