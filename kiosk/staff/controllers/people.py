"""What pages load of customers: the hits of a search, and all of one who is merged or erased."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.people import PayerView
from api_client.messages.scan import CustomerHits
from kiosk.details import outcome_word
from kiosk.staff.controllers.controller import Context
from kiosk.staff.forms.request import is_unknown_route
from kiosk.staff.words.give import hit_below
from kiosk.staff.words.merge import Person
from kiosk.staff.words.profile import Entry
from kiosk.staff.worker import Task


class SearchPage(Protocol):
    """A page with a search for a customer."""

    def show_hits(self, text: str, hits: Sequence[Entry]) -> None:
        """Show who was found for ``text``."""

    def show_failure(self, text: str) -> None:
        """Show why something failed; empty to clear that."""


def search_people(
    context: Context, page: SearchPage, topic: str, text: str, *, but: UUID | None = None
) -> None:
    """Show on a page who is found for ``text``, except the customer ``but``."""
    if not text:
        page.show_hits("", ())
        return

    def show(hits: CustomerHits) -> None:
        page.show_failure("")
        others = (hit for hit in hits.items if hit.customer.id != but)
        entries = [
            Entry(
                hit.customer.id,
                hit.customer.name,
                hit_below(hit, outcome_word(hit.outcome, context.texts)),
            )
            for hit in others
        ]
        page.show_hits(text, entries)

    context.send(Task(topic, lambda client, _: client.search_customers(text), show))


def load_person(client: ManagementClient, customer_id: UUID, *, sees_payer: bool) -> Person:
    """Return a customer, and what charges them if that may be seen. Raises ApiError."""
    profile = client.customer(customer_id)
    return Person(profile, _payer(client, profile.customer.id) if sees_payer else None)


def _payer(client: ManagementClient, customer_id: UUID) -> PayerView | None:
    """Return a customer as a payer; None from a service of before."""
    try:
        return client.payer(customer_id)
    except Refused as refused:
        if is_unknown_route(refused):
            return None
        raise
