"""Texts of the profiles of customers and companies, from messages of the service. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from api_client.messages.billing import OrderView
from api_client.messages.cards import CustomerCards
from api_client.messages.management import (
    CompanyView,
    CustomerProfile,
    LinkedCustomer,
    LinkedCustomers,
    LinkView,
)
from api_client.messages.scan import CustomerState
from kiosk.staff.words.card import CardLine, card_line
from kiosk.staff.words.membership import (
    MembershipLine,
    held_line,
    held_twice,
    noted,
    sold_line,
)
from kiosk.staff.words.standing import Primary, Standing, primary_of, standing_of
from kiosk.staff.words.subscription import Flag, billed_lines, flags
from kiosk.staff.words.visits import HistoryLine, visit_lines
from kiosk.texts import Texts
from kiosk.verdict import initials


@dataclass(frozen=True)
class Entry:
    """A row of a list of people or companies; ``id`` opens it."""

    id: UUID
    title: str
    below: str = ""
    removable: bool = False


@dataclass(frozen=True)
class ProfileWords:
    """Texts of the profile of a customer or a company.

    ``cards`` is None for companies, and if the role may not see cards. ``flags`` are payments to
    look at. Only of customers are ``details``, which are the facts in short, and what follows them.
    """

    title: str
    subtitle: str
    initials: str
    facts: tuple[tuple[str, str], ...]
    memberships: tuple[MembershipLine, ...]
    entries_title: str
    entries: tuple[Entry, ...]
    permissions: tuple[str, ...] = ()
    cards: tuple[CardLine, ...] | None = None
    photo_path: str | None = None
    entries_note: str = ""
    flags: tuple[Flag, ...] = ()
    details: tuple[str, ...] = ()
    standing: Standing | None = None
    primary: Primary | None = None
    note: str = ""
    visits: tuple[HistoryLine, ...] = ()
    visits_total: int = 0


def cut_note(shown: int, total: int | None, texts: Texts) -> str:
    """Return how many of a list are shown; empty if that is all."""
    if total is None or shown >= total:
        return ""
    return texts.say("{shown} of {total} are shown. Search to find others.",
                     shown=shown, total=total)  # fmt: skip


def customer_words(
    profile: CustomerProfile,
    cards: CustomerCards | None,
    texts: Texts,
    zone: str,
    orders: Sequence[OrderView] = (),
) -> ProfileWords:
    """Return the texts of a customer's profile; ``orders`` are their online orders."""
    say = texts.say
    twice = held_twice(profile.memberships, texts)
    born = texts.day(profile.birth_date) if profile.birth_date else ""
    former = ", ".join(profile.former_numbers)
    since = texts.local_day(profile.created_at, zone)
    inactive = profile.customer.state is CustomerState.INACTIVE
    details = (
        profile.email or "",
        profile.phone or "",
        say("Born {day}", day=born) if born else "",
        say("Formerly {number}", number=former) if former else "",
        say("Since {day}", day=since),
        state_word(profile.customer.state, texts) if inactive else "",
    )
    lines = billed_lines(
        (
            noted(held_line(held, profile.companies, texts, zone), twice)
            for held in profile.memberships
        ),
        orders,
        texts,
        zone,
    )
    return ProfileWords(
        title=profile.customer.name,
        subtitle=profile.customer.number,
        initials=initials(profile.customer.name),
        facts=(),
        memberships=lines,
        entries_title=say("COMPANIES"),
        entries=tuple(_link_entry(link, texts, zone) for link in profile.companies),
        permissions=tuple(permission.label for permission in profile.permissions),
        cards=None if cards is None else tuple(card_line(c, texts, zone) for c in cards.items),
        photo_path=profile.customer.photo_path,
        flags=flags(orders, texts, zone),
        details=tuple(filter(None, details)),
        standing=standing_of(profile, texts, zone),
        primary=primary_of(profile, lines, texts),
        note=profile.desk_note or "",
        visits=visit_lines(profile.visits, texts, zone),
        visits_total=len(profile.visits) if profile.visits_total is None else profile.visits_total,
    )


def company_words(
    company: CompanyView,
    people: LinkedCustomers,
    texts: Texts,
    zone: str,
    orders: Sequence[OrderView] = (),
) -> ProfileWords:
    """Return the texts of a company's profile; ``orders`` are its online orders."""
    say = texts.say
    twice = held_twice(company.memberships, texts)
    seats = say("without limit")
    if company.seat_cap is not None:
        taken = company.customers if company.seats_taken is None else company.seats_taken
        seats = say("{taken} of {all}", taken=min(taken, company.seat_cap),
                    all=company.seat_cap)  # fmt: skip
    facts = (
        (say("Seats"), seats),
        (say("People"), str(company.customers)),
        (say("Email domains"), ", ".join(company.email_domains)),
        (say("Invoices to"), " · ".join(filter(None, (company.billing_name,
                                                     company.billing_email)))),
    )  # fmt: skip
    return ProfileWords(
        title=company.name,
        subtitle=say("Company") if company.archived_at is None else say("Archived company"),
        initials=initials(company.name),
        facts=tuple(fact for fact in facts if fact[1]),
        memberships=billed_lines(
            (noted(sold_line(sold, texts, zone), twice) for sold in company.memberships),
            orders,
            texts,
            zone,
        ),
        entries_title=say("PEOPLE"),
        entries=tuple(_person_entry(person, texts, zone) for person in people.items),
        entries_note=cut_note(len(people.items), people.total, texts),
        flags=flags(orders, texts, zone),
    )


def _link_entry(link: LinkView, texts: Texts, zone: str) -> Entry:
    """Return a company of a customer's profile; ended links stay listed."""
    since = texts.local_day(link.valid_from, zone)
    if link.valid_until is None:
        below = texts.say("since {day}", day=since)
    else:
        until = texts.local_day(link.valid_until, zone)
        below = texts.say("{first} to {last}", first=since, last=until)
    words = " · ".join(filter(None, (link.role, below)))
    return Entry(link.company_id, link.company, words, removable=link.valid_until is None)


def _person_entry(person: LinkedCustomer, texts: Texts, zone: str) -> Entry:
    """Return a person of a company's profile."""
    parts = [person.customer.number, person.role]
    parts.append(texts.say("since {day}", day=texts.local_day(person.valid_from, zone)))
    if not person.has_seat:
        parts.append(texts.say("no seat"))
    below = " · ".join(part for part in parts if part)
    return Entry(person.customer.id, person.customer.name, below, removable=True)


def state_word(state: CustomerState, texts: Texts) -> str:
    """Return a word for a customer's state."""
    return {
        CustomerState.ACTIVE: texts.say("active"),
        CustomerState.INACTIVE: texts.say("inactive"),
        CustomerState.BANNED: texts.say("blocked"),
    }[state]
