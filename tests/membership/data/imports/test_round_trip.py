"""A club's own export, imported again: the same club, families included."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.management import IntervalUnit
from membership.accounts.organizations import bootstrap_organization
from membership.commands.import_ import run, upload
from membership.data.exports.service import ExportKind, export_lines
from membership.data.imports.schemas import Duplicates, ImportView, NewImport, OnDuplicate
from membership.members.customers.merge import merge
from membership.members.customers.schemas import NewCustomer
from membership.members.customers.service import create_customer
from membership.members.memberships.renewals import renew
from membership.members.memberships.schemas import EarlyEnd, NewMembership, Renewal
from membership.members.memberships.service import assign
from membership.members.memberships.terminations import end_early
from membership.members.plans.schemas import NewInterval, NewPlan
from membership.members.plans.service import create_plan
from membership.store.database import Database, open_database
from membership.store.models import Card, ImportKind, ImportState, Plan
from membership.web.access import Tenant
from tests.generated import examples
from tests.membership.conftest import POSTGRESQL, SQLITE, Databases
from tests.membership.data.imports.test_resuming import now
from tests.membership.support import arranging

_TEXT = st.sampled_from(["", "Locker 7", "=1+1", "'t", "two\nlines", "a;b", '"quoted"', "ß", "-"])
_CODE = st.sampled_from(["00123", "'00123", "=FOB 1", "FOB, 2", "5901234123457", "126.0", 'a"b'])

_FORMER = st.sampled_from(["M-1234", "12/34", "00123", "=7", "'t 7", "126.0", "Nr. 7; alt", "ß 1"])


_ADDRESS = st.tuples(
    st.sampled_from(["home@berg.example", "Old@x.example", "'t@x.example", "+o@x.example", None]),
    st.sampled_from(["+49301234567", "+49307654321", "+4989123456", None]),
)
"""The address and telephone of somebody who was merged into a member."""


@dataclass(frozen=True)
class Member:
    """A member of a family, by what tells them apart, with what those had who were merged."""

    given: str
    born: date | None
    note: str
    codes: tuple[str, ...]
    former: tuple[str, ...]
    merged: tuple[tuple[str | None, str | None], ...]
    sale: str


_MEMBER = st.builds(
    Member,
    given=st.sampled_from(["Anna", "Lars", "anna", "Änna", "O'Brien", "'t Hooft"]),
    born=st.sampled_from([None, date(1950, 1, 1), date(1984, 2, 29)]),
    note=_TEXT,
    codes=st.lists(_CODE, max_size=3, unique=True).map(tuple),
    former=st.lists(_FORMER, max_size=3, unique=True).map(tuple),
    merged=st.lists(_ADDRESS, max_size=2).map(tuple),
    sale=st.sampled_from(["", "imported", "sold", "renewed late", "ended early", "withdrawn"]),
)
_FAMILY = st.tuples(
    st.sampled_from(["Berg", "", "Ünal"]),
    st.sampled_from(["home@berg.example", "x@y.example", None]),
    st.sampled_from(["+49301234567", None]),
    st.lists(_MEMBER, min_size=1, max_size=4),
)
Family = tuple[str, str | None, str | None, list[Member]]
"""Family name, address, telephone and members."""
_CLUB = st.lists(_FAMILY, min_size=1, max_size=2)


@pytest.fixture(scope="module")
def opened(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Database]]:
    """Returns the database of a backend, one for all examples."""
    made: dict[str, Database] = {}

    def database(backend: str) -> Database:
        if backend not in made:
            made[backend] = open_database(databases.new(backend, tmp_path_factory.mktemp("trip")))
        return made[backend]

    yield database
    for each in made.values():
        each.engine.dispose()


_ACTION = st.sampled_from([OnDuplicate.SKIP, OnDuplicate.UPDATE])
_CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(
    max_examples=examples(100, few=10),
    deadline=None,
    derandomize=True,
    suppress_health_check=_CHECKS,
)
@given(_CLUB, _ACTION)
def test_an_export_imported_again_is_the_same_club(
    opened: Callable[[str], Database], families: list[Family], action: OnDuplicate
) -> None:
    _require_same_club(opened(SQLITE), families, action)


@settings(
    max_examples=examples(20, few=2), deadline=None, derandomize=True, suppress_health_check=_CHECKS
)
@given(_CLUB, _ACTION)
def test_an_export_imported_again_is_the_same_club_on_postgresql(
    opened: Callable[[str], Database], families: list[Family], action: OnDuplicate
) -> None:
    _require_same_club(opened(POSTGRESQL), families, action)


def _require_same_club(database: Database, families: list[Family], action: OnDuplicate) -> None:
    """Export a club, and import that into an empty one, and into the same one."""
    club, other = _organization(database), _organization(database)
    _fill(database, club, families)
    customers = _export(database, club, ExportKind.CUSTOMERS)
    sold = _export(database, club, ExportKind.MEMBERSHIPS)
    # Into an empty club: everybody is created.
    count = sum(len(members) for *_, members in families)
    ended = _import(database, other, ImportKind.CUSTOMERS, customers, action)
    assert ended.counts.created == ended.lines_done == count
    assert ended.merged == 0
    ended = _import(database, other, ImportKind.MEMBERSHIPS, sold, OnDuplicate.SKIP)
    # One that was withdrawn before its first day has no period that could be sold.
    withdrawn = sum(each.sale == "withdrawn" for *_, members in families for each in members)
    assert (ended.counts.created, ended.counts.refused) == (ended.lines_done - withdrawn, withdrawn)
    assert _rows(_export(database, other, ExportKind.CUSTOMERS)) == _rows(customers)
    there = _rows(_export(database, other, ExportKind.MEMBERSHIPS))
    assert there == [row for row in _rows(sold) if ("plan", "Trial") not in row]
    # Into the same club: nobody is created, changed or refused.
    ended = _import(database, club, ImportKind.CUSTOMERS, customers, action)
    assert (ended.counts.skipped or ended.counts.unchanged) == count
    ended = _import(database, club, ImportKind.MEMBERSHIPS, sold, OnDuplicate.SKIP)
    assert ended.counts.unchanged == ended.lines_done, ended
    assert _rows(_export(database, club, ExportKind.CUSTOMERS)) == _rows(customers)
    assert _rows(_export(database, club, ExportKind.MEMBERSHIPS)) == _rows(sold)


def _organization(database: Database) -> Tenant:
    """A club with a plan."""
    with arranging(database) as session:
        tenant = bootstrap_organization(
            session, name="C", slug=uuid4().hex, time_zone="Europe/Berlin", currency="EUR",
            now=now(),
        )  # fmt: skip
        month = NewInterval(unit=IntervalUnit.MONTH, count=1)
        for name, length in (("Gold", None), ("Monthly", month), ("Trial", month)):
            create_plan(session, tenant, NewPlan(name=name, length=length), now())
    return tenant


def _fill(
    database: Database,
    tenant: Tenant,
    families: list[Family],
) -> None:
    """Create the members as staff would, with the cards that are not somebody else's yet."""
    taken: set[str] = set()
    lines = ["plan,customer,starts_on"]
    with arranging(database) as session:
        for family, email, phone, members in families:
            for each in members:
                new = NewCustomer(
                    given_name=each.given, family_name=family, email=email, phone=phone,
                    birth_date=each.born, desk_note=each.note,
                    former_numbers=each.former,
                )  # fmt: skip
                customer = create_customer(session, tenant, new, now())
                for old_email, old_phone in each.merged:
                    again = NewCustomer(given_name="Again", email=old_email, phone=old_phone)
                    goes = create_customer(session, tenant, again, now())
                    merge(session, tenant, customer.id, goes.id, now())
                for code in set(each.codes) - taken:
                    session.add(_card(tenant, customer.id, code))
                taken.update(each.codes)
                if each.sale == "imported":
                    lines.append(f"Gold,C-{customer.number:06},2027-01-05")
                elif each.sale:
                    _sell(session, tenant, customer.id, each.sale)
    if len(lines) > 1:
        _import(database, tenant, ImportKind.MEMBERSHIPS, "\n".join(lines), OnDuplicate.SKIP)


