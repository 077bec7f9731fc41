"""Which verdicts are amber, what their buttons offer, and that all fit in both languages."""

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.messages.scan import (
    Attention,
    AttentionKind,
    Outcome,
    Reason,
    ScanAnswer,
    Status,
    UnknownCause,
)
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.offers import KEYS, Act, Offer
from kiosk.style import LIGHT, Tone
from kiosk.texts import Texts
from kiosk.verdict import Verdict, verdict_of, verdict_of_failure, verdict_of_preview
from kiosk.views.window import Command, KioskWindow

from .answers import AMARA, CARD, answer, membership, preview, unknown

ENGLISH = Texts("en")
PICTURED = AMARA.model_copy(update={"photo_path": "/p"})
OWN, FIRMS = membership(), membership(company="Northwind")
ENDED = membership(status=Status.EXPIRED)

NOTICES = [
    (None, Tone.ACTIVE, "ACTIVE", ()),
    (Attention(kind=AttentionKind.BIRTHDAY), Tone.ACTIVE, "ACTIVE", ("Birthday today",)),
    (Attention(kind=AttentionKind.SEEN_RECENTLY, minutes=3), Tone.ACTIVE, "ACTIVE",
     ("Seen 3 minutes ago",)),
    (Attention(kind=AttentionKind.EXPIRES_SOON, days=4), Tone.ACTIVE, "ACTIVE",
     ("Expires in 4 days",)),
    (Attention(kind=AttentionKind.EXPIRES_SOON, days=3), Tone.ATTENTION, "3 DAYS LEFT", ()),
    (Attention(kind=AttentionKind.EXPIRES_SOON, days=1), Tone.ATTENTION, "1 DAY LEFT", ()),
    (Attention(kind=AttentionKind.EXPIRES_SOON, days=0), Tone.ATTENTION, "LAST DAY TODAY", ()),
    (Attention(kind=AttentionKind.PAYMENT_OVERDUE), Tone.ATTENTION, "PAYMENT OVERDUE", ()),
    (Attention(kind=AttentionKind.BY_NUMBER), Tone.ATTENTION, "COMPARE PHOTO",
     ("By number: compare the photo",)),
    (Attention(kind=AttentionKind.OLD_CODE), Tone.ATTENTION, "OLD CODE",
     ("Ask to open the card again",)),
    (Attention(kind=AttentionKind.DESK_NOTE, text="Key 12"), Tone.ATTENTION, "READ THE NOTE", ()),
]  # fmt: skip


@pytest.mark.parametrize(("notice", "tone", "headline", "notes"), NOTICES)
def test_amber_is_what_needs_an_act(
    notice: Attention | None, tone: Tone, headline: str, notes: tuple[str, ...]
) -> None:
    noticed = () if notice is None else (notice,)
    verdict = verdict_of(answer(customer=PICTURED, attention=noticed), ENGLISH)
    assert (verdict.tone, verdict.headline, verdict.notes) == (tone, headline, notes)


def test_the_first_notice_that_needs_an_act_is_the_headline_and_the_others_are_pills() -> None:
    noticed = (
        Attention(kind=AttentionKind.BY_NUMBER),
        Attention(kind=AttentionKind.PAYMENT_OVERDUE),
        Attention(kind=AttentionKind.EXPIRES_SOON, days=1),
        Attention(kind=AttentionKind.BIRTHDAY),
    )
    for count, headline in ((0, "COMPARE PHOTO"), (1, "PAYMENT OVERDUE"), (2, "1 DAY LEFT")):
        verdict = verdict_of(answer(customer=PICTURED, attention=noticed[count:]), ENGLISH)
        assert verdict.headline == headline
        assert verdict.notes[-1] == "Birthday today"


OVERDUE = (Attention(kind=AttentionKind.PAYMENT_OVERDUE),)
SOON = (Attention(kind=AttentionKind.EXPIRES_SOON, days=9),)
WITH_VISIT = [Act.PROFILE, Act.UNDO]

