"""API keys at the desk, without a service: listed, made and shown once, revoked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from api_client.errors import Refused, Unreachable
from api_client.messages.keys import KeyList, KeyView, MintedKey
from api_client.messages.management import ActorKind, ActorView
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.forms.api_keys import key_form
from kiosk.staff.page import HOME
from kiosk.staff.pages.inputs import Choice, DayField
from kiosk.staff.words.api_keys import PURPOSES, api_key_lines, cut_words, purpose_words
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
    staff.pages.home.page.keys_button.click()
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
    assert staff.pages.home.page.keys_button.isHidden()


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
    assert lines["Key 3"].below[0] == "mk_live_a1B2… · Ask what a member may do (doors, web site)"
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
    staff.presenter.open(HOME)
    assert page.made.text.toPlainText() == ""
    assert page.made.isHidden()


def test_a_key_is_not_shown_to_who_signs_in_next(staff: Staff) -> None:
    page = staff.pages.api_keys.page
    page.show_made(SECRET)
    staff.presenter.sign_out()
    assert page.made.text.toPlainText() == ""
    assert page.lines == {}


class Asked:
    """A client that makes keys, and may lose the answer to the first one."""

    def __init__(self, *, loses: int = 0) -> None:
        self.keys: list[KeyView] = list(KEYS.items)
        self.made: list[Any] = []
        self.revoked: list[UUID] = []
        self._loses = loses

    def api_keys(self) -> KeyList:
        return KeyList(items=tuple(self.keys))

    def make_api_key(self, fields: Any) -> MintedKey:
        self.made.append(fields)
        made = MintedKey(**key(90 + len(self.made), name=fields["name"]).model_dump(), key=SECRET)
        self.keys.insert(0, KeyView(**made.model_dump()))
        if self._loses:
            self._loses -= 1
            raise Unreachable("the answer was lost")
        return made

    def revoke_api_key(self, key_id: UUID) -> None:
        self.revoked.append(key_id)


def test_a_key_whose_answer_was_lost_is_revoked_before_the_next() -> None:
    texts, asked = Texts("en"), Asked(loses=1)
    asked.keys.append(key(50, name="Door"))  # was there before, and is left alone
    call = key_form(texts, "UTC")[1]({"name": "Door", "purpose": "permissions", "last": None})
    with pytest.raises(Unreachable):
        call(asked, "once")  # type: ignore[arg-type]
    assert asked.revoked == []
    call(asked, "once")  # type: ignore[arg-type]
    assert asked.revoked == [UUID(int=91)]
    assert len(asked.made) == 2


@pytest.mark.parametrize(
    ("zone", "end"),
    [("UTC", "2026-11-25T00:00:00+00:00"), ("Europe/Berlin", "2026-11-24T23:00:00+00:00")],
    ids=["utc", "berlin"],
)
def test_a_last_day_is_whole_where_the_club_is(zone: str, end: str) -> None:
    asked, day = Asked(), NOON.date()
    form = key_form(Texts("en"), zone)[1]({"name": "Door", "purpose": "export", "last": day})
    form(asked, "once")  # type: ignore[arg-type]
    assert asked.made[0]["expires_at"] == end


def test_a_key_needs_a_name(staff: Staff) -> None:
    staff.pages.api_keys.page.new_button.click()
    form_of(staff).submit.click()
    with pytest.raises(Refused, match="name by which you tell it"):
        staff.tasks[-1].call(Asked(), "once")  # type: ignore[arg-type]
    staff.presenter.on_failed(staff.tasks[-1], Failure(Cause.REFUSED, "Give the key a name."))
    assert "Give the key a name" in form_of(staff).failure.text()


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
    reached, widget = list[str](), page.new_button.nextInFocusChain()
    while widget is not None and widget is not page.new_button:
        if isinstance(widget, QPushButton) and page.isAncestorOf(widget):
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            reached.append(widget.accessibleName())
        widget = widget.nextInFocusChain()
    assert reached == ["Copy The new key", *(f"Revoke … Key {number}" for number in (3, 4, 5))]
