"""The demo club in a real database: every way to stand, whatever day it is opened on."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import resources
from api_client.messages.management import ActorKind
from api_client.messages.scan import (
    AttentionKind,
    CustomerState,
    Outcome,
    Reason,
    ScanAnswer,
    ScanRequest,
    Status,
)
from membership.accounts.organizations import first_tenant
from membership.base.actors import SERVICE
from membership.base.vault import Vault
from membership.checkin.scans.service import ScanRules, answer_scan
from membership.data.demo.deck import Deck, DeckCard
from membership.data.demo.people import PEOPLE
from membership.data.demo.redate import is_of_another_day, redate
from membership.data.demo.seed import seed_demo
from membership.members.customers.lookup import find_by_text
from membership.members.customers.photos import Photo, checked_photo
from membership.rules.instants import local_day, zone_named
from membership.store.database import Database, open_database
from membership.store.models import (
    Card,
    CardDesign,
    CardWallet,
    Company,
    Customer,
    CustomerPhoto,
    Membership,
    Organization,
    Plan,
)
from membership.web.access import Call
from tests.membership.conftest import POSTGRESQL, SQLITE, Databases
from tests.membership.rules.clocks import utc
from tests.membership.support import arranging

MOMENTS = (
    "2026-05-15T10:00",
    "2028-02-29T12:00",  # a leap day
    "2026-03-29T00:30",  # the night in which Berlin's clocks go forward
    "2026-12-31T23:30",  # already next year in Berlin
)
CASES = [*((SQLITE, moment) for moment in MOMENTS), (POSTGRESQL, MOMENTS[0])]
EXPECTED: dict[str, tuple[Outcome, Reason | None, AttentionKind | None]] = {
    "Amara Okafor": (Outcome.ACTIVE, None, None),
    "Jonas Brandt": (Outcome.ACTIVE, None, None),
    "Viktor Petrov": (Outcome.EXPIRED, None, None),
    "Sofia Marchetti": (Outcome.ACTIVE, None, AttentionKind.EXPIRES_SOON),
    "Grace Liu": (Outcome.NO_MEMBERSHIP, None, None),
    "Priya Raman": (Outcome.ACTIVE, None, AttentionKind.BIRTHDAY),
    "Marek Nowak": (Outcome.BLOCKED, None, AttentionKind.DESK_NOTE),
    "Omar Haddad": (Outcome.ACTIVE, Reason.PAYMENT_OVERDUE, AttentionKind.PAYMENT_OVERDUE),
    "Emil Sørensen": (Outcome.NOT_YET_STARTED, Reason.SCHEDULED, None),
    "Hanna Koskinen": (Outcome.CARD_REVOKED, None, None),
    "Ingrid Solberg": (Outcome.EXPIRED, Reason.ENDED_EARLY, None),
    "Kofi Mensah": (Outcome.NO_MEMBERSHIP, Reason.NO_SEAT, None),
    "Walter Hoffmann": (Outcome.ACTIVE, None, AttentionKind.DESK_NOTE),
    "Guest of another club": (Outcome.UNKNOWN_CODE, None, None),
}


VAULT = Vault(Fernet.generate_key().decode())


@dataclass(frozen=True)
class Club:
    """A seeded database. Tests do not commit, so that they can share it."""

    database: Database
    now: datetime
    deck: Deck


def seed(database: Database, now: datetime, seed_number: int = 1) -> Deck:
    """Seed the demo club and commit."""
    with arranging(database) as session:
        return seed_demo(session, now, VAULT, random_bytes=Random(seed_number).randbytes)


@pytest.fixture(scope="module", params=CASES, ids=" ".join)
def club(
    request: pytest.FixtureRequest,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Club]:
    """The demo club, opened at each of the moments on SQLite, and once on PostgreSQL."""
    backend, moment = request.param
    database = open_database(databases.new(backend, tmp_path_factory.mktemp("club")))
    yield Club(database, utc(moment), seed(database, utc(moment)))
    database.engine.dispose()


def scanned(session: Session, text: str, now: datetime, visit: int) -> ScanAnswer:
    """Return the service's answer to a scan at the demo club."""
    tenant = first_tenant(session)
    assert tenant is not None
    call = Call(session, tenant, SERVICE, frozenset(), now)
    request = ScanRequest(visit_id=UUID(int=visit), text=text)
    found = find_by_text(session.connection(), tenant, text, now)
    return answer_scan(call, request, ScanRules(timedelta(minutes=60), VAULT), found)


