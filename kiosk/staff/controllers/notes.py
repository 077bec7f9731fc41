"""The note of a customer, which is edited in the profile itself."""

from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject

from api_client.management import ManagementClient
from api_client.messages.management import CustomerProfile, CustomerRecord
from kiosk.failures import Failure
from kiosk.staff.controllers.controller import Context
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.notices import sentence_of
from kiosk.staff.pages.customer import CustomerPage
from kiosk.staff.worker import Task


class Notes(QObject):
    """Stores the note, and keeps what was typed until it is stored or discarded."""

    def __init__(self, context: Context, page: CustomerPage) -> None:
        super().__init__(context.parent)
        self._context, self._field = context, page.note
        self._customer_id: UUID | None = None
        self._edited: Edited[CustomerRecord] | None = None
        self._field.saved.connect(self._save)

    def show(self, profile: CustomerProfile) -> None:
        """Show the note of a customer. One that was typed for the same customer stays."""
        customer_id, note = profile.customer.id, profile.desk_note or ""
        if self._edited is not None and self._customer_id == customer_id and self._field.edited:
            return
        self._customer_id = customer_id
        texts = self._context.texts
        self._edited = Edited(
            texts,
            profile,
            lambda record: {"desk_note": record.desk_note},
            {"desk_note": texts.say("Note")},
        )
        self._field.show_note(note)

    def unsaved(self) -> object | None:
        """Return the text that was typed and is not stored; None without one."""
        return self._field.typed if self._edited is not None and self._field.edited else None

    def forget(self) -> None:
        """Forget whose note it was, and what was typed."""
        self._customer_id = self._edited = None
        self._field.show_note("")

    def _save(self, note: str) -> None:
        customer_id, edited = self._customer_id, self._edited
        if customer_id is None or edited is None:
            return

        def send(client: ManagementClient, fields: Any, once: str, **state: str) -> CustomerRecord:
            return client.change_customer(customer_id, fields, once, **state)

        def save(client: ManagementClient, once: str) -> CustomerRecord:
            return edited.save(
                {"desk_note": note or None},
                lambda fields, **state: send(client, fields, once, **state),
                lambda: client.customer(customer_id),
            )

        self._context.send(
            Task(
                "save_note",
                save,
                partial(self._handle_saved, edited, note),
                on_failure=partial(self._handle_failure, edited),
            )
        )

    def _handle_saved(
        self, edited: Edited[CustomerRecord], note: str, record: CustomerRecord
    ) -> None:
        """Go on with the stored record; what was typed meanwhile stays."""
        if edited is not self._edited:
            return
        texts = self._context.texts
        self._edited = Edited(
            texts,
            record,
            lambda changed: {"desk_note": changed.desk_note},
            {"desk_note": texts.say("Note")},
        )
        self._field.show_failure("")
        self._field.know_stored(note)

    def _handle_failure(self, edited: Edited[CustomerRecord], failure: Failure) -> None:
        """Say why it was not stored. The text stays, here or where staff are meanwhile."""
        sentence = sentence_of(failure, self._context.texts)
        if edited is self._edited:
            self._field.show_failure(sentence)
        else:
            self._context.notices.keep(f"{self._context.texts.say('Note')}: {sentence}")