OFFERS: list[tuple[ScanAnswer, list[Act], UUID | None]] = [
    (answer(), [], None),
    (answer(attention=SOON), [Act.RENEW], OWN.id),
    (answer(attention=OVERDUE), [Act.PAY], OWN.id),
    (answer(attention=OVERDUE, membership=FIRMS), [], None),
    (answer(Outcome.EXPIRED, membership=ENDED), [Act.RENEW], ENDED.id),
    (answer(Outcome.EXPIRED, membership=FIRMS), [Act.SELL], None),
    (answer(Outcome.NO_MEMBERSHIP, membership=None), [Act.SELL], None),
    (answer(Outcome.NOT_YET_STARTED), [], None),
    (answer(Outcome.BLOCKED), [], None),
    (answer(Outcome.CARD_REVOKED), [Act.NEW_CARD], None),
    (answer(Outcome.CARD_REVOKED, current_card=CARD), [Act.NEW_CARD], None),
]


@pytest.mark.parametrize(("given", "fitting", "about"), OFFERS)
def test_what_fits_the_reason_comes_first(
    given: ScanAnswer, fitting: list[Act], about: UUID | None
) -> None:
    offers = verdict_of(given, ENGLISH).offers
    assert [each.act for each in offers] == fitting + WITH_VISIT
    assert offers[0].membership_id == about


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.UNKNOWN_CODE])
def test_whoever_is_looked_up_can_be_checked_in_and_has_no_visit_to_undo(outcome: Outcome) -> None:
    offered = [each.act for each in verdict_of_preview(preview(outcome), ENGLISH, None).offers]
    assert Act.CHECK_IN in offered
    assert Act.UNDO not in offered
    assert (offered[0] is Act.CHECK_IN) is (outcome not in {
        Outcome.EXPIRED, Outcome.NO_MEMBERSHIP, Outcome.CARD_REVOKED
    })  # fmt: skip


def test_no_verdict_has_one_key_twice() -> None:
    for verdict in every_verdict("en"):
        keys = [KEYS[each.act] for each in verdict.offers]
        assert len(keys) == len(set(keys)), verdict.headline


def every_verdict(language: str) -> list[Verdict]:
    """A verdict of each outcome with each notice, of each cause, and of each failure."""
    texts = Texts(language)
    notices = [() if notice is None else (notice,) for notice, *_ in NOTICES]
    known: list[dict[str, Any]] = [
        {"outcome": Outcome.ACTIVE, "attention": each, "customer": PICTURED} for each in notices
    ]
    known += [{"outcome": each} for each in Outcome if each is not Outcome.UNKNOWN_CODE]
    known += [
        {"outcome": Outcome.ACTIVE, "attention": (Attention(kind=AttentionKind.BY_NUMBER),)},
        {"outcome": Outcome.EXPIRED, "membership": membership(last_day=None)},
        {"outcome": Outcome.CARD_REVOKED, "current_card": CARD},
        {"outcome": Outcome.NO_MEMBERSHIP, "membership": None,
         "memberships": (membership(reason=Reason.NO_SEAT, company="Acme"),)},
    ]  # fmt: skip
    verdicts = [verdict_of(answer(**each), texts) for each in known]
    verdicts += [verdict_of_preview(preview(**each), texts, None) for each in known]
    verdicts += [verdict_of(unknown(unknown_cause=cause), texts) for cause in UnknownCause]
    verdicts.append(verdict_of(unknown(unknown_cause=UnknownCause.NOT_FOUND), texts, gives=True))
    verdicts += [verdict_of_failure(Failure(cause, "why"), texts) for cause in Cause]
    return verdicts


def open_window(qtbot: QtBot, language: str, width: int, height: int) -> KioskWindow:
    load_fonts()
    window = KioskWindow(Texts(language), LIGHT, "Front desk", lambda: None)
    qtbot.addWidget(window)
    window.resize(width, height)
    with qtbot.waitExposed(window):
        window.show()
    return window


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("width", "height"), [(1024, 768), (1280, 800)])
def test_every_headline_and_button_fits_and_is_large(
    qtbot: QtBot, language: str, width: int, height: int
) -> None:
    window = open_window(qtbot, language, width, height)
    panel = window.verdict
    for verdict in every_verdict(language):
        window.show_verdict(verdict, "12:00")
        headline = panel.headline
        font = headline.fitted(headline.width())
        assert font.pixelSize() >= 40, f"{verdict.headline}: {font.pixelSize()} px"
        assert headline.height() >= headline.heightForWidth(headline.width())
        for button, offer in zip(panel.buttons.buttons, verdict.offers, strict=False):
            assert button.isVisible()
            assert button.text().replace("&&", "&") == offer.label
            assert panel.buttons.rect().contains(button.geometry()), offer.label
            words = QFontMetrics(button.font()).horizontalAdvance(offer.label)
            assert button.width() >= button.sizeHint().width() > words
        last = panel.answered
        assert last.mapTo(panel, last.rect().bottomLeft()).y() <= panel.height()
        if verdict.person is not None:
            square = min(panel.person.photo.width(), panel.person.photo.height())
            assert square >= 0.3 * panel.width(), f"{verdict.headline}: photo of {square} px"


