"""The frame around the pages: the rail, who is signed in, and the way back from a verdict."""

from PySide6.QtCore import QObject, Signal, Slot

from kiosk.staff.page import Place
from kiosk.staff.rail import DESK, allowed_places, name_of, rail_places
from kiosk.staff.session import StaffSession
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow


class Frame(QObject):
    """Shows where staff are, and passes on where they want to go. Lives in the GUI thread."""

    wanted = Signal(object)
    """Place."""
    desk_wanted = Signal()

    def __init__(
        self, window: KioskWindow, texts: Texts, session: StaffSession, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._window, self._texts, self._session = window, texts, session
        self._places = rail_places(texts)
        self._pressed = DESK
        self.allowed = list(self._places)
        """The places that who is signed in may use."""
        window.rail.wanted.connect(self.go)
        self.show(None, at_work=False, heading="")

    def show(self, front: Place | None, *, at_work: bool, heading: str) -> None:
        """Show the places that the role allows, and which of them is the one in front.

        ``heading`` is what the page in front is called, if it is about somebody.
        """
        session, rail, say = self._session, self._window.rail, self._texts.say
        allowed = allowed_places(self._places, session.scopes, signed_in=session.signed_in)
        self.allowed = allowed
        name = name_of(self._places, front if at_work else None, self._pressed)
        rail.show_items([each.item for each in allowed])
        self._window.keys.show_places([each.item for each in allowed])
        rail.show_current(name)
        rail.show_who(session.name if session.signed_in else "")
        words = {each.item.name: each.item.words for each in self._places}
        page = heading or words.get(name, say("Members"))
        self._window.say_under(say("Back to {page} (Esc)", page=page) if at_work else "")

    @Slot(str)
    def go(self, name: str) -> None:
        """Ask for the place of this name on the rail."""
        place = self.press(name)
        if place is None:
            self.desk_wanted.emit()
        else:
            self.wanted.emit(place)

    def press(self, name: str) -> Place | None:
        """Note which place of the rail was pressed, and return it; None for the desk."""
        self._pressed = name
        return next(each.place for each in self._places if each.item.name == name)
