"""How a page loads: its outline, and in its place why it did not."""

from collections.abc import Callable
from typing import Any

from kiosk.failures import Failure
from kiosk.staff.notices import sentence_of
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.panel import StaffPanel
from kiosk.staff.router import Router
from kiosk.staff.words.trouble import may_try_again, trouble_words
from kiosk.texts import Texts


class Loading:
    """Shows that a page loads. ``reload`` loads the one in front again. Only in the GUI thread."""

    def __init__(
        self, panel: StaffPanel, pages: Router, texts: Texts, reload: Callable[[], None]
    ) -> None:
        self._panel, self._pages, self._texts = panel, pages, texts
        self._reload = reload
        panel.retried.connect(reload)

    @property
    def under_way(self) -> bool:
        """Whether a page is waited for."""
        return self._panel.page is self._panel.waiting

    def begin(self, place: Place) -> Page[Any]:
        """Open a page and wait for it. Returns it. Raises LookupError if there is none."""
        page = self._pages.open(place)
        self._pages.leave()
        self._panel.wait(self._pages.view(place).shape)
        return page

    def fail(self, place: Place, failure: Failure) -> None:
        """Show in place why a page is not shown; one that was in front already keeps its rows."""
        sentence = sentence_of(failure, self._texts)
        view = self._pages.view(place)
        if self._panel.before is view and self._pages.filled(place):
            self._panel.show_page(view)
            view.show_failure(sentence, "page", self._reload if may_try_again(failure) else None)
        else:
            self._panel.show_trouble(trouble_words(failure, sentence, self._texts))

    def on_connected(self) -> None:
        """The service answers: load a page again for which it could not be reached."""
        if self._panel.page is self._panel.trouble and self._panel.trouble.offline:
            self._reload()
