"""The form of a customer: former numbers are shown, and sent only when they were changed."""

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from kiosk.staff.forms.customer import customer_form
from kiosk.staff.words.profile import customer_words
from kiosk.texts import Texts
from tests.kiosk.staff.messages import profile
from tests.kiosk.staff.staff_desk import Recorder


def sent(values: dict[str, Any], *, numbers: tuple[str, ...] | None) -> dict[str, Any]:
    """What a filled form sends; for a new customer if ``numbers`` is None."""
    known = None if numbers is None else profile(former_numbers=numbers)
    _, filled = customer_form(Texts("en"), known)
    recorder = Recorder()
    filled({"given_name": "A", "family_name": "B", **values})(recorder, "once")  # type: ignore[arg-type]
    ((_, given),) = recorder.asked
    fields: dict[str, Any] = next(each for each in given if isinstance(each, dict))
    return fields


@pytest.mark.parametrize(
    ("numbers", "typed", "expected"),
    [
        pytest.param(("M-1", "12/34"), "M-1; 12/34", None, id="unchanged"),
        pytest.param(("Nr. 7; alt",), "Nr. 7; alt", None, id="unchanged-with-separator"),
        pytest.param(("M-1",), "M-1; 12/34 ;", ["M-1", "12/34"], id="added"),
        pytest.param(("M-1",), "", [], id="removed"),
        pytest.param(None, "", None, id="new-without"),
        pytest.param(None, "M-1", ["M-1"], id="new-with"),
    ],
)
def test_what_is_sent(
    qtbot: QtBot, numbers: tuple[str, ...] | None, typed: str, expected: list[str] | None
) -> None:
    fields = sent({"former_numbers": typed}, numbers=numbers)
    assert fields.get("former_numbers") == expected


def test_the_form_and_the_profile_show_them(qtbot: QtBot) -> None:
    form, _ = customer_form(Texts("de"), profile(former_numbers=("M-1", "12/34")))
    qtbot.addWidget(form)
    assert form.values()["former_numbers"] == "M-1; 12/34"
    words = customer_words(profile(former_numbers=("M-1", "12/34")), None, Texts("de"), "UTC")
    assert "Früher M-1, 12/34" in words.details
    others = customer_words(profile(), None, Texts("de"), "UTC").details
    assert not any(each.startswith("Früher") for each in others)
