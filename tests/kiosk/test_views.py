"""Widgets paint what they are given, at any size and with any words."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPixmap
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from api_client.messages.scan import Attention, AttentionKind, ScanRequest
from kiosk.application import load_fonts
from kiosk.pending_scan import DisplayedScan, PendingScan
from kiosk.presenters.idle_panel import IdlePanel
from kiosk.presenters.verdicts import VerdictPresenter
from kiosk.sounds import Sounds
from kiosk.status import Health, camera_status
from kiosk.style import DARK, LIGHT, TONES, Tone
from kiosk.texts import Texts
from kiosk.trace import Trace
from kiosk.verdict import Person, Verdict, verdict_of
from kiosk.views.chips import Chips
from kiosk.views.labels import FitLabel
from kiosk.views.person_view import PhotoView
from kiosk.views.preview import PreviewView
from kiosk.views.rows import Row
from kiosk.views.side_panel import SidePanel
from kiosk.views.verdict_panel import VerdictPanel
from kiosk.views.window import Command, KioskWindow
from scanner.events import Code, FrameRead, SourceChanged, SourceState
from tests.keys import type_text

from .answers import AMARA, answer

LONG = "Maximiliane Theodora Freifrau von und zu Hohenlohe-Schillingsfürst-Waldenburg"


@pytest.fixture(autouse=True)
def _fonts(qapp: object) -> None:
    load_fonts()


def laid_out(qtbot: QtBot, widget: QWidget, width: int, height: int) -> QWidget:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.mark.parametrize("text", ["A", "Amara Okafor", LONG, "W" * 300, "日本語の名前", "אבגד"])
@pytest.mark.parametrize("width", [80, 300, 900])
def test_any_text_fits_its_label(qtbot: QtBot, text: str, width: int) -> None:
    label = FitLabel(60, QFont.Weight.Bold, lines=2)
    laid_out(qtbot, label, width, 10)
    label.say(text, "#000000")
    metrics = QFontMetrics(label.fitted(width))
    wrapped = metrics.boundingRect(QRect(0, 0, width, 10_000), int(Qt.TextFlag.TextWordWrap), text)
    assert wrapped.height() <= label.heightForWidth(width)
    smallest = label.fitted(width).pixelSize() == 12
    assert smallest or wrapped.width() <= width


@pytest.mark.parametrize(("width", "height"), [(900, 600), (1280, 800), (1920, 1080)])
def test_the_first_verdict_shows_a_long_name_and_note_uncut(
    qtbot: QtBot, width: int, height: int
) -> None:
    window = KioskWindow(Texts("de"), LIGHT, "Empfang", lambda: None)
    laid_out(qtbot, window, width, height)
    note = Attention(kind=AttentionKind.DESK_NOTE, text="Bitte die Leitung rufen. " * 8)
    customer = AMARA.model_copy(update={"name": "Alexandra-Katharina Papadopoulou-Konstantinidou"})
    verdict = verdict_of(answer(customer=customer, attention=(note,)), Texts("de"))
    window.show_verdict(verdict, "")
    for label in (window.verdict.person.name, window.verdict.note, window.verdict.detail):
        assert label.height() >= label.heightForWidth(label.width()), label.text


def test_chips_count_what_they_do_not_show(qtbot: QtBot) -> None:
    chips = Chips(16, filled=False)
    qtbot.addWidget(chips)
    words = tuple(f"Permission {number}" for number in range(40))
    chips.show_words(words, "#000", "#000")
    shown = [word for _, word in chips._boxes(500)]
    assert shown[-1] == f"+{41 - len(shown)}"
    assert shown[:-1] == list(words[: len(shown) - 1])


def test_right_to_left_mirrors_words_and_badges(qtbot: QtBot) -> None:
    label = FitLabel(30)
    laid_out(qtbot, label, 600, 40)
    label.say("||||", "#000000")
    inked = {}
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        label.setLayoutDirection(direction)
        picture = label.grab().toImage()
        dark = [x for x in range(600) if QColor(picture.pixel(x, 20)).lightness() < 90]
        inked[direction] = sum(dark) / len(dark)
    assert inked[Qt.LayoutDirection.LeftToRight] < 100
    assert inked[Qt.LayoutDirection.RightToLeft] > 500


def test_a_longer_text_gets_smaller_not_cut(qtbot: QtBot) -> None:
    label = FitLabel(60)
    qtbot.addWidget(label)
    label.say("Amara", "#000000")
    short = label.fitted(400).pixelSize()
    label.say(LONG, "#000000")
    assert label.fitted(400).pixelSize() < short == 60


def test_chips_wrap(qtbot: QtBot) -> None:
    chips = Chips(20, filled=True)
    qtbot.addWidget(chips)
    chips.show_words(("Expires in 3 days", "Birthday today", "Payment overdue"), "#000", "#fff")
    assert chips.heightForWidth(200) > 2 * chips.heightForWidth(2000)
    chips.show_words((), "#000", "#fff")
    assert chips.heightForWidth(200) == 0
    assert chips.isHidden()


@pytest.mark.parametrize("tone", list(Tone))
@pytest.mark.parametrize(("width", "height"), [(480, 460), (870, 700), (1900, 1000)])
def test_the_verdict_fills_its_panel_at_any_size(
    qtbot: QtBot, tone: Tone, width: int, height: int
) -> None:
    panel = VerdictPanel()
    laid_out(qtbot, panel, width, height)
    verdict = Verdict(
        tone, "NOT YET STARTED", LONG, Person(LONG, "C-000123", "MW", None), notes=(LONG, LONG)
    )
    panel.show_verdict(verdict, "Checked at 12:00")
    picture = panel.grab().toImage()
    for x, y in ((16, height // 2), (width - 16, height // 2)):
        assert QColor(picture.pixel(x, y)).name() == TONES[tone].fill
    for label in (panel.headline, panel.detail, panel.answered, panel.person.name):
        corner = label.mapTo(panel, label.rect().bottomRight())
        assert corner.x() <= width
        assert corner.y() <= height
    assert panel.accessibleDescription().startswith(LONG)


def test_a_photo_replaces_the_initials_and_goes_with_the_person(qtbot: QtBot) -> None:
    photo = PhotoView()
    laid_out(qtbot, photo, 100, 100)
    photo.show_initials("AO", TONES[Tone.ACTIVE])
    assert not photo.has_photo
    red = QPixmap(40, 80)
    red.fill(QColor("#ff0000"))
    photo.show_photo(red)
    middle = QColor(photo.grab().toImage().pixel(50, 50))
    assert middle.name() == "#ff0000"
    photo.show_initials("JB", TONES[Tone.ACTIVE])
    assert not photo.has_photo


def test_the_preview_frames_the_code_and_asks_for_the_next_picture(qtbot: QtBot) -> None:
    painted: list[int] = []
    preview = PreviewView(LIGHT, lambda: painted.append(1))
    laid_out(qtbot, preview, 640, 360)
    image = QImage(640, 360, QImage.Format.Format_RGB32)
    image.fill(QColor("#202020"))
    corners = ((400.0, 200.0), (800.0, 200.0), (800.0, 500.0), (400.0, 500.0))
    frame = FrameRead(1, 1, 1, 1280, 720, (Code("x", "QRCode", corners, b"x"),), None)
    before = len(painted)
    preview.show_picture(image, frame)
    picture = preview.grab().toImage()
    assert len(painted) > before
    edge, inside, outside = (
        QColor(picture.pixel(*at)) for at in ((300, 100), (300, 180), (40, 40))
    )
    assert edge.green() > 180 > edge.red() + 60
    assert inside.green() > outside.green()
    assert outside.name() == "#202020"
    preview.show_message("The camera hangs.")
    assert preview.message == "The camera hangs."
    preview.show_picture(image, frame)
    assert preview.message == ""


@pytest.mark.parametrize("state", list(SourceState))
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_state_of_the_camera_has_its_word(state: SourceState, language: str) -> None:
    status = camera_status(SourceChanged(state, "detail"), Texts(language))
    assert status.word
    assert (status.health is Health.GOOD) == (state is SourceState.RUNNING)
    assert bool(status.sentence) == (state is not SourceState.RUNNING)


def row(key: str) -> Row:
    return Row(key, f"Name {key}", "12:00", "C-1", Tone.ACTIVE)


def rows(count: int) -> list[Row]:
    return [Row(str(i), f"Name {i}", "12:00", "C-1", Tone.ACTIVE) for i in range(count)]


def test_search_results_are_walked_with_arrow_keys_and_taken_with_enter(qtbot: QtBot) -> None:
    side = SidePanel(LIGHT, Texts("en"), lambda: None)
    laid_out(qtbot, side, 384, 700)
    picked: list[tuple[str, bool]] = []
    side.picked.connect(lambda *chosen: picked.append(chosen))
    side.search.setText("name")
    side.show_hits("name", rows(3))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(side.search, key)
    qtbot.keyClick(side.search, Qt.Key.Key_Return)
    assert picked == [("1", True)]
    assert side.search.text() == ""


def test_enter_waits_for_the_answer_to_exactly_what_was_typed(qtbot: QtBot) -> None:
    side = SidePanel(LIGHT, Texts("en"), lambda: None)
    qtbot.addWidget(side)
    picked: list[tuple[str, bool]] = []
    asked: list[str] = []
    side.picked.connect(lambda *chosen: picked.append(chosen))
    side.search_wanted.connect(asked.append)
    type_text(side.search, "C-000004")
    qtbot.keyClick(side.search, Qt.Key.Key_Return)
    assert asked == ["C-000004"]
    qtbot.keyClick(side.search, Qt.Key.Key_Return)
    side.show_hits("C-00000", [row("other")])
    assert picked == []
    side.show_hits("C-000004", [row("right")])
    assert picked == [("right", False)]
    assert asked == ["C-000004"]
    type_text(side.search, "C-00")
    qtbot.keyClick(side.search, Qt.Key.Key_Return)
    side.show_hits("C-00", [row("first"), row("second")])
    assert picked == [("right", False)], "of several nobody is chosen before they were seen"
    qtbot.keyClick(side.search, Qt.Key.Key_Return)
    assert picked.pop() == ("first", True)
    type_text(side.search, "C-00")
    qtbot.keyClick(side.search, Qt.Key.Key_Return)
    side.show_hits("C-00", [row("first")], more=True)
    assert picked == [("right", False)]
    side.doubt()
    qtbot.keyClick(side.search, Qt.Key.Key_Return)
    assert picked.pop() == ("first", False), "a scanner has seen nobody"
    type_text(side.search, "amara")
    qtbot.keyClick(side.search, Qt.Key.Key_Return)
    type_text(side.search, "x")
    side.show_hits("amara", [row("late")])
    side.show_hits("amarax", [row("now")])
    assert picked == [("right", False)], "an answer after more was typed is not chosen by itself"


def test_enter_in_an_empty_search_is_nothing(qtbot: QtBot) -> None:
    side = SidePanel(LIGHT, Texts("en"), lambda: None)
    laid_out(qtbot, side, 384, 700)
    picked: list[tuple[str, bool]] = []
    side.picked.connect(lambda *chosen: picked.append(chosen))
    qtbot.keyClick(side.search, Qt.Key.Key_Return)
    assert picked == []


def test_late_results_of_an_older_search_are_not_shown(qtbot: QtBot) -> None:
    side = SidePanel(LIGHT, Texts("en"), lambda: None)
    laid_out(qtbot, side, 384, 700)
    side.search.setText("anna")
    side.show_hits("an", rows(3))
    assert side.hits.rows() == []
    side.show_hits("anna", [])
    assert side.message.text() == "Nobody found for “anna”."
    side.show_search_failure("anna", "The membership service cannot be reached.")
    assert side.message.text() == "The membership service cannot be reached."


def test_the_keys_of_the_window(qtbot: QtBot) -> None:
    window = KioskWindow(Texts("en"), LIGHT, "Front desk", lambda: None)
    laid_out(qtbot, window, 1280, 800)
    with qtbot.waitActive(window):
        window.activateWindow()
    commands: list[Command] = []
    window.commanded.connect(commands.append)
    control = Qt.KeyboardModifier.ControlModifier
    for key, modifier in (
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Z, control),
        (Qt.Key.Key_M, control),
    ):
        qtbot.keyClick(window, key, modifier)
    assert commands == [Command.CLEAR, Command.RECHECK, Command.UNDO, Command.MUTE]
    qtbot.keyClick(window, Qt.Key.Key_T, control)
    assert window.theme is DARK
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    qtbot.keyClick(window, Qt.Key.Key_F, control)
    assert window.side.search.hasFocus()


def test_a_window_says_how_its_parts_are_doing(qtbot: QtBot) -> None:
    window = KioskWindow(Texts("de"), DARK, "Empfang", lambda: None)
    laid_out(qtbot, window, 1000, 650)
    window.bar.show_count(1)
    window.bar.service.say(Health.BAD, "Kein Dienst", "Der Mitgliederdienst ist nicht erreichbar.")
    window.bar.show_sound(muted=False, problem="This PC has no sound card.")
    assert window.bar.count.text() == "1 Besuch heute"
    assert window.bar.service.sentence == "Der Mitgliederdienst ist nicht erreichbar."
    window.show_verdict(verdict_of(answer(), Texts("de")), "Geprüft um 12:00")
    assert window.showing_verdict
    window.show_ready("card", "Bereit")
    assert not window.showing_verdict


def test_a_verdict_closes_a_dialog_of_the_system_that_would_cover_it(
    qtbot: QtBot, qapp: QApplication
) -> None:
    window = KioskWindow(Texts("en"), LIGHT, "Front desk", lambda: None)
    qtbot.addWidget(window)
    window.show()
    presenter = VerdictPresenter(
        window, IdlePanel(window, Texts("en")), Texts("en"), sounds=Sounds(muted=True),
        trace=Trace(None), report=None, parent=window,
    )  # fmt: skip
    dialog = QFileDialog(window, "", "", "PDF (*.pdf)")
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setModal(True)
    dialog.show()
    assert QApplication.activeModalWidget() is dialog
    given = answer()
    request = ScanRequest(visit_id=given.visit_id, text="CARD")
    shown = DisplayedScan(verdict_of(given, Texts("en")), PendingScan(request, None, None), given)
    presenter.on_showed(shown)
    assert not dialog.isVisible()
    assert window.showing_verdict
