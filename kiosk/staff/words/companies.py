"""The list of companies, and the people of one, from messages of the service. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from api_client.messages.management import CompanyLine
from kiosk.staff.words.profile import Entry
from kiosk.texts import Texts


@dataclass(frozen=True)
class CompanyRow:
    """A company in the list; ``state`` is empty for one that is as it should be.

    ``waiting``: it has more people than seats.
    """

    id: UUID
    name: str
    below: str
    beside: str = ""
    state: str = ""
    waiting: bool = False


def company_rows(companies: Iterable[CompanyLine], texts: Texts) -> list[CompanyRow]:
    """Return companies as rows, in their order."""
    return [_row(each, texts) for each in companies]


def seats_words(company: CompanyLine, texts: Texts) -> str:
    """Return how many people a company has, and how many of its seats are taken."""
    parts = []
    if company.customers is not None:
        parts.append(texts.say_many("{count} person", "{count} people", company.customers))
    if company.seat_cap is not None:
        parts.append(_taken(company.seat_cap, company.seats_taken, texts))
    return " · ".join(parts)


def count_words(total: int | None, texts: Texts) -> str:
    """Return how many companies there are; empty if that is not known."""
    return "" if total is None else texts.say_many("{count} company", "{count} companies", total)


def fits(entry: Entry, typed: str) -> bool:
    """Return whether a row has every word that was typed, or a part of one."""
    words = f"{entry.title} {entry.below}".casefold()
    return all(word in words for word in typed.casefold().split())


def _row(company: CompanyLine, texts: Texts) -> CompanyRow:
    waiting = _without_seat(company)
    state = ""
    if company.archived_at is not None:
        state = texts.say("archived")
    elif waiting:
        state = texts.say_many("{count} without a seat", "{count} without a seat", waiting)
    return CompanyRow(
        id=company.id,
        name=company.name,
        below=seats_words(company, texts),
        state=state,
        waiting=bool(waiting) and company.archived_at is None,
    )


def _taken(cap: int, taken: int | None, texts: Texts) -> str:
    """Return how many of ``cap`` seats are taken; without ``taken``, how many there are."""
    if taken is None:
        return texts.say_many("{count} seat", "{count} seats", cap)
    return texts.say("{taken} of {all} seats", taken=min(taken, cap), all=cap)


def _without_seat(company: CompanyLine) -> int:
    """Return how many people have no seat because all are taken."""
    if company.seat_cap is None or company.seats_taken is None:
        return 0
    return max(0, company.seats_taken - company.seat_cap)
