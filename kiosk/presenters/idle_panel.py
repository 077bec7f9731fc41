"""The big panel while there is no verdict: ready, checking, or what keeps the desk from it."""

from kiosk.texts import Texts
from kiosk.views.window import KioskWindow
from scanner.events import SourceState


class IdlePanel:
    """Knows what stands in the way, and shows it whenever no verdict is on screen."""

    def __init__(self, window: KioskWindow, texts: Texts) -> None:
        self._window = window
        self._texts = texts
        self._camera = SourceState.OPENING
        self._service_failure = ""
        self._occupied = False
        self.show()

    def camera_is(self, state: SourceState) -> None:
        """Take the camera's state."""
        self._camera = state
        self._refresh()

    def service_is_away(self, sentence: str) -> None:
        """The service cannot be asked; the sentence says why."""
        self._service_failure = sentence
        self._refresh()

    def service_is_back(self) -> None:
        """The service answers again."""
        self._service_failure = ""
        self._refresh()

    def give_way(self) -> None:
        """A verdict takes the panel."""
        self._occupied = True

    def show_checking(self) -> None:
        """A look-up takes longer than a blink."""
        self._occupied = True
        self._window.show_ready("search", self._texts.say("Checking …"))

    def show(self) -> None:
        """No verdict any more."""
        self._occupied = False
        say = self._texts.say
        if self._service_failure:
            icon, headline = "could_not_check", say("The service is away")
            detail = self._service_failure
        elif self._camera in {SourceState.LOST, SourceState.ENDED}:
            icon, headline = "camera_off", say("Ready without a camera")
            detail = say("Use the hand scanner, or search by name.")
        else:
            icon, headline = "card", say("Ready")
            detail = say("Hold a member card to the camera.")
        self._window.show_ready(icon, headline, detail)

    def _refresh(self) -> None:
        if not self._occupied:
            self.show()
