"""Inserts new customers of a batch, with their cards and company links, in a few statements."""

from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, case, select, update

from api_client.messages.scan import CustomerState
from membership.data.imports.batch import Batch, Item
from membership.data.imports.bulk import Row, chunks, insert_rows
from membership.data.imports.resolve.former_addresses import former_apart_from
from membership.data.imports.resolve.reservations import codes_of
from membership.data.imports.write.aliases import (
    alias_rows,
    alias_words,
    insert_aliases,
    insert_merged,
)
from membership.events.types import EventType
from membership.members.companies.mail_domains import is_public_here
from membership.members.customers.former_numbers import (
    former_key,
    former_words,
    joined_numbers,
)
from membership.members.customers.search_terms import search_words, sort_name
from membership.members.customers.service import email_key
from membership.store.models import (
    Card,
    Company,
    CompanyDomain,
    CompanyLink,
    Customer,
    FormerNumber,
    LinkSource,
    Organization,
)

CARD_LABEL = "Member card"
_CUSTOMER = (
    "organization_id",
    "id",
    "number",
    "given_name",
    "family_name",
    "email",
    "email_key",
    "email_domain",
    "phone",
    "birth_date",
    "desk_note",
    "former_numbers",
    "language",
    "state",
    "search_text",
    "sort_name",
    "created_at",
)
_FORMER = ("organization_id", "key", "customer_id")
_CARD = ("organization_id", "id", "customer_id", "code", "label", "issued_at", "static_since")
LINK_COLUMNS = (
    "organization_id",
    "id",
    "company_id",
    "customer_id",
    "role",
    "source",
    "valid_from",
)


def create_customers(batch: Batch, fresh: list[tuple[UUID, Item]]) -> None:
    """Insert the customers of lines whose numbers and codes are free."""
    numbers = _take_numbers(batch, [(item.values or {}).get("number") for _, item in fresh])
    connection = batch.session.connection()
    rows, cards, addressed, former, aliases, merged = [], [], [], [], [], []
    for (who, item), number in zip(fresh, numbers, strict=True):
        values = item.values or {}
        addresses = _former_addresses(values)
        rows.append(_customer(batch, who, number, values, alias_words(number, addresses)))
        aliases += alias_rows(batch, who, addresses)
        merged += [(who, each) for each in values.get("merged_numbers", ())]
        cards += [_card(batch, who, code) for code in codes_of(values)]
        keys = dict.fromkeys(map(former_key, values.get("former_numbers", ())))
        former += [(batch.tenant.id, key, who) for key in keys]
        if "email" in values:
            addressed.append((who, _domain(values["email"])))
    insert_rows(connection, Customer, _CUSTOMER, rows)
    insert_rows(connection, Card, _CARD, cards)
    insert_rows(connection, FormerNumber, _FORMER, former)
    insert_aliases(batch, aliases)
    insert_merged(batch, merged)
    _link_by_domain(batch, addressed)
    batch.emit(
        EventType.CUSTOMER_CREATED, lambda who: (who, {"customer_id": str(who)}), dict(fresh)
    )
    batch.numbers.extend(_ranges(sorted(numbers)))


def add_card(batch: Batch, who: UUID, code: str) -> None:
    """Insert a card with a free code for a customer."""
    insert_rows(batch.session.connection(), Card, _CARD, [_card(batch, who, code)])


def _take_numbers(batch: Batch, wanted: list[int | None]) -> list[int]:
    """The number of each new customer: the one of the line, or the next free one."""
    missing = sum(number is None for number in wanted)
    highest = max((number for number in wanted if number is not None), default=0)
    if missing:
        highest = max(highest, batch.highest_number)
    following = Organization.next_customer_number
    least = case((following > highest, following), else_=highest + 1)
    taken_up_to = batch.session.connection().execute(
        update(Organization)
        .where(Organization.id == batch.tenant.id)
        .values(next_customer_number=least + missing)
        .returning(Organization.next_customer_number)
    )
    taken = count(taken_up_to.scalar_one() - missing)
    return [next(taken) if number is None else number for number in wanted]


def _former_addresses(values: dict[str, Any]) -> dict[str, list[Any]]:
    """The former addresses of a new customer, by column."""
    phone, _ = values.get("phone", (None, ""))
    return former_apart_from(values, values.get("email"), phone)


def _customer(batch: Batch, who: UUID, number: int, values: dict[str, Any], aliases: str) -> Row:
    """The row of a customer; ``aliases`` are the words of former addresses."""
    get = values.get
    given, family, email = get("given_name", ""), get("family_name", ""), get("email")
    phone, national = get("phone", (None, ""))
    former = joined_numbers(get("former_numbers", ()))
    words = search_words(
        names=(given, family),
        number=number,
        email=email,
        phone=phone,
        national=national,
        former=(*former_words(former), *aliases.split()),
    )
    return (
        batch.tenant.id,
        who,
        number,
        given,
        family,
        email,
        email_key(email),
        None if email is None else _domain(email),
        phone,
        get("birth_date"),
        get("desk_note"),
        former,
        get("language"),
        get("state", CustomerState.ACTIVE),
        words,
        sort_name(given, family),
        batch.now,
    )


def _card(batch: Batch, who: UUID, code: str) -> Row:
    """The row of a card."""
    return (batch.tenant.id, uuid4(), who, code, CARD_LABEL, batch.now, batch.now)


def _domain(email: str) -> str:
    """The part of an address after the @, in lower case."""
    return email.rpartition("@")[2].lower()


def _link_by_domain(batch: Batch, addressed: list[tuple[UUID, str]]) -> None:
    """Link new customers to the companies that own the domains of their addresses."""
    owners: dict[str, UUID] = {}
    same = and_(
        Company.organization_id == CompanyDomain.organization_id,
        Company.id == CompanyDomain.company_id,
    )
    for some in chunks({domain for _, domain in addressed}):
        rows = batch.session.execute(
            select(CompanyDomain.domain, CompanyDomain.company_id)
            .join(Company, same)
            .where(
                CompanyDomain.organization_id == batch.tenant.id,
                CompanyDomain.domain.in_(some),
                Company.archived_at.is_(None),
            )
        )
        owners |= {
            row.domain: row.company_id
            for row in rows
            if not is_public_here(batch.session, row.domain)
        }
    linked = [(uuid4(), owners[domain], who) for who, domain in addressed if domain in owners]
    insert_links(batch, [(link, company, who, "") for link, company, who in linked],
                 LinkSource.EMAIL_DOMAIN)  # fmt: skip


def insert_links(
    batch: Batch, links: list[tuple[UUID, UUID, UUID, str]], source: LinkSource
) -> None:
    """Insert links, each as (id, company, customer, role), and emit their events."""
    insert_rows(
        batch.session.connection(),
        CompanyLink,
        LINK_COLUMNS,
        [
            (batch.tenant.id, link, company, who, role, source, batch.now)
            for link, company, who, role in links
        ],
    )

    def event_of(link: tuple[UUID, UUID, UUID, str]) -> tuple[UUID, dict[str, Any]]:
        link_id, company, who, _ = link
        return link_id, {
            "link_id": str(link_id),
            "company_id": str(company),
            "customer_id": str(who),
            "source": source.value,
        }

    batch.emit(EventType.LINK_CREATED, event_of, links)


def _ranges(numbers: list[int]) -> list[list[int]]:
    """Sorted numbers as ranges ``[first, last]``."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found