def test_every_card_of_the_deck_shows_what_it_is_there_for(club: Club) -> None:
    found = {}
    with club.database.writers() as session:
        for visit, card in enumerate(club.deck.cards, start=1):
            answer = scanned(session, card.code, club.now, visit)
            reason = answer.membership.reason if answer.membership else None
            kind = answer.attention[0].kind if answer.attention else None
            assert len(answer.attention) <= 1, card.name
            assert answer.customer is None or answer.customer.name == card.name
            found[card.name] = (answer.outcome, reason, kind)
    assert found == EXPECTED
    assert {outcome for outcome, _, _ in found.values()} == set(Outcome)


@pytest.mark.parametrize("weeks", [1, 9, 120])
def test_a_club_that_was_seeded_weeks_ago_shows_the_same_today(club: Club, weeks: int) -> None:
    later = club.now + timedelta(weeks=weeks)
    with club.database.writers() as session:
        organization = session.scalars(select(Organization)).one()
        assert not is_of_another_day(organization, club.now)
        assert is_of_another_day(organization, later)
        redate(session, organization, later)
        session.flush()
        assert not is_of_another_day(organization, later)
        for visit, card in enumerate(club.deck.cards, start=1):
            answer = scanned(session, card.code, later, visit)
            reason = answer.membership.reason if answer.membership else None
            kind = answer.attention[0].kind if answer.attention else None
            assert (answer.outcome, reason, kind) == EXPECTED[card.name], card.name


def test_what_was_sold_at_the_desk_of_the_demo_keeps_its_days(club: Club) -> None:
    with club.database.writers() as session:
        organization = session.scalars(select(Organization)).one()
        one = session.scalars(select(Membership).limit(1)).one()
        one.actor_kind, days = ActorKind.STAFF, (one.starts_at, one.last_day)
        redate(session, organization, club.now + timedelta(days=40))
        assert (one.starts_at, one.last_day) == days


def test_everybody_can_be_scanned_by_each_of_their_cards(club: Club) -> None:
    with club.database.writers() as session:
        cards = session.execute(
            select(Card.code, Customer.given_name).join(Customer, Customer.id == Card.customer_id)
        ).all()
        answers = [
            (given_name, scanned(session, code, club.now, visit))
            for visit, (code, given_name) in enumerate(cards, start=1)
        ]
    assert len(answers) == len(PEOPLE) + 1
    for given_name, answer in answers:
        assert answer.customer is not None
        assert answer.customer.name.startswith(given_name)
        assert answer.customer.photo_path is not None


def test_the_club_holds_every_kind_of_membership(club: Club) -> None:
    with club.database.writers() as session:
        codes = session.scalars(select(Card.code)).all()
        answers = [
            scanned(session, code, club.now, visit) for visit, code in enumerate(codes, start=1)
        ]
    shown = [each for answer in answers for each in answer.memberships]
    own = {(each.status, each.reason) for each in shown if each.company is None}
    inherited = {(each.status, each.reason) for each in shown if each.company is not None}
    assert own == {
        (Status.ACTIVE, None),
        (Status.ACTIVE, Reason.PAYMENT_OVERDUE),
        (Status.EXPIRED, None),
        (Status.EXPIRED, Reason.ENDED_EARLY),
        (None, Reason.SCHEDULED),
    }
    assert inherited == {
        (Status.ACTIVE, None),
        (Status.ACTIVE, Reason.NO_SEAT),
        (Status.EXPIRED, None),
        (None, Reason.SCHEDULED),
    }
    assert len({each.plan for each in shown}) == 4


def test_who_left_a_company_inherits_nothing_anymore(club: Club) -> None:
    with club.database.writers() as session:
        chiara = select(Customer.number).where(Customer.given_name == "Chiara")
        number = session.scalars(chiara).one()
        answer = scanned(session, f"C-{number}", club.now, 1)
    assert answer.outcome is Outcome.NO_MEMBERSHIP
    assert answer.memberships == ()


