"""Text on a page that is not saved: it is asked about once before it is left."""

from kiosk.staff.notices import Notices
from kiosk.texts import Texts


class Unsaved:
    """Says once that there is text that is not saved; what was typed since then is said anew."""

    def __init__(self, notices: Notices, texts: Texts) -> None:
        self._notices, self._texts = notices, texts
        self._asked_about: object = None

    def asks_about(self, typed: object) -> bool:
        """Return whether ``typed`` (None: nothing) was said to be unsaved now."""
        asked, self._asked_about = self._asked_about, typed
        if typed is None or typed == asked:
            self._asked_about = None
            return False
        self._notices.show(
            self._texts.say("Not saved yet. Go back once more to leave without saving.")
        )
        return True
