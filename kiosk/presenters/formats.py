"""Passes on which formats the scanner looks for, and codes to whom they belong."""

from collections.abc import Callable

from PySide6.QtCore import QObject, SignalInstance, Slot

from api_client.messages.scan import DeskInfo
from kiosk.sought import SoughtFormats
from scanner.events import FrameRead


class FormatsPresenter(QObject):
    """Connects the club's formats, the page on which staff try cards, and the scanner.

    ``show`` hands a frame to that page, and ``trying`` is its signal that it came to the front or
    left it; ``look_for`` hands formats to the scanner. Lives in the GUI thread.
    """

    def __init__(
        self,
        show: Callable[[FrameRead], None],
        trying: SignalInstance,
        look_for: Callable[[tuple[str, ...]], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.sought = SoughtFormats()
        self._show, self._look_for = show, look_for
        trying.connect(self._on_trying)

    @property
    def trying(self) -> bool:
        """Whether codes of the camera belong to the page, and check nobody in."""
        return self.sought.trying

    @Slot(object)
    def on_desk(self, desk: DeskInfo) -> None:
        """Look for the formats that the club chose."""
        self.sought.choose(desk.code_formats)
        self._look_for(self.sought.now)

    def counting(self, frame: FrameRead) -> FrameRead | None:
        """Return a frame with the codes that count at the desk; None if they belong to the page."""
        if not self.trying:
            return self.sought.counting(frame)
        self._show(frame)
        return None

    @Slot(bool)
    def _on_trying(self, trying: bool) -> None:
        """Look for all formats while staff try cards."""
        self.sought.trying = trying
        self._look_for(self.sought.now)
