"""A club of many customers, inserted at once, for what lists them.

One in ten works for one of 500 companies, some of which limit their seats; four in five have a
membership of their own, of which one in five has expired; two in three have a card.
"""

import random
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, select, update

from api_client.messages.management import ActorKind, IntervalUnit, LinkSource, MembershipSource
from api_client.messages.scan import CustomerState
from bench.build_club import SLUG, add_plans, invented_name
from bench.moved import writing
from membership.accounts.organizations import bootstrap_organization, tenant_by_slug
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.data.imports.bulk import insert_rows
from membership.members.customers.search_terms import search_words, sort_name, terms_of
from membership.store.base_model import Base
from membership.store.database import open_database
from membership.store.migrate import migrate
from membership.store.models import (
    Card,
    Company,
    CompanyLink,
    Customer,
    CustomerTerm,
    Membership,
    Organization,
    Plan,
)

COMPANIES = 500
_AT_ONCE = 5_000
_YEAR = timedelta(days=365)
Rows = dict[type[Base], list[dict[str, Any]]]


def fill(settings: ServiceSettings, customers: int) -> None:
    """Fill a new database with an invented club of ``customers``."""
    database = open_database(settings)
    try:
        migrate(database)
        with writing(database, SERVICE, system_clock) as (session, now):
            bootstrap_organization(
                session, name="Big Club", slug=SLUG, time_zone="Europe/Berlin",
                currency="EUR", country="DE", now=now,
            )  # fmt: skip
        add_plans(database)
        with writing(database, SERVICE, system_clock) as (session, now):
            tenant = tenant_by_slug(session, SLUG)
            assert tenant is not None
            connection = session.connection()
            plans = {row.name: row.id for row in connection.execute(select(Plan.name, Plan.id))}
            club = _Club(tenant.id, plans, now)
            _insert(connection, club.companies())
            for first in range(1, customers + 1, _AT_ONCE):
                _insert(connection, club.people(first, min(first + _AT_ONCE, customers + 1)))
            session.execute(update(Organization).values(next_customer_number=customers + 1))
    finally:
        database.engine.dispose()


def _insert(connection: Connection, rows: Rows) -> None:
    for table, some in rows.items():
        if some:
            columns = tuple(some[0])
            insert_rows(connection, table, columns, [tuple(row.values()) for row in some])


class _Club:
    """Makes the rows of a club, always the same but for their ids."""

    def __init__(self, organization_id: int, plans: dict[str, Any], now: datetime) -> None:
        self._here, self._plans, self._now = {"organization_id": organization_id}, plans, now
        self._random = random.Random(7)
        self._given = [invented_name(self._random) for _ in range(2000)]
        self._companies = [uuid4() for _ in range(COMPANIES)]

    def companies(self) -> Rows:
        """Return all companies, each with a membership."""
        rows: Rows = {Company: [], Membership: []}
        for number, company in enumerate(self._companies):
            rows[Company].append(
                {**self._here, "id": company, "name": f"Company {number:03}",
                 "seat_cap": 10 if number % 5 == 0 else None, "search_text": f"company {number:03}",
                 "created_at": self._now}
            )  # fmt: skip
            rows[Membership].append(self._membership("Corporate", None, company))
        return rows

    def people(self, first: int, end: int) -> Rows:
        """Return the customers with numbers from ``first`` up to ``end``, and what is theirs."""
        rows: Rows = {Customer: [], CustomerTerm: [], CompanyLink: [], Membership: [], Card: []}
        for number in range(first, end):
            who = uuid4()
            row = self._customer(number)
            rows[Customer].append({**row, "id": who})
            rows[CustomerTerm] += [
                {**self._here, "kind": kind, "term": term, "customer_id": who}
                for kind, term in terms_of(row["search_text"])
            ]
            if number % 10 == 0:
                rows[CompanyLink].append(self._link(who))
            if number % 5:
                plan = "Gold" if number % 3 == 0 else "Standard"
                rows[Membership].append(self._membership(plan, who, None))
            if number % 3:
                rows[Card].append(self._card(number, who))
        return rows

    def _customer(self, number: int) -> dict[str, Any]:
        given, family = self._random.choice(self._given), invented_name(self._random)
        email = f"{given}.{family}.{number}@mail.example".lower()
        national = str(301_000_000 + number)
        phone = f"+49{national}"
        words = search_words(
            names=(given, family), number=number, email=email, phone=phone, national=national
        )
        return {
            **self._here,
            "number": number,
            "given_name": given,
            "family_name": family,
            "email": email,
            "email_key": email,
            "email_domain": "mail.example",
            "phone": phone,
            "birth_date": date(1950, 1, 1) + timedelta(days=self._random.randrange(20_000)),
            "state": CustomerState.BANNED if number % 500 == 0 else CustomerState.ACTIVE,
            "search_text": words,
            "sort_name": sort_name(given, family),
            "created_at": self._now,
        }

    def _link(self, customer: Any) -> dict[str, Any]:
        return {
            **self._here,
            "id": uuid4(),
            "company_id": self._random.choice(self._companies),
            "customer_id": customer,
            "role": "",
            "source": LinkSource.MANUAL,
            "valid_from": self._now - timedelta(days=self._random.randrange(1, 300)),
        }

    def _card(self, number: int, customer: Any) -> dict[str, Any]:
        return {
            **self._here,
            "id": uuid4(),
            "customer_id": customer,
            "code": f"bench-{number}",
            "label": "Member card",
            "issued_at": self._now,
            "static_since": self._now,
        }

    def _membership(self, plan: str, customer: Any, company: Any) -> dict[str, Any]:
        starts = self._now - timedelta(days=self._random.randrange(1, 450))
        ends = starts + _YEAR
        overdue = self._random.random() < 0.01
        return {
            **self._here,
            "id": uuid4(),
            "customer_id": customer,
            "company_id": company,
            "plan_id": self._plans[plan],
            "plan_name": plan,
            "price_minor": 4900,
            "currency": "EUR",
            "length_unit": IntervalUnit.YEAR,
            "length_count": 1,
            "permissions": [["gym", "gym"]],
            "starts_at": starts,
            "ends_at": ends,
            "last_day": ends.date(),
            "time_zone": "Europe/Berlin",
            "payment_overdue_since": self._now - timedelta(days=1) if overdue else None,
            "renews": False,
            "ended_for_good": False,
            "former_periods": [],
            "source": MembershipSource.STAFF,
            "actor_kind": ActorKind.SERVICE,
            "actor_name": "",
            "created_at": self._now,
        }