def test_buttons_are_pressed_by_mouse_key_and_screen_reader(qtbot: QtBot) -> None:
    window = open_window(qtbot, "de", 1280, 800)
    with qtbot.waitActive(window):
        window.activateWindow()
    pressed: list[Offer] = []
    window.verdict.acted.connect(pressed.append)
    window.show_verdict(verdict_of(answer(Outcome.EXPIRED, membership=ENDED), Texts("de")), "")
    renew = window.verdict.buttons.button_of(Act.RENEW)
    assert renew is not None
    QTest.mouseClick(renew, Qt.MouseButton.LeftButton)
    assert not renew.hasFocus(), "a later Enter is not for it"
    QTest.keyClick(window, Qt.Key.Key_F2)
    said = QAccessible.queryAccessibleInterface(renew)
    assert said.text(QAccessible.Text.Name) == Texts("de").say("Renew & pay")
    assert said.text(QAccessible.Text.Description) == "F2"
    said.actionInterface().doAction("Press")
    qtbot.waitUntil(lambda: len(pressed) == 3)
    assert [(each.act, each.membership_id) for each in pressed] == [(Act.RENEW, ENDED.id)] * 3
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(pressed) == 3, "nobody was looked up"
    window.show_verdict(verdict_of_preview(preview(), Texts("de"), None), "")
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert [each.act for each in pressed[3:]] == [Act.CHECK_IN] * 2
    window.show_ready("card", "Bereit")
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(pressed) == 5, "a verdict that is gone offers nothing"


def test_tab_reaches_each_button_and_the_next_verdict_takes_the_focus_back(
    qtbot: QtBot, qapp: QApplication
) -> None:
    window = open_window(qtbot, "en", 1280, 800)
    with qtbot.waitActive(window):
        window.activateWindow()
    window.show_verdict(verdict_of(answer(Outcome.EXPIRED, membership=ENDED), ENGLISH), "")
    buttons = [each for each in window.verdict.buttons.buttons if each.isVisible()]
    reached = set()
    for _ in range(30):
        QTest.keyClick(qapp.focusWidget() or window, Qt.Key.Key_Tab)
        reached.add(qapp.focusWidget())
    assert set(buttons) <= reached
    buttons[0].setFocus()
    pressed: list[Offer] = []
    window.verdict.acted.connect(pressed.append)
    QTest.keyClick(buttons[0], Qt.Key.Key_Return)
    assert [each.act for each in pressed] == [Act.RENEW]
    window.show_verdict(verdict_of(answer(), ENGLISH), "")
    QTest.keyClick(qapp.focusWidget() or window, Qt.Key.Key_Return)
    assert len(pressed) == 1, "an Enter that was meant for the verdict before"


def test_the_keys_of_before_are_those_of_the_buttons(qtbot: QtBot) -> None:
    window = open_window(qtbot, "en", 1280, 800)
    with qtbot.waitActive(window):
        window.activateWindow()
    commands: list[Command] = []
    window.commanded.connect(commands.append)
    window.show_verdict(verdict_of(answer(), ENGLISH), "")
    for key in (Qt.Key.Key_I, Qt.Key.Key_Z, Qt.Key.Key_G):
        QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_F5)
    assert commands == [Command.OPEN_PROFILE, Command.UNDO, Command.GIVE, Command.RECHECK]
    assert [KEYS[act] for act in (Act.PROFILE, Act.UNDO, Act.GIVE, Act.RECHECK)] == [
        "Ctrl+I", "Ctrl+Z", "Ctrl+G", "F5",
    ]  # fmt: skip
