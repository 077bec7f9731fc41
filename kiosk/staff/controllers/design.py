"""The editor of card designs: shown as the wallets draw them before anything is stored.

The service updates cards that were issued before in the background; the page shows its progress.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QImage

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.cards import DesignList, EditedDesign, RolloutProgress, StoredImage
from api_client.messages.requests import WithdrawalState
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.forms.design import new_design_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.design import DesignPage
from kiosk.staff.worker import Task
from kiosk.texts import Texts

DESIGNS = Place("designs")
"""All designs, with one open. An id says which, by default the first."""

Answer = TypeVar("Answer")

WATCH_MS = 2000
_NO_ROLLOUT = "rollout_not_found"
_IMAGE_FILES = "PNG, JPEG, WebP (*.png *.jpg *.jpeg *.webp *.gif)"


@dataclass(frozen=True)
class DesignSheet:
    """All designs, and the one that is open; None if there are none."""

    designs: DesignList
    opened: EditedDesign | None


def load_designs(client: ManagementClient, design_id: UUID | None) -> DesignSheet:
    """Return all designs, and one in full: by default the first. Raises ApiError."""
    designs = client.designs()
    wanted = design_id or (designs.items[0].id if designs.items else None)
    return DesignSheet(designs, None if wanted is None else client.design(wanted))


class DesignController(Controller):
    """Shows designs, draws and saves what is edited."""

    name = DESIGNS.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: DesignPage = DesignPage(context.texts)
        page = self.page
        self._record: EditedDesign | None = None
        self._asked_about: object = None
        """The edited design that was asked about before another one is opened."""
        self._tries: list[str] = []
        """Keys with which the open design was saved since its version arrived."""
        self._previews = 0
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._load_rollout)
        page.opened.connect(self._choose)
        page.added.connect(self._ask_new)
        page.edited.connect(self._draw)
        page.saved.connect(self._save)
        page.archived.connect(self._archive)
        page.image_wanted.connect(self._choose_image)
        page.image_removed.connect(lambda role: page.set_image(role, None))

    def open(self, place: Place) -> Page[DesignSheet]:
        """Return the page; choosing another design does not lead away from it."""
        design_id = place.id
        return Page(DESIGNS, lambda client: load_designs(client, design_id), self.show)

    def show(self, sheet: DesignSheet) -> None:
        """Show all designs and the one that is open."""
        self._record = sheet.opened
        self._tries.clear()
        self.page.clear_failures()
        if sheet.opened is None:
            self.page.show_none()
            return
        names = [(each.id, each.name) for each in sheet.designs.items]
        self.page.show_list(names, sheet.opened.id)
        self._show(sheet.opened)
        self._load_rollout()

    def leave(self) -> None:
        """Stop watching the cards."""
        self._watch.stop()
        self._record = None

    def unsaved(self) -> object | None:
        """Return name and design on the page if they differ from the stored ones."""
        record, edited = self._record, (self.page.edited_name, self.page.design())
        if record is None or edited == (record.name, record.design):
            return None
        return edited

    def _show(self, record: EditedDesign) -> None:
        self.page.show_design(record, hints=_hints(record))
        self.page.show_progress("")
        self._draw()

    @Slot(object)
    def _choose(self, design_id: UUID) -> None:
        """Open another design; what is not saved is asked about first."""
        edited = self.unsaved()
        if self._record is not None and edited is not None and edited != self._asked_about:
            self._asked_about = edited
            self.page.choose(self._record.id)
            say = self._texts.say
            self.page.show_failure(
                say("Not saved yet. Choose once more to leave without saving."), "leaving"
            )
        else:
            self._show_design(design_id)

    def _show_design(self, design_id: UUID) -> None:
        self._context.navigation.show(Place(self.name, design_id))

    def _draw(self) -> None:
        """Load a picture of the design as it is edited now."""
        if self._record is None:
            return
        self._previews += 1
        design, wallet = self.page.design(), self.page.chosen_wallet
        language = _language_of(design, self._texts)

        def load(client: ManagementClient, _once: str) -> QImage:
            return QImage.fromData(client.design_preview(design, wallet, language))

        self._send("design_preview", load, partial(self._paint, self._previews), "picture")

    def _paint(self, number: int, picture: QImage) -> None:
        """Show a picture, if it is the one that was asked for last."""
        if number == self._previews:
            self.page.picture.show_image(picture)
            self.page.show_failure("", "picture")

    def _save(self) -> None:
        record = self._record
        if record is None:
            return
        sent = self.page.edited_name, self.page.design()
        name, design = sent[0] or record.name, sent[1]
        tries = tuple(self._tries)

        def save(client: ManagementClient, once: str) -> EditedDesign:
            version = max([record.version, *(_saved_by(client, key) for key in tries)])
            return client.edit_design(record.id, name, design, version=version, once=once)

        self.page.set_saving(saving=True)
        once = str(uuid4())
        self._tries.append(once)
        self._send("design_saved", save, partial(self._handle_saved, sent), "saving", once)

    def _archive(self) -> None:
        record = self._record
        if record is not None:
            live, stored = record.archived_at is None, (record.name, record.design)
            self.page.set_saving(saving=True)
            self._send(
                "design_saved",
                lambda client, _: client.archive_design(record.id, archived=live),
                partial(self._handle_saved, stored),
                "saving",
            )

    def _handle_saved(self, sent: tuple[str, Mapping[str, Any]], record: EditedDesign) -> None:
        """Show a design as it was stored, if it is still open; what was typed meanwhile stays."""
        self.page.set_saving(saving=False)
        self.page.show_failure("", "saving")
        self.page.show_failure("", "leaving")
        if self._record is None or self._record.id != record.id:
            return
        self._tries.clear()
        untouched = (self.page.edited_name, self.page.design()) == sent
        self._record = record
        if untouched:
            self._show(record)
        else:
            self.page.keep_edited(record, hints=_hints(record))
        self._watch.start()

    def _choose_image(self, role: str) -> None:
        picture, failure = self._context.disk.pick(self.page, _IMAGE_FILES)
        self.page.show_failure(failure, "image")
        if picture is not None:
            data = picture
            self._send(
                "design_image",
                lambda client, _: client.store_image(role, data),
                partial(self._handle_image, self._record, role),
                "image",
            )

    def _handle_image(self, asked_for: EditedDesign | None, role: str, stored: StoredImage) -> None:
        """Use a picture in the design that it was chosen for, if that is still open."""
        here, there = self._record, asked_for
        if here is not None and there is not None and here.id == there.id:
            self.page.set_image(role, stored.tag)

    def _ask_new(self) -> None:
        """Ask for the name of a new design, which begins as a copy of the open one."""
        if self._record is not None:
            form = new_design_form(self._texts, self.page.design())
            self._context.changes.ask(*form, lambda created: self._show_design(created.id))

    def _load_rollout(self) -> None:
        record = self._record
        if record is None or not self.page.isVisible():
            return

        def load(client: ManagementClient, _once: str) -> RolloutProgress | None:
            try:
                return client.rollout(record.id)
            except Refused as refused:
                if refused.problem.code == _NO_ROLLOUT:
                    return None
                raise

        self._context.send(
            Task(
                "design_rollout",
                load,
                partial(self._show_rollout, record.id),
                self._handle_rollout_error,
            )
        )

    def _show_rollout(self, design_id: UUID, progress: RolloutProgress | None) -> None:
        """Show how many of the cards that were issued before are updated."""
        if self._record is None or self._record.id != design_id:
            return
        self.page.show_failure("", "rollout")
        if progress is None:
            self._watch.stop()
        elif progress.state == "finished":
            self._watch.stop()
            self.page.show_progress("")
        else:
            self._watch.start()
            self.page.show_progress(
                self._texts.say("{done} of {total} cards changed", done=progress.done,
                                total=progress.total)
            )  # fmt: skip

    def _handle_rollout_error(self, sentence: str) -> None:
        self._watch.stop()
        self.page.show_failure(sentence, "rollout")

    def _send(
        self,
        name: str,
        call: Callable[[ManagementClient, str], Answer],
        handle_result: Callable[[Answer], None],
        thing: str,
        once: str = "",
    ) -> None:
        """Send a task whose failure is shown on this page, as that of a thing on it.

        To staff who have gone to another page or design it is shown there, with the design's name.
        """
        asked_for = self._record

        def handle_error(sentence: str) -> None:
            if thing == "saving":
                self.page.set_saving(saving=False)
            if asked_for is None or (self._record and self._record.id == asked_for.id):
                self.page.show_failure(sentence, thing)
            elif thing != "picture":
                self._context.notices.keep(f"{asked_for.name}: {sentence}")

        key = once or str(uuid4())
        self._context.send(Task(name, call, handle_result, handle_error, once=key))


def _saved_by(client: ManagementClient, once: str) -> int:
    """Return the version that an earlier try saved, or 0: then it does not arrive any more."""
    settled = client.withdraw(once)
    if settled.state is not WithdrawalState.CARRIED_OUT:
        return 0
    return EditedDesign.model_validate(settled.answer).version


def _hints(record: EditedDesign) -> list[str]:
    """Return what could be better in a design, one sentence each."""
    return [f"{hint.path}: {hint.message}" for hint in record.hints]


def _language_of(design: Mapping[str, Any], texts: Texts) -> str | None:
    """Return the desk's language if the card has it, else None for the card's first."""
    wanted = str(texts.locale.language)
    return wanted if wanted in design["languages"] else None
