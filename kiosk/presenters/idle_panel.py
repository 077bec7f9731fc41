"""The big panel while there is no verdict: ready, checking, or why scanning is not possible."""

from kiosk.texts import Texts
from kiosk.views.window import KioskWindow
from scanner.events import SourceState


class IdlePanel:
    """Keeps the states of camera and service, and shows them while no verdict is on screen."""

    def __init__(self, window: KioskWindow, texts: Texts) -> None:
        self._window = window
        self._texts = texts
        self._camera = SourceState.OPENING
        self._service_failure = ""
        self._offline = ""
        self._occupied = False
        self.show()

    def camera_is(self, state: SourceState) -> None:
        """Set the camera's state."""
        self._camera = state
        self._refresh()

    def service_is_away(self, sentence: str) -> None:
        """Set that the service is away; ``sentence`` says why."""
        self._service_failure = sentence
        self._refresh()

    def service_is_back(self) -> None:
        """Set that the service answers again."""
        self._service_failure = ""
        self._refresh()

    def works_offline(self, sentence: str) -> None:
        """Set which list answers in the place of the service; empty if none does."""
        if sentence != self._offline:
            self._offline = sentence
            self._refresh()

    def give_way(self) -> None:
        """Leave the panel to a verdict."""
        self._occupied = True

    def show_checking(self) -> None:
        """Show that a look-up is under way."""
        self._occupied = True
        self._window.show_ready("search", self._texts.say("Checking …"))

    def show(self) -> None:
        """Show the present state instead of a verdict."""
        self._occupied = False
        say = self._texts.say
        if self._service_failure and not self._offline:
            icon, headline = "could_not_check", say("The service is away")
            detail = self._service_failure
        elif self._camera in {SourceState.LOST, SourceState.ENDED}:
            icon, headline = "camera_off", say("Ready without a camera")
            detail = say("Use the hand scanner, or search by name.")
        else:
            icon, headline = "card", say("Ready")
            detail = self._offline or say("Hold a member card to the camera.")
        self._window.show_ready(icon, headline, detail)

    def _refresh(self) -> None:
        if not self._occupied:
            self.show()
