"""Seeds a database with the demo club, through the same services as the API."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import resources
from api_client.messages.management import IntervalUnit
from membership.accounts.organizations import bootstrap_organization
from membership.base.vault import Vault
from membership.data.demo import club
from membership.data.demo.club import FIRMS, PLANS, Firm, Sale
from membership.data.demo.deck import CODE_128, Deck, DeckCard
from membership.data.demo.people import PEOPLE, Person
from membership.data.demo.redate import OPENED
from membership.members.companies.linking import link_customer, unlink_customer
from membership.members.companies.schemas import NewCompany
from membership.members.companies.service import create_company
from membership.members.customers.photos import shipped_photo, store_photo
from membership.members.customers.schemas import NewCustomer
from membership.members.customers.service import create_customer
from membership.members.memberships.changes import set_payment_overdue
from membership.members.memberships.schemas import EarlyEnd, NewMembership
from membership.members.memberships.service import assign
from membership.members.memberships.terminations import end_early
from membership.members.plans.service import create_plan
from membership.rules.instants import day_after, day_start, local_day
from membership.rules.periods import Interval, nth_day
from membership.store.models import Card, Customer, MembershipSource
from membership.wallet.cards.schemas import NewCard
from membership.wallet.cards.service import CardMaker, issue_card, replace_card
from membership.wallet.designs.service import create_standard_design
from membership.web.access import Tenant
from passes.codes.barcode import CustomerNumber, new_card_code

_YEAR = Interval(IntervalUnit.YEAR)


@dataclass(frozen=True, slots=True)
class _Seeding:
    """The context of every step of the seeding."""

    session: Session
    tenant: Tenant
    now: datetime
    maker: CardMaker

    @property
    def zone(self) -> ZoneInfo:
        """The club's time zone."""
        return ZoneInfo(self.tenant.time_zone)

    def day(self, days: int) -> date:
        """Return the local day that is ``days`` after today."""
        return day_after(local_day(self.now, self.zone), days)

    def instant(self, days: int) -> datetime:
        """Return an instant of the day ``days`` from today that is not after now."""
        return min(self.now, day_start(self.day(days), self.zone) + timedelta(hours=10))


