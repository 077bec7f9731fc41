"""Where staff are told what could not be done: on the page that is open, or on the next one."""

from kiosk.failures import Cause, Failure
from kiosk.status import Health
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow


def sentence_of(failure: Failure, texts: Texts) -> str:
    """A failure in words for staff, who act by a sign-in of their own and not by the desk's key."""
    if failure.cause is Cause.NOT_ALLOWED:
        return texts.say("You may not do this, or your sign-in has ended.")
    return failure.sentence(texts)


class Faults:
    """Says a fault where it is seen. One that must not be lost waits until a page is painted."""

    def __init__(self, window: KioskWindow, texts: Texts) -> None:
        self._window, self._panel, self._texts = window, window.management, texts
        self._kept = ""

    def say(self, sentence: str) -> None:
        """Say what could not be done on the page that is open; on the first if it was loading."""
        panel = self._panel
        if panel.page is panel.waiting:
            panel.home.say_fault(sentence)
            panel.show_page(panel.home)
        elif panel.page in panel.telling:
            panel.page.say_fault(sentence)

    def keep(self, sentence: str) -> None:
        """Say it now if a page is in front, else in the line across the top and on the next page.

        A scan may have taken the panel, or the page may be loading anew.
        """
        if self._window.managing and self._panel.page in self._panel.telling:
            self.say(sentence)
            return
        self._kept = sentence
        if not self._window.managing:
            self._window.bar.service.say(Health.BAD, self._texts.say("No receipt"), sentence)

    def painted(self) -> None:
        """A page was painted: say on it what was kept."""
        if self._kept and self._panel.page in self._panel.telling:
            self._panel.page.say_fault(self._kept)
            self._kept = ""

    def forget(self) -> None:
        """Whom it concerned has left."""
        self._kept = ""
