"""What the camera reads: shown live, without checking anybody in, and chosen by managers."""

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Signal, Slot

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.code_formats import ClubFormats, in_order
from api_client.messages.scan import Problem
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.code_formats import CodeFormatsPage
from kiosk.staff.words.code_formats import read_line
from kiosk.staff.worker import Task
from scanner.events import Code, FrameRead
from scanner.repeats import RepeatFilter

CODE_FORMATS = Place("code_formats")
_SHOWN = 5


class CodeFormatsController(Controller):
    """Shows codes that the camera reads, and saves which formats the desks look for."""

    name = CODE_FORMATS.name

    trying = Signal(bool)
    """Whether codes of the camera belong to the page, and not to the desk."""
    changed = Signal()
    """Other formats were stored."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: CodeFormatsPage = CodeFormatsPage(context.texts)
        self._stored: tuple[str, ...] | None = None
        self._edited: Edited[ClubFormats] | None = None
        self._ticked: tuple[str, ...] = ()
        self._codes: list[Code] = []
        self._repeats = RepeatFilter()
        self.page.saved.connect(self._save)
        self.page.edited.connect(self._show_codes)
        self.page.watching.connect(self._on_watching)

    def open(self, place: Place) -> Page[ClubFormats]:
        """Return the page."""
        return Page(place, lambda client: client.code_formats(), self.show)

    def show(self, stored: ClubFormats) -> None:
        """Show the stored formats."""
        self._show_stored(stored)
        if stored.code_formats is None:
            self.page.show_failure(
                self._texts.say("This service is too old to store what the camera reads.")
            )

    def unsaved(self) -> object | None:
        """Return what is ticked, if that is not what is stored."""
        if self._stored is None or self.page.ticked() == self._ticked:
            return None
        return self.page.ticked()

    def leave(self) -> None:
        """Nothing is edited any longer."""
        self._stored = self._edited = None

    def end_session(self) -> None:
        """Forget the codes that were read."""
        self._on_watching(front=False)

    @Slot(object)
    def on_codes(self, frame: FrameRead) -> None:
        """Show the codes in a frame that would count at the desk if their format is ticked."""
        for code in self._repeats.admit(frame.codes, time.monotonic(), frame.number):
            key = code.key
            others = [each for each in self._codes if each.key != key]
            self._codes = [code, *others][:_SHOWN]
            self._show_codes()

    @Slot(bool)
    def _on_watching(self, front: bool) -> None:
        """Begin anew, whenever the page comes to the front."""
        self._codes.clear()
        self._repeats.forget()
        self._show_codes()
        self.trying.emit(front)

    @Slot()
    def _show_codes(self) -> None:
        ticked = self.page.ticked()
        self.page.show_reads([read_line(code, ticked, self._texts) for code in self._codes])

    def _show_stored(self, stored: ClubFormats) -> None:
        self._stored = stored.code_formats or ()
        self.page.show_formats(self._stored, can_save=stored.code_formats is not None)
        self._ticked = self.page.ticked()
        self._edited = self._edits(stored)
        self._show_codes()

    def _edits(self, stored: ClubFormats) -> Edited[ClubFormats]:
        """Return the formats as they are edited from now on."""
        names = {"code_formats": self._texts.say("What the camera reads")}
        return Edited(self._texts, stored, _fields_of, names, whole=True)

    @Slot()
    def _save(self) -> None:
        ticked, edited = self.page.ticked(), self._edited
        self.page.show_failure("")
        if edited is None:
            return
        if not ticked:
            self.page.show_failure(self._texts.say("Tick at least one format."))
            return
        # Formats of a newer service, which this page does not show, stay.
        others = [name for name in self._stored or () if name not in self.page.boxes]
        self.page.set_saving(saving=True)
        self.page.show_progress(self._texts.say("Saving …"))

        def save(client: ManagementClient, once: str) -> ClubFormats | Problem:
            def send(body: Mapping[str, Any], **state: str) -> ClubFormats:
                return client.set_code_formats(body["code_formats"], once, **state)

            try:
                fields = {"code_formats": in_order((*ticked, *others))}
                return edited.save(fields, send, client.code_formats)
            except Refused as refused:
                return refused.problem

        self._context.send(
            Task("code_formats", save, partial(self._handle_saved, ticked), self._handle_error)
        )

    def _handle_saved(self, sent: tuple[str, ...], answer: ClubFormats | Problem) -> None:
        """Show that the formats are stored, or why they are not."""
        self.page.set_saving(saving=False)
        if isinstance(answer, Problem):
            self._handle_error(answer.detail or answer.title)
            return
        self.changed.emit()
        if self._stored is None:
            return
        # Ticks that were changed in the meantime are kept.
        if self.page.ticked() == sent:
            self._show_stored(answer)
        else:
            self._stored, self._ticked = answer.code_formats or (), sent
            self._edited = self._edits(answer)
        self.page.show_progress(self._texts.say("Saved for all desks."))

    def _handle_error(self, sentence: str) -> None:
        self.page.set_saving(saving=False)
        self.page.show_progress("")
        if self._stored is None:
            title = self._texts.say("What the camera reads")
            self._context.notices.keep(f"{title}: {sentence}")
        else:
            self.page.show_failure(sentence)


def _fields_of(stored: ClubFormats) -> dict[str, Any]:
    """Return the body that stores formats as they are."""
    return {"code_formats": stored.code_formats or ()}
