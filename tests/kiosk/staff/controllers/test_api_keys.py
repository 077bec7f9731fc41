"""API keys at the desk, without a service: listed, made and shown once, revoked."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from api_client.errors import Refused, Unreachable
from api_client.messages.keys import KeyList, KeyView, MintedKey
from api_client.messages.management import ActorKind, ActorView
from api_client.messages.requests import Withdrawal, WithdrawalState
from api_client.messages.scan import Problem
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure, failure_of
from kiosk.staff.forms.api_keys import KeyMaker, key_fields, key_form
from kiosk.staff.forms.request import Filled
from kiosk.staff.page import MEMBERS
from kiosk.staff.pages.inputs import Choice, DayField
from kiosk.staff.words.api_keys import PURPOSES, api_key_lines, cut_words, purpose_words
from kiosk.staff.words.typed_days import LAST_YEAR
from kiosk.style import Tone
from kiosk.texts import Texts
from membership.base.scopes import DESK_SCOPES, Scope
from tests.kiosk.answers import NOON
from tests.kiosk.staff.staff_desk import Staff

MAKER = ActorView(kind=ActorKind.STAFF, id=UUID(int=7), name="Greta Sommer")
SECRET = "mk_live_" + "x" * 43


def key(number: int, **other: Any) -> KeyView:
    fields: dict[str, Any] = {
        "id": UUID(int=number),
        "name": f"Key {number}",
        "prefix": "mk_live_a1B2",
        "scopes": ("permissions:read",),
        "made_by": MAKER,
        "maker_disabled": False,
        "created_at": NOON,
        "expires_at": None,
        "last_used_at": None,
        "revoked_at": None,
    }
    return KeyView(**(fields | other))


KEYS = KeyList(
    items=(
        key(1, revoked_at=NOON),
        key(2, expires_at=NOON - timedelta(days=1)),
        key(3, maker_disabled=True, last_used_at=NOON),
        key(4, scopes=tuple(sorted(DESK_SCOPES)), made_by=None),
        key(5, scopes=("staff:write", "audit:read"), expires_at=NOON + timedelta(days=9)),
    )
)


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("keys:write")
    staff.presenter.open_home()
    staff.pages.settings.page.keys_button.click()
    assert staff.asked() == [("api_keys", ())]
    staff.presenter.on_done(staff.tasks[-1], KEYS)
    return staff


def form_of(staff: Staff) -> Any:
    form = staff.presenter.changes.form
    assert form is not None
    return form


def test_only_who_may_make_keys_has_the_way_to_them(qtbot: QtBot, qapp: QApplication) -> None:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("organization:write", "audit:read")
    staff.presenter.open_home()
    assert staff.pages.settings.page.keys_button.isHidden()


def test_every_state_of_a_key_is_told() -> None:
    lines = {line.name: line for line in api_key_lines(KEYS, Texts("en"), "UTC", NOON)}
    told = {name: (line.status, line.tone, line.good) for name, line in lines.items()}
    assert told == {
        "Key 3": ("maker's account is disabled", Tone.ATTENTION, True),
        "Key 4": ("works", Tone.ACTIVE, True),
        "Key 5": ("works", Tone.ACTIVE, True),
        "Key 1": ("revoked Nov 24, 2026", Tone.CARD_REVOKED, False),
        "Key 2": ("ended", Tone.EXPIRED, False),
    }
    assert list(told) == ["Key 3", "Key 4", "Key 5", "Key 1", "Key 2"]
    assert lines["Key 3"].left_by == MAKER.id
    assert [line.left_by for name, line in lines.items() if name != "Key 3"] == [None] * 4
    assert lines["Key 3"].below[0] == "mk_live_a1B2… · Check permissions (doors, website)"
    assert "last used" in lines["Key 3"].below[1]
    assert "never used" in lines["Key 4"].below[1]
    assert lines["Key 5"].below[0].endswith("staff:write, audit:read")
    assert "until" in lines["Key 5"].below[1]


def test_more_keys_than_shown_are_told() -> None:
    assert cut_words(KEYS, Texts("en")) == ""
    more = KEYS.model_copy(update={"next_cursor": "x"})
    assert "newest 5" in cut_words(more, Texts("en"))


def test_purposes_have_scopes_that_there_are_and_that_admins_have() -> None:
    assert set(PURPOSES) == set(purpose_words(Texts("en")))
    assert set().union(*PURPOSES.values()) <= set(Scope)
    assert PURPOSES["desk"] == DESK_SCOPES


def test_a_new_key_is_shown_once(staff: Staff) -> None:
    page = staff.pages.api_keys.page
    assert page.made.isHidden()
    page.new_button.click()
    form = form_of(staff)
    name, purpose, last = (form.field(each) for each in ("name", "purpose", "last"))
    assert isinstance(name, QLineEdit)
    assert isinstance(purpose, Choice)
    assert isinstance(last, DayField)
    name.setText("Door")
    form.submit.click()
    sent = staff.tasks[-1]
    asked = Asked()
    made = sent.call(asked, sent.once)  # type: ignore[arg-type]
    assert asked.made == [{"name": "Door", "scopes": ["permissions:read"]}]
    staff.presenter.on_done(sent, made)
    assert page.made.text.toPlainText() == SECRET
    assert not page.made_hint.isHidden()
    # The list is loaded without hiding the key.
    assert staff.asked("api_keys") == [("api_keys", ())]
    staff.presenter.on_done(staff.task("api_keys"), KEYS)
    assert page.made.text.toPlainText() == SECRET
    staff.presenter.open(MEMBERS)
    assert page.made.text.toPlainText() == ""
    assert page.made.isHidden()


def test_a_key_is_not_shown_to_who_signs_in_next(staff: Staff) -> None:
    page = staff.pages.api_keys.page
    page.show_made(SECRET)
    staff.presenter.sign_out()
    assert page.made.text.toPlainText() == ""
    assert page.lines == {}


class Asked:
    """A client that makes keys for Greta, and may lose requests or their answers."""

    def __init__(self) -> None:
        self.keys: list[KeyView] = list(KEYS.items)
        self.made: list[Any] = []
        self.revoked: list[UUID] = []
        self.arrives = self.answers = True

    def api_keys(self) -> KeyList:
        return KeyList(items=tuple(self.keys))

    def make_api_key(self, fields: Any) -> MintedKey:
        self.made.append(fields)
        fields = {"expires_at": None} | fields
        new = key(90 + len(self.made), **fields, made_by=GRETA).model_dump()
        made = MintedKey(**new, key=SECRET)
        if self.arrives:
            self.keys.insert(0, KeyView(**new))
        if not self.answers:
            raise Unreachable("the answer was lost")
        return made

    def revoke_api_key(self, key_id: UUID) -> None:
        self.revoked.append(key_id)
        self.keys = [
            each.model_copy(update={"revoked_at": NOON}) if each.id == key_id else each
            for each in self.keys
        ]


GRETA = ActorView(kind=ActorKind.STAFF, id=UUID(int=60), name="Greta Sommer")
DOOR: dict[str, Any] = {"name": "Door", "purpose": "permissions", "last": None}
LATER: dict[str, Any] = {
    "name": "Gate", "purpose": "desk", "last": NOON.date() + timedelta(days=9),
}  # fmt: skip


def lose(filled: Filled[MintedKey], asked: Asked, values: Any, *, arrives: bool = True) -> None:
    """Send a form whose answer is lost, and maybe the request too."""
    asked.arrives, asked.answers = arrives, False
    with pytest.raises(Unreachable):
        filled(values)(asked, "once")  # type: ignore[arg-type]
    asked.arrives = asked.answers = True


@pytest.mark.parametrize("values", [DOOR, LATER], ids=["without an end", "with an end"])
@pytest.mark.parametrize("corrected", [{}, {"name": "Doors"}, {"purpose": "read"}, {"last": None}],
                         ids=["same", "name", "purpose", "last"])  # fmt: skip
def test_keys_whose_answers_were_lost_are_revoked_before_the_next(
    values: Any, corrected: Any
) -> None:
    asked = Asked()
    _, filled = key_form(Texts("en"), "Europe/Berlin", KeyMaker(GRETA.id))
    asked.keys.append(key(50, name=values["name"], made_by=GRETA))  # was there, and is left alone
    lose(filled, asked, values)
    assert asked.revoked == []
    lose(filled, asked, values | corrected)
    assert asked.revoked == [UUID(int=91)]
    filled(values | {"name": "Third"})(asked, "once")  # type: ignore[arg-type]
    assert asked.revoked == [UUID(int=91), UUID(int=92)]
    # The third one was answered, and stays.
    filled(values | {"name": "Third"})(asked, "once")  # type: ignore[arg-type]
    assert asked.revoked == [UUID(int=91), UUID(int=92)]


SCANS = PURPOSES["desk"]


@pytest.mark.parametrize(
    "other",
    [
        {"made_by": MAKER},
        {"made_by": None},
        {"made_by": ActorView(kind=ActorKind.API_KEY, id=GRETA.id, name="Import")},
        {"made_by": MAKER, "scopes": tuple(SCANS)},
        {"scopes": tuple(SCANS)},
        {"scopes": ("permissions:read", "scans:write")},
        {"expires_at": NOON + timedelta(days=400)},
        {"last_used_at": NOON},
        {"revoked_at": NOON},
        {"name": "Door 2"},
    ],
    ids=["a colleague's", "nobody's", "a program's", "a colleague's desk", "other scopes",
         "more scopes", "with an end", "used", "revoked", "other name"],
)  # fmt: skip
def test_no_other_key_is_revoked_for_one_that_never_arrived(other: Any) -> None:
    asked = Asked()
    _, filled = key_form(Texts("en"), "UTC", KeyMaker(GRETA.id))
    lose(filled, asked, DOOR, arrives=False)
    asked.keys.insert(0, key(70, **({"name": "Door", "made_by": GRETA} | other)))
    filled(DOOR)(asked, "once")  # type: ignore[arg-type]
    assert asked.revoked == []
    assert len(asked.made) == 2


def test_a_key_that_was_made_late_is_revoked_too() -> None:
    asked = Asked()
    _, filled = key_form(Texts("en"), "UTC", KeyMaker(GRETA.id))
    lose(filled, asked, DOOR, arrives=False)
    lose(filled, asked, LATER, arrives=False)
    asked.keys.insert(0, key(70, name="Door", made_by=GRETA))  # the first request, after a while
    filled(DOOR | {"name": "Third"})(asked, "once")  # type: ignore[arg-type]
    assert asked.revoked == [UUID(int=70)]


def test_a_request_that_was_refused_has_made_no_key() -> None:
    class Refusing(Asked):
        def make_api_key(self, fields: Any) -> MintedKey:
            if not self.answers:
                raise Refused(Problem(title="No.", status=422, code="scope_missing"))
            return super().make_api_key(fields)

    asked = Refusing()
    call = key_form(Texts("en"), "UTC", KeyMaker(GRETA.id))[1](DOOR)
    asked.answers = False
    with pytest.raises(Refused, match="No"):
        call(asked, "once")  # type: ignore[arg-type]
    asked.answers = True
    asked.keys.insert(0, key(70, name="Door", made_by=GRETA))  # made at another desk
    call(asked, "once")  # type: ignore[arg-type]
    assert asked.revoked == []


def test_a_lost_key_is_known_when_the_form_is_opened_again(staff: Staff) -> None:
    asked, page = Asked(), staff.pages.api_keys.page
    asked.answers = False
    page.new_button.click()
    form_of(staff).field("name").setText("Dor")
    form_of(staff).submit.click()
    lost = staff.tasks[-1]
    with pytest.raises(Unreachable):
        lost.call(asked, lost.once)  # type: ignore[arg-type]
    staff.presenter.on_failed(lost, Failure(Cause.UNREACHABLE, "lost"))
    form_of(staff).closed.emit()
    page.new_button.click()
    form_of(staff).field("name").setText("Door")
    form_of(staff).submit.click()
    assert staff.tasks[-1].name == "withdraw"
    withdrawn = Withdrawal(state=WithdrawalState.WITHDRAWN)
    staff.presenter.on_done(staff.tasks[-1], withdrawn)
    asked.answers = True
    staff.tasks[-1].call(asked, staff.tasks[-1].once)  # type: ignore[arg-type]
    assert [each["name"] for each in asked.made] == ["Dor", "Door"]
    assert asked.revoked == [UUID(int=91)]


@pytest.mark.parametrize(
    ("zone", "end"),
    [("UTC", "2026-11-25T00:00:00+00:00"), ("Europe/Berlin", "2026-11-24T23:00:00+00:00")],
    ids=["utc", "berlin"],
)
def test_a_last_day_is_whole_where_the_club_is(zone: str, end: str) -> None:
    asked, day = Asked(), NOON.date()
    _, filled = key_form(Texts("en"), zone, KeyMaker(GRETA.id))
    filled(DOOR | {"last": day})(asked, "once")  # type: ignore[arg-type]
    assert asked.made[0]["expires_at"] == end


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_last_day_has_an_end_or_is_refused_with_a_sentence(zone: str) -> None:
    latest = key_fields(DOOR | {"last": date(LAST_YEAR, 12, 31)}, zone, Texts("en"))["expires_at"]
    assert datetime.fromisoformat(latest).astimezone(ZoneInfo(zone)).year == LAST_YEAR + 1
    for day in (date(LAST_YEAR + 1, 1, 1), date(9999, 12, 30), date.max):
        with pytest.raises(Refused, match="zu weit weg"):
            key_fields(DOOR | {"last": day}, zone, Texts("de"))


def test_a_key_needs_a_name(staff: Staff) -> None:
    staff.pages.api_keys.page.new_button.click()
    form_of(staff).submit.click()
    with pytest.raises(Refused, match="Give the key a name") as refused:
        staff.tasks[-1].call(Asked(), "once")  # type: ignore[arg-type]
    staff.presenter.on_failed(staff.tasks[-1], failure_of(refused.value))
    assert form_of(staff).error_of("name").startswith("Give the key a name")


@pytest.mark.parametrize(
    ("number", "which", "asked"),
    [
        (4, None, ("revoke_api_key", (UUID(int=4),))),
        (3, "one", ("revoke_api_key", (UUID(int=3),))),
        (3, "all", ("revoke_api_keys_of", (MAKER.id,))),
    ],
    ids=["a key", "one of a disabled maker", "all of a disabled maker"],
)
def test_keys_are_revoked(staff: Staff, number: int, which: str | None, asked: Any) -> None:
    button = staff.pages.api_keys.page.revoke_buttons[str(UUID(int=number))]
    assert button.accessibleName() == f"Revoke … Key {number}"
    button.click()
    form = form_of(staff)
    assert form.final
    if which is not None:
        choice = form.field("which")
        assert isinstance(choice, Choice)
        choice.choose(which)
    form.submit.click()
    assert staff.asked() == [asked]


def test_what_does_not_work_any_more_is_not_revoked_again(staff: Staff) -> None:
    buttons = staff.pages.api_keys.page.revoke_buttons
    assert sorted(buttons) == [str(UUID(int=number)) for number in (3, 4, 5)]


def test_all_is_reached_by_keyboard(staff: Staff) -> None:
    page = staff.pages.api_keys.page
    page.show_made("ms_made")
    reached, widget = list[str](), page.new_button.nextInFocusChain()
    while widget is not None and widget is not page.new_button:
        if isinstance(widget, QPushButton) and widget.isVisibleTo(page):
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            reached.append(widget.accessibleName())
        widget = widget.nextInFocusChain()
    assert reached == ["Copy The new key", *(f"Revoke … Key {number}" for number in (3, 4, 5))]
