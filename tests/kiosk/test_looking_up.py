"""Somebody is looked up: shown without a visit, and checked in only when staff say so."""

from uuid import UUID, uuid4

import pytest

from api_client.messages.scan import Outcome, ScanMethod, VisitView
from kiosk.failures import Cause, Failure
from kiosk.offers import Act
from kiosk.session import State
from kiosk.style import Tone
from kiosk.wedge import Reading
from tests.kiosk.answers import AMARA, NOON

from .session_desk import Desk

WHO = str(AMARA.id)


@pytest.fixture
def desk(qapp: object) -> Desk:
    return Desk()


def acts(desk: Desk) -> list[Act]:
    return [each.act for each in desk.shown[-1].verdict.offers]


@pytest.mark.parametrize("seen", [True, False])
def test_whoever_is_chosen_is_shown_and_not_checked_in(desk: Desk, seen: bool) -> None:
    desk.session.on_picked(WHO, seen=seen)
    assert desk.state() is State.CHECKING
    desk.find(Outcome.EXPIRED)
    assert desk.tone() is Tone.EXPIRED
    assert desk.shown[-1].recorded is None
    assert desk.shown[-1].verdict.notes[0] == "Not checked in"
    assert desk.asked == []
    desk.session.on_service_back()
    assert desk.asked == []
    desk.session.recheck()
    assert len(desk.looked_up) == 2
    assert desk.asked == []


@pytest.mark.parametrize("seen", [True, False])
def test_check_in_sends_who_is_on_screen_once_and_as_they_were_chosen(
    desk: Desk, seen: bool
) -> None:
    desk.session.on_picked(WHO, seen=seen)
    desk.find()
    assert Act.CHECK_IN in acts(desk)
    desk.session.check_in()
    desk.session.check_in()
    assert [each.text for each in desk.asked] == [WHO]
    assert desk.asked[0].method is (ScanMethod.SEARCH if seen else ScanMethod.WEDGE)
    desk.reply()
    assert desk.shown[-1].recorded is not None
    assert Act.CHECK_IN not in acts(desk)
    desk.session.check_in()
    assert len(desk.asked) == 1


def test_nothing_else_is_checked_in(desk: Desk) -> None:
    desk.session.check_in()
    desk.see("CARD")
    desk.reply()
    desk.session.check_in()
    desk.session.on_picked(WHO)
    desk.session.check_in()
    assert [each.text for each in desk.asked] == ["CARD"]


def test_a_scan_takes_the_place_of_a_look_up_at_once(desk: Desk) -> None:
    desk.session.on_picked(WHO)
    desk.session.on_hand_scanned(Reading("CARD", ""))
    assert [each.text for each in desk.asked] == ["CARD"]
    desk.find(Outcome.BLOCKED)
    desk.session.on_preview_failed(desk.looked_up[-1].visit_id, Failure(Cause.UNREACHABLE, ""))
    assert desk.shown == [], "a late answer to the look-up is not the scan's"
    desk.reply()
    assert desk.tone() is Tone.ACTIVE
    assert len(desk.shown) == 1


def test_a_look_up_waits_for_the_scan_before_it(desk: Desk) -> None:
    desk.see("CARD")
    desk.session.on_picked(WHO)
    desk.session.on_picked(str(UUID(int=9)))
    assert desk.looked_up == []
    desk.reply()
    assert [each.text for each in desk.looked_up] == [str(UUID(int=9))], "the last one chosen"


def test_an_answer_to_a_scan_is_none_to_a_look_up(desk: Desk) -> None:
    desk.see("CARD")
    desk.session.clear()
    desk.session.on_picked(WHO)
    desk.reply()
    assert desk.shown == []
    desk.find()
    desk.session.check_in()
    desk.find(Outcome.BLOCKED)
    assert desk.state() is State.CHECKING, "the answer to the look-up is none to the scan"


def test_a_failed_look_up_says_nothing_and_is_tried_again(desk: Desk) -> None:
    desk.session.on_picked(WHO)
    desk.session.on_preview_failed(desk.looked_up[-1].visit_id, Failure(Cause.UNREACHABLE, ""))
    assert desk.tone() is Tone.COULD_NOT_CHECK
    assert acts(desk) == [Act.RECHECK]
    desk.session.check_in()
    desk.session.on_service_back()
    assert len(desk.looked_up) == 2
    assert desk.asked == []


def test_an_old_service_is_named_and_checks_in_only_if_staff_want_it(desk: Desk) -> None:
    desk.session.on_picked(WHO)
    desk.session.on_preview_failed(desk.looked_up[-1].visit_id, Failure(Cause.OLD_SERVICE, ""))
    assert "older than the desk" in desk.shown[-1].verdict.detail
    assert desk.asked == []
    assert acts(desk) == [Act.RECHECK, Act.CHECK_IN]
    desk.session.check_in()
    assert [each.text for each in desk.asked] == [WHO]


@pytest.mark.parametrize("undone", [True, False])
def test_a_visit_of_the_list_says_what_it_was_and_how_it_is_now(desk: Desk, undone: bool) -> None:
    visit = VisitView(
        id=uuid4(), at=NOON, customer_id=AMARA.id, name=AMARA.name, number=AMARA.number,
        outcome=Outcome.EXPIRED, undone_at=NOON if undone else None,
    )  # fmt: skip
    desk.session.on_visit_opened(visit)
    desk.find()
    shown = desk.shown[-1]
    assert (shown.verdict.headline, shown.scan.of_visit) == ("ACTIVE", visit)
    said = "Visit at 12:00\u202fPM: expired"
    assert shown.verdict.notes[0] == (f"{said}, undone" if undone else said)
    assert (Act.UNDO in acts(desk)) is not undone


def test_a_verdict_that_is_held_stays(desk: Desk, qtbot: object) -> None:
    desk.see("CARD")
    desk.reply()
    assert desk.session._dwell.isActive()
    desk.session.hold()
    assert not desk.session._dwell.isActive()
    desk.session.hold()
    desk.session.clear()
    assert desk.state() is State.READY
    desk.session.hold()
    desk.see("OTHER")
    desk.reply()
    assert desk.session._dwell.isActive(), "the next verdict goes by itself again"
