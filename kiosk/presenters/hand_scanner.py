"""The hand scanner of a desk: what is known of it, and what became of what it sent."""

from PySide6.QtCore import QObject, Slot

from kiosk.keyboard import WedgeFilter
from kiosk.profile_store import ProfileStore
from kiosk.scanner_profile import ScannerProfile
from kiosk.settings import KioskSettings
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow


class HandScannerPresenter(QObject):
    """Connects the keyboard filter to the window. Lives in the GUI thread."""

    def __init__(
        self,
        window: KioskWindow,
        texts: Texts,
        settings: KioskSettings,
        store: ProfileStore,
        *,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window, self._texts, self._store = window, texts, store
        self.wedge = WedgeFilter(self, profile=_first_profile(settings, store.load()))
        self.wedge.unread.connect(self.on_unread)
        self.wedge.learnt.connect(self._on_learnt)

    @Slot(bool)
    def on_unread(self, kept: bool) -> None:
        """Say that the scanner sent no whole code, or that only its Enter was not passed on."""
        say = self._texts.say
        self._window.side.show_notice(
            say("This came as a scanner types. Its Enter was not passed on: press it to send.")
            if kept
            else say("Not read: scan again.")
        )

    @Slot(object)
    def _on_learnt(self, profile: ScannerProfile) -> None:
        self._store.save(profile)


def _first_profile(settings: KioskSettings, stored: ScannerProfile | None) -> ScannerProfile:
    """Return what was taught, else what was learnt, with what the settings say."""
    if stored is not None and stored.taught:
        return stored
    around = {"prefix": settings.hand_scanner_prefix, "suffix": settings.hand_scanner_suffix}
    return (stored or ScannerProfile()).model_copy(update=around)
