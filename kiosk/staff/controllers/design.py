"""Card designs as managers edit them: seen as the wallets draw them before anything is stored.

Cards that were issued before are changed by the service in the background; the page tells how
far it has come.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.cards import DesignList, EditedDesign, RolloutProgress, StoredImage
from kiosk.staff.controllers.changes import Changes
from kiosk.staff.disk import Disk
from kiosk.staff.forms.membership import Call, Filled
from kiosk.staff.pages.design import DesignPage
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.worker import Task
from kiosk.texts import Texts

WATCH_MS = 2000
_NOTHING_EDITED = "rollout_not_found"
_LOADED, _PREVIEW, _IMAGE, _SAVED, _ROLLOUT = (
    "designs_page",
    "design_preview",
    "design_image",
    "design_saved",
    "design_rollout",
)
_KINDS = {_PREVIEW, _IMAGE, _SAVED, _ROLLOUT}
_WRITTEN_OUT = str.maketrans("äöüß", "aous")
_PICTURES = "PNG, JPEG, WebP (*.png *.jpg *.jpeg *.webp *.gif)"


@dataclass(frozen=True)
class DesignSheet:
    """All designs, and the one that is open; None where there is none at all."""

    designs: DesignList
    opened: EditedDesign | None


@dataclass(frozen=True)
class DesignPreview:
    """How a design would be drawn."""

    number: int
    image: QImage


def load_designs(design_id: UUID | None) -> Callable[[ManagementClient, str], DesignSheet]:
    """The request for all designs, and for one in full: by default the first."""

    def call(client: ManagementClient, _once: str) -> DesignSheet:
        designs = client.designs()
        wanted = design_id or (designs.items[0].id if designs.items else None)
        return DesignSheet(designs, None if wanted is None else client.design(wanted))

    return call


class DesignDesk(QObject):
    """What is done with designs. Lives in the GUI thread."""

    task_wanted = Signal(object)
    """Task."""
    opened = Signal(object)
    """Id of a design that is to be shown."""

    def __init__(
        self, page: DesignPage, texts: Texts, changes: Changes, disk: Disk, *, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page, self._texts, self._changes, self._disk = page, texts, changes, disk
        self._record: EditedDesign | None = None
        self._previews = 0
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._ask_rollout)
        page.opened.connect(self.opened)
        page.added.connect(self._ask_new)
        page.edited.connect(self._draw)
        page.saved.connect(self._save)
        page.archived.connect(self._archive)
        page.image_wanted.connect(self._choose_image)
        page.image_removed.connect(lambda role: page.set_image(role, None))

    def show(self, sheet: DesignSheet) -> None:
        """Show all designs and the one that is open."""
        self._record = sheet.opened
        self._page.setEnabled(True)
        if sheet.opened is None:
            self._page.say_fault(self._texts.say("There is no card design yet."))
            return
        names = [(each.id, each.name) for each in sheet.designs.items]
        self._page.show_list(names, sheet.opened.id)
        self._show(sheet.opened)
        self._ask_rollout()

    def leave(self) -> None:
        """The page is no longer in front."""
        self._watch.stop()
        self._record = None

    def took(self, task: Task, answer: object) -> bool:
        """Follow up what a task brought, if it was one about designs."""
        match answer:
            case DesignPreview():
                if answer.number == self._previews:
                    self._page.picture.show_image(answer.image)
                    self._page.say_fault("")
            case (str() as role, StoredImage() as stored):
                self._page.set_image(role, stored.tag)
            case EditedDesign() if task.kind == _SAVED:
                self._record = answer
                self._show(answer)
                self._watch.start()
            case RolloutProgress():
                self._tell(answer)
            case None if task.kind == _ROLLOUT:
                self._watch.stop()
            case _:
                return False
        return True

    def failed(self, task: Task, sentence: str) -> bool:
        """Say what could not be done with the design that is open."""
        if task.kind not in _KINDS:
            return False
        if task.kind == _ROLLOUT:
            self._watch.stop()
        self._page.say_fault(sentence)
        return True

    def _show(self, record: EditedDesign) -> None:
        hints = [f"{hint.path}: {hint.message}" for hint in record.hints]
        self._page.show_design(record, hints=hints)
        self._page.say_progress("")
        self._draw()

    def _draw(self) -> None:
        """Ask for a picture of the design as it is edited now."""
        if self._record is None:
            return
        self._previews += 1
        number, design = self._previews, self._page.design()
        wallet, language = self._page.chosen_wallet, _language_of(design, self._texts)

        def call(client: ManagementClient, _once: str) -> DesignPreview:
            data = client.design_preview(design, wallet, language)
            return DesignPreview(number, QImage.fromData(data))

        self.task_wanted.emit(Task(_PREVIEW, call))

    def _save(self) -> None:
        record = self._record
        if record is None:
            return
        name, design = self._page.name.text().strip() or record.name, self._page.design()
        self.task_wanted.emit(
            Task(
                _SAVED,
                lambda client, _: client.edit_design(
                    record.id, name, design, version=record.version
                ),
            )
        )

    def _archive(self) -> None:
        record = self._record
        if record is not None:
            live = record.archived_at is None
            self.task_wanted.emit(
                Task(_SAVED, lambda client, _: client.archive_design(record.id, archived=live))
            )

    def _choose_image(self, role: str) -> None:
        picture, fault = self._disk.pick(self._page, _PICTURES)
        if fault:
            self._page.say_fault(fault)
        if picture is not None:
            self.task_wanted.emit(
                Task(_IMAGE, lambda client, _: (role, client.store_image(role, picture)))
            )

    def _ask_new(self) -> None:
        """Ask for the name of a further design; it begins as the one that is open."""
        if self._record is not None:
            self._changes.ask(*_new_form(self._page, self._texts, self._page.design()))

    def _ask_rollout(self) -> None:
        record = self._record
        if record is None or not self._page.isVisible():
            self._watch.stop()
            return

        def call(client: ManagementClient, _once: str) -> RolloutProgress | None:
            try:
                return client.rollout(record.id)
            except Refused as refused:
                if refused.problem.code == _NOTHING_EDITED:
                    return None
                raise

        self.task_wanted.emit(Task(_ROLLOUT, call))

    def _tell(self, progress: RolloutProgress) -> None:
        """Tell how far the cards are that were issued before."""
        if progress.state == "finished":
            self._watch.stop()
            self._page.say_progress("")
            return
        self._watch.start()
        self._page.say_progress(
            self._texts.say("{done} of {total} cards changed", done=progress.done,
                            total=progress.total)
        )  # fmt: skip


def created_design(answer: object) -> UUID | None:
    """The design that a change has created, to be opened."""
    return answer.id if isinstance(answer, EditedDesign) else None


def key_of(name: str) -> str:
    """A key for install links, from a name: small letters, digits and dashes."""
    plain = name.lower().translate(_WRITTEN_OUT)
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "card"


def _language_of(design: Mapping[str, Any], texts: Texts) -> str | None:
    """The desk's language if the card is made in it, else the card's first."""
    wanted = str(texts.locale.language)
    return wanted if wanted in design["languages"] else None


def _new_form(window: QWidget, texts: Texts, design: Mapping[str, Any]) -> tuple[Form, Filled]:
    """Ask for the name of a new design."""
    form = Form(window, texts, texts.say("New card design"), texts.say("Create"))
    form.add_words(texts.say("It begins as a copy of the design that is open."))
    form.add_line("name", texts.say("Name"))

    def filled(values: Mapping[str, Value]) -> Call:
        name = str(values["name"])
        return lambda client, once: client.create_design(key_of(name), name, design, once)

    return form, filled