def _sell(session: Session, tenant: Tenant, customer_id: UUID, sale: str) -> None:
    """Sell a membership at the desk, now or some time ago, and do with it what ``sale`` says."""
    plans = {plan.name: plan.id for plan in session.scalars(
        select(Plan).where(Plan.organization_id == tenant.id))}  # fmt: skip
    name, days = {
        "sold": ("Gold", 0), "renewed late": ("Monthly", -60), "ended early": ("Gold", -30),
        "withdrawn": ("Trial", 10),
    }[sale]  # fmt: skip
    at = now() + timedelta(days=days)
    new = NewMembership(plan_id=plans[name], customer_id=customer_id, starts_at=at)
    membership = assign(session, tenant, new, now())
    if sale == "renewed late":
        renew(session, tenant, membership.id, Renewal(), now())
    elif sale != "sold":
        end_early(session, tenant, membership.id, EarlyEnd(), now())


def _card(tenant: Tenant, customer_id: object, code: str) -> Card:
    """A card of another maker."""
    return Card(
        organization_id=tenant.id, id=uuid4(), customer_id=customer_id, code=code, label="Fob",
        issued_at=now(), static_since=now(),
    )  # fmt: skip


def _export(database: Database, tenant: Tenant, kind: ExportKind) -> str:
    """An export as text."""
    return b"".join(export_lines(database, tenant, kind, bom=False)).decode()


def _rows(exported: str) -> list[list[tuple[str, str]]]:
    """The lines of an export in an order of their own, the cards of each as one set."""
    found = []
    for row in csv.DictReader(io.StringIO(exported, newline="")):
        cards = [row.pop("card_code", ""), *row.pop("other_card_codes", "").split("\n")]
        plain = sorted(each.removeprefix("'") for each in cards if each)
        found.append([*row.items(), ("cards", "\n".join(plain))])
    return sorted(found)


def _import(
    database: Database, tenant: Tenant, kind: ImportKind, text: str, action: OnDuplicate
) -> ImportView:
    """Import a file to its end."""
    new = NewImport(kind=kind, duplicates=Duplicates(action=action))
    import_id = upload(database, tenant, new, io.BytesIO(text.encode()), clock=now)
    ended = run(database, tenant, import_id, clock=now, progress=lambda _shown: None)
    assert ended.state is ImportState.FINISHED, ended
    return ended