def seed_demo(
    session: Session,
    now: datetime,
    vault: Vault,
    *,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> Deck:
    """Create the demo club as a new organization and return the deck of the demo camera.

    All dates are relative to ``now``; card codes are made from ``random_bytes``, and the wallet
    secrets of cards are encrypted by ``vault``. The caller commits.

    Raises:
        sqlalchemy.exc.IntegrityError: the database already has the demo club.
    """
    opened = now - timedelta(days=OPENED)
    tenant = bootstrap_organization(
        session,
        name=club.NAME,
        slug=club.SLUG,
        time_zone=club.TIME_ZONE,
        currency=club.CURRENCY,
        country=club.COUNTRY,
        now=opened,
        demo=True,
    )
    seeding = _Seeding(session, tenant, now, CardMaker(vault, random_bytes))
    create_standard_design(session, tenant, opened)
    plans = {key: create_plan(session, tenant, plan, opened).id for key, plan in PLANS.items()}
    firms = {domain: _create_firm(seeding, firm, plans) for domain, firm in FIRMS.items()}
    shown = {
        person.name: _create_person(seeding, index, person, plans, firms)
        for index, person in enumerate(PEOPLE)
    }
    return Deck(club.NAME, tuple(_deck_cards(shown, random_bytes)))


def _create_firm(seeding: _Seeding, firm: Firm, plans: dict[str, UUID]) -> UUID:
    """Create a company and sell it its membership."""
    founded = seeding.instant(min(firm.sale.first, -30))
    new = NewCompany(
        name=firm.name,
        billing_name=f"{firm.name}, Accounts",
        billing_email=f"accounts@{firm.domain}",
        seat_cap=firm.seats,
        email_domains=(firm.domain,),
    )
    company = create_company(seeding.session, seeding.tenant, new, founded)
    _sell(seeding, firm.sale, plans, company_id=company.id)
    return company.id


def _create_person(
    seeding: _Seeding,
    index: int,
    person: Person,
    plans: dict[str, UUID],
    firms: dict[str, UUID],
) -> tuple[Customer, Card]:
    """Create a customer with photo, links, memberships and cards.

    Returns the customer, and the card that the demo camera would show of them.
    """
    session, tenant, joined = seeding.session, seeding.tenant, seeding.instant(-person.joined)
    customer = create_customer(session, tenant, _new_customer(seeding, index, person), joined)
    portrait = resources.path(f"demo/portraits/{person.slug}.jpg")
    photo = shipped_photo("image/jpeg", portrait.read_bytes())
    store_photo(session, tenant, customer.id, photo, joined)
    if person.works_at is not None:
        firm_id = firms[person.works_at]
        link_customer(session, tenant.id, firm_id, customer.id, joined).role = "Employee"
        if person.left is not None:
            unlink_customer(session, tenant.id, firm_id, customer.id, seeding.instant(person.left))
    for sale in person.sales:
        _sell(seeding, sale, plans, customer_id=customer.id)
    return customer, _issue_cards(seeding, customer.id, person)


def _new_customer(seeding: _Seeding, index: int, person: Person) -> NewCustomer:
    """Return the person's fields, with a reserved email domain and phone number."""
    birthday_in = person.birthday_in if person.birthday_in is not None else 20 + index * 37 % 320
    years = person.age if birthday_in == 0 else person.age + 1
    return NewCustomer(
        given_name=person.given,
        family_name=person.family,
        email=f"{person.slug}@{person.works_at or 'example.com'}",
        phone=f"+49 30 23125 {index + 100:03d}",
        birth_date=nth_day(seeding.day(birthday_in), _YEAR, -years),
        language=person.language,
        desk_note=person.note,
        state=person.state,
    )


def _sell(
    seeding: _Seeding,
    sale: Sale,
    plans: dict[str, UUID],
    *,
    customer_id: UUID | None = None,
    company_id: UUID | None = None,
) -> None:
    """Sell a plan, and apply the later changes of ``sale``."""
    session, tenant = seeding.session, seeding.tenant
    sold = assign(
        session,
        tenant,
        NewMembership(
            plan_id=plans[sale.plan],
            customer_id=customer_id,
            company_id=company_id,
            starts_on=seeding.day(sale.first),
            last_day=None if sale.last is None else seeding.day(sale.last),
        ),
        seeding.instant(min(sale.first, 0)),
        source=MembershipSource.STAFF,
    )
    if sale.ended is not None:
        end_early(session, tenant, sold.id, EarlyEnd(why=sale.why), seeding.instant(sale.ended))
    if sale.overdue is not None:
        overdue = seeding.instant(sale.overdue)
        set_payment_overdue(session, tenant, sold.id, overdue, overdue)


def _issue_cards(seeding: _Seeding, customer_id: UUID, person: Person) -> Card:
    """Issue the person's cards; return the lost one if there is one, else the valid one."""
    first = _issue(seeding, customer_id, "Member card", -person.joined)
    if person.lost_card:
        replace_card(
            seeding.session,
            seeding.tenant,
            first.id,
            seeding.instant(-6),
            maker=seeding.maker,
        )
    return first


def _issue(seeding: _Seeding, customer_id: UUID, label: str, day: int) -> Card:
    """Issue one card on a day counted from today."""
    return issue_card(
        seeding.session,
        seeding.tenant,
        NewCard(customer_id=customer_id, label=label),
        seeding.instant(day),
        maker=seeding.maker,
    )


_SHOWN = (
    "Amara Okafor",
    "Jonas Brandt",
    "Viktor Petrov",
    "Sofia Marchetti",
    "Grace Liu",
    "Priya Raman",
    "Marek Nowak",
    "Omar Haddad",
    "Emil Sørensen",
    "Hanna Koskinen",
    "Ingrid Solberg",
    "Kofi Mensah",
)
_KEY_FOB = "Walter Hoffmann"
_STRANGER = "Guest of another club"


def _deck_cards(
    enrolled: dict[str, tuple[Customer, Card]], random_bytes: Callable[[int], bytes]
) -> list[DeckCard]:
    """Return the cards to show: one for each status, a key fob, and an unknown card."""
    cards = [DeckCard(enrolled[name][1].code, name) for name in _SHOWN]
    number = CustomerNumber(enrolled[_KEY_FOB][0].number).text
    cards.append(DeckCard(number, _KEY_FOB, CODE_128))
    cards.append(DeckCard(new_card_code(random_bytes).text, _STRANGER))
    return cards
