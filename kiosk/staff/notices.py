"""Where staff read what failed: on the page in front, or on the next one."""

from collections.abc import Callable, Mapping

from kiosk.failures import Cause, Failure
from kiosk.staff.pages.panel import StaffPanel
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.field_errors import field_errors, name_in_request
from kiosk.staff.words.refusals import account_refusal
from kiosk.staff.words.service_refusals import service_refusal
from kiosk.status import Health
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow

_INVALID = "invalid_request"
"""The code of a request whose fields are not valid, each with a code of its own."""


def sentence_of(failure: Failure, texts: Texts) -> str:
    """Return a failure in words for staff, who sign in beside the desk's key."""
    if failure.cause is Cause.NOT_ALLOWED:
        return texts.say("You may not do this.")
    if failure.cause is Cause.SIGNED_OUT:
        return texts.say("Your sign-in has ended. Sign in again.")
    if failure.cause is Cause.REFUSED and not failure.worded:
        return _refused(failure, texts)
    return failure.detail if failure.worded else failure.sentence(texts)


def errors_of(
    failure: Failure, label_of: Callable[[str], str], texts: Texts
) -> tuple[str, Mapping[str, str]]:
    """Return a failure as a sentence for the foot of a form, and errors by field.

    ``label_of`` returns the label of a field by its name in the request, "" for one that the form
    does not have. The sentence is empty where the errors beside the fields say everything.
    """
    if failure.cause is not Cause.REFUSED or not failure.faults:
        return sentence_of(failure, texts), {}
    if failure.worded or failure.code != _INVALID:
        name, sentence = name_in_request(failure.faults[0]), sentence_of(failure, texts)
        return ("", {name: sentence}) if label_of(name) else (sentence, {})
    errors = field_errors(failure.faults, label_of, texts)
    marked = any(label_of(name) for name in errors)
    return texts.say("Please correct what is marked.") if marked else "", errors


def _refused(failure: Failure, texts: Texts) -> str:
    """Return why the service refused, by its code; its own sentence is English and not shown."""
    if failure.code == _INVALID and failure.faults:
        return "\n".join(field_errors(failure.faults, lambda _name: "", texts).values())
    known = service_refusal(failure.code, texts) or account_refusal(failure.code, texts)
    return known or texts.say(
        "The service did not do this. For support: {reference}", reference=failure.code
    )


class Notices:
    """Shows failures. One that must not be lost waits until a page is shown."""

    def __init__(self, window: KioskWindow, panel: StaffPanel, texts: Texts) -> None:
        self._window, self._panel, self._texts = window, panel, texts
        self._kept = ""

    def show(self, sentence: str) -> None:
        """Show a failure on the page in front; on the next one while it loads."""
        panel = self._panel
        if isinstance(panel.page, PageView):
            panel.page.show_failure(sentence)
        elif panel.page in {panel.waiting, panel.trouble}:
            self._kept = sentence

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
        """Drop what was kept or said, when the person it concerns signs out."""
        self._panel.toast.clear()
        self._kept = ""
