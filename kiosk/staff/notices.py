"""Where staff read what failed: on the page in front, or on the next one."""

from kiosk.failures import Cause, Failure
from kiosk.staff.pages.panel import StaffPanel
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.service_refusals import service_refusal
from kiosk.status import Health
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow


def sentence_of(failure: Failure, texts: Texts) -> str:
    """Return a failure in words for staff, who sign in beside the desk's key."""
    if failure.cause is Cause.NOT_ALLOWED:
        return texts.say("You may not do this.")
    if failure.cause is Cause.SIGNED_OUT:
        return texts.say("Your sign-in has ended. Sign in again.")
    if failure.cause is Cause.REFUSED and not failure.worded:
        return service_refusal(failure.code, texts) or failure.sentence(texts)
    return failure.sentence(texts)


class Notices:
    """Shows failures. One that must not be lost waits until a page is shown."""

    def __init__(self, window: KioskWindow, panel: StaffPanel, texts: Texts) -> None:
        self._window, self._panel, self._texts = window, panel, texts
        self._kept = ""

    def show(self, sentence: str) -> None:
        """Show a failure on the page in front; on the first page while one is loading."""
        panel = self._panel
        if panel.page is panel.waiting:
            panel.home.show_failure(sentence)
            panel.show_page(panel.home)
        elif isinstance(panel.page, PageView):
            panel.page.show_failure(sentence)

    def keep(self, sentence: str, word: str = "") -> None:
        """Show a failure now if a page is in front, else in the top bar and on the next page.

        ``word`` is what the top bar says; by default that something was not done.

        A scan may have taken the panel, or the page may be loading again.
        """
        if self._window.managing and isinstance(self._panel.page, PageView):
            self.show(sentence)
            return
        self._kept = sentence
        if not self._window.managing:
            word = word or self._texts.say("Not done")
            self._window.bar.service.say(Health.BAD, word, sentence)

    def show_kept(self) -> None:
        """A page was shown: show on it what was kept."""
        if self._kept and isinstance(self._panel.page, PageView):
            self._panel.page.show_failure(self._kept)
            self._kept = ""

    def clear(self) -> None:
        """Drop what was kept, when the person it concerns signs out."""
        self._kept = ""