def test_a_lost_card_names_the_current_one(club: Club) -> None:
    code = next(card.code for card in club.deck.cards if card.name == "Hanna Koskinen")
    with club.database.writers() as session:
        answer = scanned(session, code, club.now, 1)
    assert answer.current_card is not None
    assert answer.current_card.label == "Member card"
    assert answer.card is not None
    assert answer.current_card.id != answer.card.id
    assert answer.current_card.revoked_at is None


def test_sizes_and_dates_of_the_club(club: Club) -> None:
    with club.database.readers() as session:
        counts = [
            session.scalar(select(func.count()).select_from(table))
            for table in (Customer, CustomerPhoto, Company, Plan)
        ]
        assert counts == [len(PEOPLE), len(PEOPLE), 5, 4]
        today = local_day(club.now, zone_named("Europe/Berlin"))
        for customer in session.scalars(select(Customer)):
            assert customer.birth_date is not None
            assert 16 <= (today - customer.birth_date).days // 365.25 <= 80
            assert customer.created_at <= club.now
        assert all(sold.created_at <= club.now for sold in session.scalars(select(Membership)))
        assert all(card.issued_at <= club.now for card in session.scalars(select(Card)))
        organization = session.scalars(select(Organization)).one()
        assert organization.demo
        states = set(session.scalars(select(Customer.state)))
        assert states == set(CustomerState)


def test_everybody_has_the_shipped_portrait_of_their_name(club: Club) -> None:
    with club.database.readers() as session:
        rows = session.execute(
            select(Customer, CustomerPhoto).join(
                CustomerPhoto, CustomerPhoto.customer_id == Customer.id
            )
        )
        stored = {
            f"{customer.given_name} {customer.family_name}": (
                customer.photo_tag,
                Photo(photo.mime, photo.tag, photo.data),
            )
            for customer, photo in rows
        }
    shipped = {
        person.name: checked_photo(resources.path(f"demo/portraits/{person.slug}.jpg").read_bytes())
        for person in PEOPLE
    }
    assert stored == {name: (photo.tag, photo) for name, photo in shipped.items()}


@pytest.mark.parametrize("club", CASES[:1], indirect=True, ids=" ".join, scope="module")
def test_codes_are_the_random_sources_own(club: Club, databases: Databases, tmp_path: Path) -> None:
    database = open_database(databases.new(SQLITE, tmp_path))
    other = seed(database, club.now, seed_number=2)
    database.engine.dispose()
    both = zip(club.deck.cards, other.cards, strict=True)
    cards = [(one, two) for one, two in both if one.format == "QRCode"]
    assert all(one.name == two.name and one.code != two.code for one, two in cards)


def test_wallets_can_hold_every_card_and_one_was_replaced(club: Club) -> None:
    with club.database.readers() as session:
        assert session.scalars(select(CardDesign.key)).all() == ["member"]
        cards = session.scalars(select(Card)).all()
        wallets = {each.card_id: each for each in session.scalars(select(CardWallet))}
    assert {each.id for each in cards} == set(wallets)
    replaced = [each.replaces for each in wallets.values() if each.replaces is not None]
    assert replaced == [each.id for each in cards if each.revoked_at is not None]


def test_a_second_demo_club_is_refused(club: Club) -> None:
    with pytest.raises(IntegrityError):
        seed(club.database, club.now)
    with club.database.readers() as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == len(PEOPLE)


def test_the_deck_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "demo-deck.json"
    path.write_text("what was there before")
    deck = Deck("Seeclub", (DeckCard("MC1", "Sørensen"), DeckCard("C-000001", "Fob", "Code128")))
    deck.write_deck(path)
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "title": "Seeclub",
        "cards": [
            {"code": "MC1", "name": "Sørensen", "format": "QRCode"},
            {"code": "C-000001", "name": "Fob", "format": "Code128"},
        ],
    }
    assert [each.name for each in tmp_path.iterdir()] == ["demo-deck.json"]


def test_a_deck_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        Deck("Seeclub", ()).write_deck(tmp_path / "nowhere" / "demo-deck.json")
