"""Linking people and companies: opens the form, and answers the search of its picker."""

from collections.abc import Callable, Container
from uuid import UUID

from PySide6.QtGui import QImage, QPixmap

from api_client.management import ManagementClient
from api_client.messages.management import CompanyPage
from api_client.messages.scan import CustomerHits, CustomerView
from kiosk.staff.controllers.controller import Context
from kiosk.staff.forms.links import Company, LinkForm, company_link_form, person_form
from kiosk.staff.pages.picker import Picker
from kiosk.staff.words.picker import PickHit, company_hits, person_hits
from kiosk.staff.worker import Task

_MOST = 6
"""Hits that are shown: more do not fit on a small screen; a longer text finds fewer."""

Find = Callable[[ManagementClient, str], list[PickHit]]


class Linking:
    """One picker at a time. Lives in the GUI thread."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._picker: Picker | None = None
        self._chosen: dict[str, PickHit] = {}

    def ask_person(self, company: Company, linked: Container[UUID]) -> None:
        """Ask who is to be linked to a company; ``linked`` are those who are, as far as known."""
        texts = self._context.texts

        def find(client: ManagementClient, text: str) -> list[PickHit]:
            found: CustomerHits = client.find_people(text, limit=_MOST)
            return person_hits(found.items, linked, texts)

        self._ask(person_form(texts, company), find)

    def ask_company(self, customer: CustomerView, linked: Container[UUID]) -> None:
        """Ask to which company a person is to be linked."""
        texts = self._context.texts

        def find(client: ManagementClient, text: str) -> list[PickHit]:
            found: CompanyPage = client.companies(text, counts=True, archived=False)
            return company_hits(found.items[:_MOST], linked, texts)

        self._ask(company_link_form(texts, customer), find)

    def show_photo(self, path: str, image: QImage) -> None:
        """Show a photo in the picker that is open, if it belongs there."""
        if self._picker is not None:
            self._picker.show_photo(path, QPixmap.fromImage(image))

    def _ask(self, asked: LinkForm, find: Find) -> None:
        picker, topic = asked.picker, asked.form.topic
        self._picker = picker
        picker.known = self._chosen.get(topic)
        picker.chosen.connect(lambda hit: self._remember(topic, hit))
        picker.photo_wanted.connect(self._context.fetch_photo)
        picker.searched.connect(lambda text: self._search(picker, text, find))
        asked.form.closed.connect(self._forget)
        self._context.changes.ask(asked.form, asked.filled)

    def _search(self, picker: Picker, text: str, find: Find) -> None:
        if not text:
            picker.show_hits("", ())
            return

        def show(hits: list[PickHit]) -> None:
            if self._picker is picker:  # else its form was closed meanwhile
                picker.show_hits(text, hits)

        def handle_error(sentence: str) -> None:
            if self._picker is picker:
                picker.show_failure(sentence)

        self._context.send(
            Task("find_to_link", lambda client, _: find(client, text), show, handle_error)
        )

    def _remember(self, topic: str, hit: PickHit | None) -> None:
        """Remember who was chosen, for a form that is opened again after a lost answer."""
        if hit is not None:
            self._chosen = {topic: hit}

    def _forget(self) -> None:
        self._picker = None
