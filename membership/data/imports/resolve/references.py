"""Resolves references of lines to customers and companies, loaded for a batch at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api_client.messages.scan import PermissionView
from membership.base.folding import fold
from membership.data.imports.batch import Batch
from membership.data.imports.bulk import chunks
from membership.data.imports.parse import cells
from membership.members.customers.aliases import resolve_addresses, resolve_all, resolve_numbers
from membership.members.customers.former_numbers import former_key
from membership.members.customers.service import email_key
from membership.members.plans.permissions import permissions_of
from membership.store.models import Company, Customer, FormerNumber, Plan

Named = UUID | str


class CustomerReferences:
    """Customers by id, number, former number or email address."""

    def __init__(self, batch: Batch, wanted: Iterable[Named]) -> None:
        self._batch = batch
        wanted = set(wanted)
        keys = {_customer_key(each) for each in wanted}
        ids = {key for key in keys if isinstance(key, UUID)}
        numbers = {key for key in keys if isinstance(key, int)}
        emails = {key for key in keys if isinstance(key, str)}
        self._found: dict[Any, set[UUID]] = defaultdict(set)
        self._former: dict[str, set[UUID]] = defaultdict(set)
        self._load_former({former_key(each) for each in wanted if isinstance(each, str)})
        self._load(Customer.id, ids)
        self._load(Customer.number, numbers)
        self._load(Customer.email_key, emails)
        here = (batch.session, batch.tenant.id)
        self._found |= {old: {who} for old, who in resolve_all(*here, ids).items()}
        self._found |= {old: {who} for old, who in resolve_numbers(*here, numbers).items()}
        for old, who in resolve_addresses(*here, emails - self._found.keys()):
            self._found[old].add(who)

    def find(self, named: Named) -> UUID:
        """The id of a customer. Raises ValueError, also for a number that is a former one of
        somebody else.
        """
        found = self._found.get(_customer_key(named), set())
        if isinstance(named, str):
            found = found | self._former.get(former_key(named), set())
        return _one(found, "customer")

    def _load_former(self, keys: set[str]) -> None:
        """Load customers by former numbers."""
        for some in chunks(keys):
            rows = self._batch.session.execute(
                select(FormerNumber.key, FormerNumber.customer_id).where(
                    FormerNumber.organization_id == self._batch.tenant.id,
                    FormerNumber.key.in_(some),
                )
            )
            for key, who in rows:
                self._former[key].add(who)

    def _load(self, column: Any, wanted: set[Any]) -> None:
        """Load customers by a column, without erased ones."""
        for some in chunks(wanted):
            rows = self._batch.session.execute(
                select(column, Customer.id).where(
                    Customer.organization_id == self._batch.tenant.id,
                    column.in_(some),
                    Customer.erased_at.is_(None),
                )
            )
            for key, who in rows:
                self._found[key].add(who)


class CompanyReferences:
    """Companies by id or name."""

    def __init__(self, batch: Batch, wanted: Iterable[Named]) -> None:
        self._found: dict[Any, set[UUID]] = defaultdict(set)
        self._archived: set[UUID] = set()
        names = set(wanted)
        for column, some in (
            (Company.id, {each for each in names if isinstance(each, UUID)}),
            (Company.name, {each for each in names if isinstance(each, str)}),
        ):
            self._load(batch, column, some)
        missing = {
            _folded(each) for each in names if isinstance(each, str) and each not in self._found
        }
        if missing:
            self._load_folded(batch, missing)

    def find(self, named: Named) -> UUID:
        """The id of a company that is not archived. Raises ValueError."""
        key = named if named in self._found or isinstance(named, UUID) else _folded(named)
        found = _one(self._found.get(key, set()), "company")
        if found in self._archived:
            raise ValueError("this company is archived and takes nothing new")
        return found

    def _load(self, batch: Batch, column: Any, wanted: set[Any]) -> None:
        """Load companies by a column."""
        for some in chunks(wanted):
            rows = batch.session.execute(
                select(column, Company.id, Company.archived_at).where(
                    Company.organization_id == batch.tenant.id, column.in_(some)
                )
            )
            for key, company, archived_at in rows:
                self._found[key].add(company)
                if archived_at is not None:
                    self._archived.add(company)

    def _load_folded(self, batch: Batch, missing: set[str]) -> None:
        """Load companies by names that are written otherwise. Archived ones are left out."""
        rows = batch.session.execute(
            select(Company.name, Company.id).where(
                Company.organization_id == batch.tenant.id, Company.archived_at.is_(None)
            )
        )
        for name, company in rows:
            if (key := _folded(name)) in missing:
                self._found[key].add(company)


class PlanReferences:
    """The organization's plans, by id, name, and name without regard to capitals and accents."""

    def __init__(self, batch: Batch) -> None:
        rows = batch.session.scalars(
            select(Plan).where(Plan.organization_id == batch.tenant.id).order_by(Plan.created_at)
        ).all()
        self._by_id = {plan.id: plan for plan in rows}
        self._by_name: dict[str, list[Plan]] = defaultdict(list)
        for plan in rows:
            for key in {plan.name, _folded(plan.name)}:
                self._by_name[key].append(plan)
        carried: dict[UUID, tuple[PermissionView, ...]] = dict(
            permissions_of(batch.session, batch.tenant.id, list(self._by_id))
        )
        self._permissions = {
            plan: [[each.key, each.label] for each in labels] for plan, labels in carried.items()
        }

    def find(self, named: Named) -> tuple[Plan, list[list[str]]]:
        """A plan that is not archived, with its permissions. Raises ValueError."""
        plan = self._by_id.get(named) if isinstance(named, UUID) else self._named(named)
        if plan is None:
            raise ValueError("there is no such plan")
        if plan.archived_at is not None:
            raise ValueError(f"the plan {plan.name} is archived and not sold anymore")
        return plan, self._permissions.get(plan.id, [])

    def _named(self, name: str) -> Plan | None:
        """The only plan of a name that is not archived. Raises ValueError for several."""
        plans = [each for each in self._by_name.get(name, []) if each.name == name]
        plans = plans or self._by_name.get(_folded(name), [])
        sold = [plan for plan in plans if plan.archived_at is None]
        if len(sold) > 1:
            raise ValueError(f"{len(sold)} plans are called {name}; use the id")
        return sold[0] if sold else next(iter(plans), None)


def _folded(name: str) -> str:
    """A name in the form that is compared where it is not found as it is written."""
    return " ".join(fold(name).split())


def _customer_key(named: Named) -> UUID | int | str | None:
    """The key of a reference to a customer: id, number, or address in comparable form."""
    if isinstance(named, UUID):
        return named
    if "@" in named:
        return email_key(named)
    try:
        return cells.number(named)
    except ValueError:
        return None


def _one(found: set[UUID], what: str) -> UUID:
    """The only element. Raises ValueError if there is none, or more."""
    if not found:
        raise ValueError(f"there is no such {what}")
    if len(found) > 1:
        raise ValueError(f"{len(found)} of this name; use the id")
    return next(iter(found))
