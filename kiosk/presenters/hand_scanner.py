"""The hand scanner of a desk: on the keyboard or a serial port, taught in a sheet of the window."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot

from kiosk.keyboard import WedgeFilter
from kiosk.profile_store import ProfileStore
from kiosk.scanner_profile import PortIdentity, ScannerProfile
from kiosk.serial_lines import SerialLine
from kiosk.serial_scanner import FoundPort, PortState, SerialScanner
from kiosk.session import ScanSession
from kiosk.settings import KioskSettings
from kiosk.teaching import WANTED, Lesson, Sample, learn
from kiosk.texts import Texts
from kiosk.views.scanner_sheet import ScannerSheet
from kiosk.views.window import KioskWindow

from .scanner_words import lesson_facts, port_status, problem_words, sample_words


class HandScannerPresenter(QObject):
    """Connects keyboard filter, serial port and sheet to the window. Lives in the GUI thread.

    While the sheet is open, scans teach and are not looked up; nothing is kept until it is saved.
    A verdict of the camera hides the sheet, which is there again afterwards.
    """

    scanned = Signal(object)
    """Reading."""
    unread = Signal()
    """What a scanner sent was no whole code."""

    def __init__(
        self,
        window: KioskWindow,
        texts: Texts,
        settings: KioskSettings,
        store: ProfileStore,
        serial: SerialScanner,
        *,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window, self._texts, self._settings = window, texts, settings
        self._store, self._serial = store, serial
        profile = _first_profile(settings, store.load())
        self.wedge = WedgeFilter(self, profile=profile)
        self.wedge.scanned.connect(self.scanned)
        self.wedge.unread.connect(self.on_unread)
        self.wedge.doubtful.connect(self._on_doubtful)
        self.wedge.learnt.connect(store.save)
        self.wedge.recorded.connect(self._on_sample)
        given = PortIdentity(device=settings.scanner) if settings.scanner else None
        self._port = given or profile.port
        serial.line.connect(self._on_line)
        serial.state_changed.connect(self._on_port_state)
        serial.ports.connect(self._on_ports)
        serial.use(self._port)
        self._samples: list[Sample] = []
        self._lesson: Lesson | None = None
        self._draft, self._draft_port = profile, self._port
        self._ports: list[PortIdentity] = []
        self.teaching = self._hidden = False
        self.sheet = ScannerSheet(texts, WANTED, window)
        self.sheet.cancelled.connect(self.cancel)
        self.sheet.restarted.connect(self._start_round)
        self.sheet.accepted.connect(self._save)
        self.sheet.forgotten.connect(self._forget)
        self.sheet.connected.connect(self._connect)
        self.sheet.refreshed.connect(serial.ask_ports)

    def connect_session(self, session: ScanSession) -> None:
        """Send scans to the session, and give way to its verdicts."""
        self.scanned.connect(session.on_hand_scanned)
        self.unread.connect(session.on_unread)
        session.checking.connect(self.on_checking)
        session.cleared.connect(self.on_cleared)

    @Slot(bool)
    def on_unread(self, kept: bool) -> None:
        """Say that the scanner sent no whole code, or that only its Enter was not passed on."""
        if self.teaching and not self._hidden:
            self.sheet.show_unread()
            return
        say = self._texts.say
        self._window.side.show_notice(
            say(
                "This came as a scanner types. Its Enter was not passed on: press it to send, or "
                "teach the scanner (F8)."
            )
            if kept
            else say("Not read: scan again.")
        )
        self.unread.emit()

    @Slot(bool)
    def _on_doubtful(self, with_enter: bool) -> None:
        """Take an older verdict away, and tell how a slow scanner is read in the search too."""
        say = self._texts.say
        side = self._window.side
        if with_enter and side.search.hasFocus():
            side.doubt()
        side.show_notice(say("Was this a scan? Teach the scanner (F8)."))
        self.unread.emit()

    def open(self) -> None:
        """Open the sheet."""
        if self.teaching:
            return
        self.teaching = True
        self._draft, self._draft_port = self.wedge.profile, self._port
        self._show_ports([])
        self._start_round()
        self._serial.ask_ports()
        self._show()

    @Slot()
    def cancel(self) -> None:
        """Close the sheet; everything is as before."""
        if self._draft_port != self._port:
            self._serial.use(self._port)
        self._close()

    @Slot()
    def on_checking(self) -> None:
        """Hide the sheet: a scan of the camera comes first."""
        if self.teaching and not self._hidden:
            self._hidden = True
            self.wedge.record(False)
            self._window.hide_sheet()

    @Slot()
    def on_cleared(self) -> None:
        """Show the sheet again that a verdict has covered."""
        if self._hidden:
            self._show()

    def _show(self) -> None:
        self._hidden = False
        self.wedge.record(True)
        self._window.show_sheet(self.sheet)

    def _close(self) -> None:
        if self.teaching:
            self.teaching = self._hidden = False
            self.wedge.record(False)
            self._window.hide_sheet()

    @Slot()
    def _start_round(self) -> None:
        self._samples, self._lesson = [], None
        self.sheet.show_scans([])
        self.sheet.show_facts([])
        self._allow()

    @Slot(object)
    def _on_sample(self, sample: Sample) -> None:
        """Take one scan more. Three show what they taught; a fourth begins anew."""
        if len(self._samples) == WANTED:
            self._start_round()
        self._samples.append(sample)
        self.sheet.show_scans([sample_words(each, self._texts) for each in self._samples])
        if len(self._samples) == WANTED:
            self._lesson = learn(self._samples, self._draft)
            problem = self._lesson.problem
            words = problem_words(problem, self._texts) if problem is not None else ""
            self.sheet.show_facts(lesson_facts(self._lesson, self._texts), words)
        self._allow()

    @Slot()
    def _forget(self) -> None:
        self._draft = _first_profile(self._settings, None)
        self._start_round()
        self.sheet.show_facts([("", self._texts.say("All that was learnt goes when you save."))])
        self._allow()

    @Slot()
    def _save(self) -> None:
        found = self._lesson.profile if self._lesson is not None else None
        self._port = self._draft_port
        profile = (found or self._draft).model_copy(update={"port": self._port})
        self.wedge.profile = profile
        stored = self._store.save(profile)
        self._close()
        say = self._texts.say
        self._window.side.show_notice(
            say("The hand scanner is set up.")
            if stored
            else say("The hand scanner is set up until the next start: it cannot be stored.")
        )

    @Slot(int)
    def _connect(self, index: int) -> None:
        """Open the port that was chosen, or none; it is kept when the sheet is saved."""
        self._draft_port = self._ports[index] if 0 <= index < len(self._ports) else None
        self._serial.use(self._draft_port)
        self.sheet.show_port_state("")
        self._serial.ask_ports()
        self._allow()

    @Slot(object)
    def _on_ports(self, found: Sequence[FoundPort]) -> None:
        self._show_ports(found)

    def _show_ports(self, found: Sequence[FoundPort]) -> None:
        """Offer the ports that were found, and the one in use also if it is not there."""
        names = [each.name for each in found]
        self._ports = [each.identity for each in found]
        used = self._draft_port
        if used is not None and not any(_same(used, each) for each in self._ports):
            self._ports.append(used)
            names.append(used.device)
        places = [number for number, each in enumerate(self._ports) if used and _same(used, each)]
        self.sheet.show_ports(names, places[0] if places else -1)

    @Slot(object)
    def _on_line(self, line: SerialLine) -> None:
        profile = self.wedge.profile
        if self.teaching and not self._hidden:
            if line.whole:
                self._on_sample(Sample(line.text, "", None, line.end))
            else:
                self.sheet.show_unread()
        elif line.is_code(profile):
            self.scanned.emit(profile.reading(line.text, ""))
        else:
            self.on_unread(False)

    @Slot(object, str)
    def _on_port_state(self, state: PortState, port: str) -> None:
        pill = self._window.bar.scanner
        status = port_status(state, port, self._texts)
        pill.say(status.health, status.word, status.sentence)
        pill.setVisible(state is not PortState.NONE)
        self.sheet.show_port_state("" if state is PortState.NONE else status.sentence)

    def _allow(self) -> None:
        """Offer what can be done now."""
        learnt = self._lesson is not None and self._lesson.profile is not None
        changed = self._draft_port != self._port or self._draft != self.wedge.profile
        self.sheet.save_button.setEnabled(learnt or (changed and not self._samples))
        known = self._draft != _first_profile(self._settings, None)
        self.sheet.forget_button.setVisible(known)


def _same(one: PortIdentity, other: PortIdentity) -> bool:
    """Return whether two ports are of the same device."""
    if one.vid is None or other.vid is None:
        return one.device == other.device
    kinds = [(each.vid, each.pid, each.serial_number) for each in (one, other)]
    return kinds[0] == kinds[1] and (one.serial_number is not None or one.device == other.device)


def _first_profile(settings: KioskSettings, stored: ScannerProfile | None) -> ScannerProfile:
    """Return what was taught, else what was learnt, with what the settings say."""
    if stored is not None and stored.taught:
        return stored
    around = {"prefix": settings.hand_scanner_prefix, "suffix": settings.hand_scanner_suffix}
    return (stored or ScannerProfile()).model_copy(update=around)
