"""A club's own export, imported again: the same club, families included."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from membership.accounts.organizations import bootstrap_organization
from membership.commands.import_ import run, upload
from membership.data.exports.service import ExportKind, export_lines
from membership.data.imports.schemas import Duplicates, ImportView, NewImport, OnDuplicate
from membership.members.customers.schemas import NewCustomer
from membership.members.customers.service import create_customer
from membership.members.plans.schemas import NewPlan
from membership.members.plans.service import create_plan
from membership.store.database import Database, open_database
from membership.store.models import Card, ImportKind, ImportState
from membership.web.access import Tenant
from tests.generated import examples
from tests.membership.conftest import Databases
from tests.membership.data.imports.test_resuming import now
from tests.membership.support import arranging

_TEXT = st.sampled_from(["", "Locker 7", "=1+1", "'t", "two\nlines", "a;b", '"quoted"', "ß", "-"])
_CODE = st.sampled_from(["00123", "'00123", "=FOB 1", "FOB, 2", "5901234123457", "126.0", 'a"b'])


@dataclass(frozen=True)
class Member:
    """A member of a family, by what tells them apart."""

    given: str
    born: date | None
    note: str
    codes: tuple[str, ...]
    has_plan: bool


_MEMBER = st.builds(
    Member,
    given=st.sampled_from(["Anna", "Lars", "anna", "Änna", "O'Brien", "'t Hooft"]),
    born=st.sampled_from([None, date(1950, 1, 1), date(1984, 2, 29)]),
    note=_TEXT,
    codes=st.lists(_CODE, max_size=3, unique=True).map(tuple),
    has_plan=st.booleans(),
)
_FAMILY = st.tuples(
    st.sampled_from(["Berg", "", "Ünal"]),
    st.sampled_from(["home@berg.example", "x@y.example", None]),
    st.sampled_from(["+49301234567", None]),
    st.lists(_MEMBER, min_size=1, max_size=5),
)
_CLUB = st.lists(_FAMILY, min_size=1, max_size=3)


@pytest.fixture(scope="module")
def database(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database for all examples."""
    opened = open_database(databases.new(backend, tmp_path_factory.mktemp("trip")))
    yield opened
    opened.engine.dispose()


@settings(
    max_examples=examples(20),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(_CLUB, st.sampled_from([OnDuplicate.SKIP, OnDuplicate.UPDATE]))
def test_an_export_imported_again_is_the_same_club(
    database: Database,
    families: list[tuple[str, str | None, str | None, list[Member]]],
    action: OnDuplicate,
) -> None:
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
    assert ended.counts.created == ended.lines_done
    assert _rows(_export(database, other, ExportKind.CUSTOMERS)) == _rows(customers)
    assert _rows(_export(database, other, ExportKind.MEMBERSHIPS)) == _rows(sold)
    # Into the same club: nobody is created, changed or refused.
    ended = _import(database, club, ImportKind.CUSTOMERS, customers, action)
    assert (ended.counts.skipped or ended.counts.unchanged) == count
    ended = _import(database, club, ImportKind.MEMBERSHIPS, sold, OnDuplicate.SKIP)
    assert ended.counts.created == ended.counts.refused == 0
    assert _rows(_export(database, club, ExportKind.CUSTOMERS)) == _rows(customers)
    assert _rows(_export(database, club, ExportKind.MEMBERSHIPS)) == _rows(sold)


def _organization(database: Database) -> Tenant:
    """A club with a plan."""
    with arranging(database) as session:
        tenant = bootstrap_organization(
            session, name="C", slug=uuid4().hex, time_zone="Europe/Berlin", currency="EUR",
            now=now(),
        )  # fmt: skip
        create_plan(session, tenant, NewPlan(name="Gold"), now())
    return tenant


def _fill(
    database: Database,
    tenant: Tenant,
    families: list[tuple[str, str | None, str | None, list[Member]]],
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
                )  # fmt: skip
                customer = create_customer(session, tenant, new, now())
                for code in set(each.codes) - taken:
                    session.add(_card(tenant, customer.id, code))
                taken.update(each.codes)
                if each.has_plan:
                    lines.append(f"Gold,C-{customer.number:06},2027-01-05")
    _import(database, tenant, ImportKind.MEMBERSHIPS, "\n".join(lines), OnDuplicate.SKIP)


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
