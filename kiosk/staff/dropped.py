"""Files that are dropped on the window: the page in front takes them, or a notice says which."""

from PySide6.QtCore import QObject, Slot

from kiosk.staff.presenter import StaffPresenter
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow


class DroppedFiles(QObject):
    """Passes a file on to the page in front. Lives in the GUI thread."""

    def __init__(
        self, window: KioskWindow, texts: Texts, staff: StaffPresenter, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._window, self._texts, self._staff = window, texts, staff
        window.file_dropped.connect(self._on_dropped)

    @Slot(str)
    def _on_dropped(self, path: str) -> None:
        staff = self._staff
        taking = self._window.managing and staff.signed_in and not staff.changes.asking
        if taking and staff.front is not None and staff.pages.take_file(staff.front, path):
            return
        self._window.side.show_notice(
            self._texts.say("A photo can be dropped on the open profile of a member.")
        )
