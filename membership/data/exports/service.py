"""The contents of exports: one query for each kind, read row by row in one snapshot."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ScalarSelect,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from membership.data.exports.cells import code_cells
from membership.data.exports.lines import AT_ONCE, CsvLines, use_snapshot
from membership.members.memberships.entitlements import last_day_of
from membership.members.memberships.past_periods import periods_of
from membership.rules.instants import local_day
from membership.store.database import AnyRow, Database
from membership.store.models import (
    Card,
    CardWallet,
    Company,
    CompanyDomain,
    CompanyLink,
    Customer,
    CustomerAlias,
    Membership,
    Visit,
)
from membership.store.wallet_joins import CARD_OF_WALLET
from membership.web.access import Tenant


class ExportKind(StrEnum):
    """What can be exported."""

    CUSTOMERS = "customers"
    COMPANIES = "companies"
    LINKS = "links"
    MEMBERSHIPS = "memberships"
    VISITS = "visits"


Convert = Callable[[Any], Any]


class _Export:
    """A kind of export: its query, and its columns by name with their values of a row."""

    def __init__(self, query: Select[*tuple[Any, ...]], columns: dict[str, Convert]) -> None:
        self.query, self.columns = query, columns


def export_lines(
    database: Database, tenant: Tenant, kind: ExportKind, *, bom: bool
) -> Iterator[bytes]:
    """The lines of an export, the header first; holds a connection while it is iterated."""
    export = _EXPORTS[kind](tenant)
    lines = CsvLines()
    with database.readers.begin() as session:
        use_snapshot(session)
        yield lines.header(export.columns, bom=bom)
        at_once = {"yield_per": AT_ONCE}
        rows = session.connection().execute(export.query, execution_options=at_once)
        for some in rows.partitions():
            yield lines.of([convert(row) for convert in export.columns.values()] for row in some)


_GOOD_CARD = and_(
    Card.organization_id == Customer.organization_id,
    Card.customer_id == Customer.id,
    Card.revoked_at.is_(None),
)


def _newest_card(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """A column of the customer's newest good card whose static code was handed out.

    A card that was only shown by changing codes has none that proves anything, and whoever read
    one back would make it a card.
    """
    card = aliased(Card)
    in_wallet = exists().where(
        CardWallet.organization_id == card.organization_id, CardWallet.card_id == card.id
    )
    return (
        select(getattr(card, column.key))
        .where(
            card.organization_id == Customer.organization_id,
            card.customer_id == Customer.id,
            card.revoked_at.is_(None),
            or_(card.static_since.is_not(None), ~in_wallet),
        )
        .order_by(card.issued_at.desc(), card.id)
        .limit(1)
        .correlate(Customer)
        .scalar_subquery()
    )


def _customers(tenant: Tenant) -> _Export:
    newest = _newest_card(Card.code).label("card_code")
    # Cards without a wallet: those of other makers, and printed ones.
    in_wallet = exists().where(CARD_OF_WALLET).correlate(Card)
    others = (
        select(func.aggregate_strings(Card.code, "\n"))
        .where(_GOOD_CARD, Card.id != _newest_card(Card.id), ~in_wallet)
        .correlate(Customer)
        .scalar_subquery()
        .label("other_card_codes")
    )
    emails = _former(CustomerAlias.email, CustomerAlias.email_key, Customer.email_key)
    phones = _former(CustomerAlias.phone, CustomerAlias.phone, Customer.phone)
    merged = (
        select(func.aggregate_strings(cast(CustomerAlias.old_number, String), "\n"))
        .where(
            CustomerAlias.organization_id == Customer.organization_id,
            CustomerAlias.customer_id == Customer.id,
            CustomerAlias.old_number.is_not(None),
        )
        .correlate(Customer)
        .scalar_subquery()
    )
    names = (
        "given_name",
        "family_name",
        "email",
        "phone",
        "birth_date",
        "language",
        "state",
        "desk_note",
    )
    query = (
        select(
            Customer.number,
            *(getattr(Customer, name) for name in names),
            newest,
            others,
            Customer.former_numbers,
            merged.label("merged_numbers"),
            emails.label("former_emails"),
            phones.label("former_phones"),
        )
        .where(Customer.organization_id == tenant.id, Customer.erased_at.is_(None))
        .order_by(Customer.number)
    )
    columns: dict[str, Convert] = {"number": lambda row: f"C-{row.number:06}"}
    cards: dict[str, Convert] = {
        "card_code": lambda row: code_cells(row.card_code),
        "other_card_codes": lambda row: code_cells(row.other_card_codes),
        "former_numbers": lambda row: code_cells(row.former_numbers),
        "merged_numbers": lambda row: _numbers_cell(row.merged_numbers),
        "former_emails": lambda row: code_cells(_sorted(row.former_emails)),
        "former_phones": lambda row: _phones_cell(_sorted(row.former_phones)),
    }
    # The import takes an apostrophe before an address for a mark, so that one of its own needs one.
    email: dict[str, Convert] = {"email": lambda row: code_cells(row.email)}
    return _Export(query, columns | _plain(*names) | email | cards)


def _former(
    column: InstrumentedAttribute[Any], key: InstrumentedAttribute[Any], own: Any
) -> ScalarSelect[Any]:
    """The former addresses or telephones that lead to a customer, as nobody has them now."""
    other = aliased(Customer)
    is_somebodys = exists().where(
        other.organization_id == CustomerAlias.organization_id, getattr(other, own.key) == key
    )
    return (
        select(func.aggregate_strings(column, "\n"))
        .where(
            CustomerAlias.organization_id == Customer.organization_id,
            CustomerAlias.customer_id == Customer.id,
            key.is_not(None),
            ~is_somebodys,
        )
        .correlate(Customer)
        .scalar_subquery()
    )


def _sorted(found: str | None) -> str | None:
    """Former addresses, one a line: each once, in an order of their own."""
    if found is None:
        return None
    once = {each.lower(): each for each in sorted(found.split("\n"), reverse=True)}
    return "\n".join(sorted(once.values()))


def _numbers_cell(found: str | None) -> str | None:
    """The cell of numbers of merged customers, the lowest first."""
    numbers = sorted(map(int, (found or "").split()))
    return "\n".join(f"C-{each:06}" for each in numbers) or None


def _phones_cell(found: str | None) -> str | None:
    """The cell of telephones: one as it is; of several a spreadsheet would make a sum."""
    return code_cells(found) if found is not None and "\n" in found else found


def _companies(tenant: Tenant) -> _Export:
    domains = (
        select(func.aggregate_strings(CompanyDomain.domain, " "))
        .where(
            CompanyDomain.organization_id == Company.organization_id,
            CompanyDomain.company_id == Company.id,
        )
        .correlate(Company)
        .scalar_subquery()
        .label("email_domains")
    )
    names = ("name", "billing_name", "billing_email", "seat_cap")
    query = (
        select(*(getattr(Company, name) for name in names), domains)
        .where(Company.organization_id == tenant.id, Company.archived_at.is_(None))
        .order_by(Company.name, Company.id)
    )
    return _Export(query, _plain(*names, "email_domains"))


def _links(tenant: Tenant) -> _Export:
    company = and_(
        Company.organization_id == CompanyLink.organization_id,
        Company.id == CompanyLink.company_id,
    )
    customer = and_(
        Customer.organization_id == CompanyLink.organization_id,
        Customer.id == CompanyLink.customer_id,
    )
    query = (
        select(Company.name.label("company"), Customer.number, CompanyLink.role)
        .select_from(CompanyLink)
        .join(Company, company)
        .join(Customer, customer)
        .where(CompanyLink.organization_id == tenant.id, CompanyLink.valid_until.is_(None))
        .order_by(CompanyLink.id)
    )
    columns: dict[str, Convert] = {
        "company": lambda row: row.company,
        "customer": lambda row: f"C-{row.number:06}",
        "role": lambda row: row.role,
    }
    return _Export(query, columns)


def _memberships(tenant: Tenant) -> _Export:
    customer = and_(
        Customer.organization_id == Membership.organization_id,
        Customer.id == Membership.customer_id,
    )
    company = and_(
        Company.organization_id == Membership.organization_id,
        Company.id == Membership.company_id,
    )
    query = (
        select(
            Membership.plan_name.label("plan"),
            Customer.number,
            Company.name.label("company"),
            Membership.starts_at,
            Membership.last_day,
            Membership.ends_at,
            Membership.ended_early_at,
            Membership.ended_for_good,
            Membership.time_zone,
            Membership.payment_overdue_since,
            Membership.former_periods,
        )
        .select_from(Membership)
        .outerjoin(Customer, customer)
        .outerjoin(Company, company)
        .where(Membership.organization_id == tenant.id)
        .order_by(Membership.id)
    )
    columns: dict[str, Convert] = {
        "plan": lambda row: row.plan,
        "customer": lambda row: None if row.number is None else f"C-{row.number:06}",
        "company": lambda row: row.company,
        "starts_on": lambda row: local_day(row.starts_at, ZoneInfo(row.time_zone)),
        "last_day": last_day_of,
        "payment_overdue": lambda row: row.payment_overdue_since is not None,
        "former_periods": _former_periods,
    }
    return _Export(query, columns)


def _former_periods(row: AnyRow) -> str | None:
    """Return the first and last days of former periods, such as ``2026-01-01/2026-12-31``."""
    former = periods_of(row)[:-1]
    days = [f"{each.first_day}/{each.last_day}" for each in former if each.last_day is not None]
    return " ".join(days) or None


def _visits(tenant: Tenant) -> _Export:
    customer = and_(
        Customer.organization_id == Visit.organization_id, Customer.id == Visit.customer_id
    )
    names = ("id", "at", "desk", "method", "outcome", "undone_at")
    query = (
        select(*(getattr(Visit, name) for name in names), Customer.number)
        .select_from(Visit)
        .join(Customer, customer)
        .where(Visit.organization_id == tenant.id)
        .order_by(Visit.id)
    )
    columns: dict[str, Convert] = {"customer": lambda row: f"C-{row.number:06}"}
    return _Export(query, _plain(*names) | columns)


def _plain(*names: str) -> dict[str, Convert]:
    """Columns that show the row's value of the same name."""

    def shown(name: str) -> Convert:
        return lambda row: getattr(row, name)

    return {name: shown(name) for name in names}


_EXPORTS: dict[ExportKind, Callable[[Tenant], _Export]] = {
    ExportKind.CUSTOMERS: _customers,
    ExportKind.COMPANIES: _companies,
    ExportKind.LINKS: _links,
    ExportKind.MEMBERSHIPS: _memberships,
    ExportKind.VISITS: _visits,
}
