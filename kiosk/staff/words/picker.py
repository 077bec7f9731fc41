"""Who was found by a picker, from messages of the service. Pure."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from uuid import UUID

from api_client.messages.management import CompanyLine
from api_client.messages.scan import CustomerHit
from kiosk.staff.words.companies import seats_words
from kiosk.texts import Texts
from kiosk.verdict import initials


@dataclass(frozen=True)
class PickHit:
    """A person or a company that was found; ``mark`` says that it is linked already."""

    id: UUID
    title: str
    below: str
    initials: str
    photo_path: str | None = None
    linked: bool = False
    mark: str = ""


def person_hits(
    hits: Iterable[CustomerHit], linked: Container[UUID], texts: Texts
) -> list[PickHit]:
    """Return people with number, and birthday or address, which tell namesakes apart."""
    found = []
    for hit in hits:
        customer, there = hit.customer, hit.customer.id in linked
        born = texts.say("born {day}", day=texts.day(hit.birth_date)) if hit.birth_date else ""
        parts = (customer.number, born, hit.email if not born else "")
        found.append(
            PickHit(
                id=customer.id,
                title=customer.name,
                below=" · ".join(filter(None, parts)),
                initials=initials(customer.name),
                photo_path=customer.photo_path,
                linked=there,
                mark=texts.say("linked already") if there else "",
            )
        )
    return found


def company_hits(
    companies: Iterable[CompanyLine], linked: Container[UUID], texts: Texts
) -> list[PickHit]:
    """Return companies with their people and seats."""
    return [
        PickHit(
            id=each.id,
            title=each.name,
            below=seats_words(each, texts),
            initials=initials(each.name),
            linked=each.id in linked,
            mark=texts.say("linked already") if each.id in linked else "",
        )
        for each in companies
    ]
