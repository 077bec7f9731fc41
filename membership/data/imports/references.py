"""What lines name by other means than an id: customers, companies and plans, found at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from membership.data.imports import checks
from membership.data.imports.batch import Batch
from membership.data.imports.bulk import pieces
from membership.members.customers.service import email_key
from membership.store.models import Company, Customer, CustomerAlias

Named = UUID | str


class Customers:
    """Customers by id, number or email address."""

    def __init__(self, batch: Batch, wanted: Iterable[Named]) -> None:
        self._batch = batch
        keys = {_customer_key(each) for each in wanted}
        ids = {key for key in keys if isinstance(key, UUID)}
        numbers = {key for key in keys if isinstance(key, int)}
        emails = {key for key in keys if isinstance(key, str)}
        self._found: dict[Any, set[UUID]] = defaultdict(set)
        self._load(Customer.id, ids)
        self._load(Customer.number, numbers)
        self._load(Customer.email_key, emails)
        self._load_merged(CustomerAlias.old_id, ids)
        self._load_merged(CustomerAlias.old_number, numbers)

    def find(self, named: Named) -> UUID:
        """The id of a customer. Raises ValueError."""
        return _one(self._found.get(_customer_key(named), set()), "customer")

    def _load(self, column: Any, wanted: set[Any]) -> None:
        """Look for customers by a column; those who were erased are nobody's anymore."""
        for some in pieces(wanted):
            rows = self._batch.session.execute(
                select(column, Customer.id).where(
                    Customer.organization_id == self._batch.tenant.id,
                    column.in_(some),
                    Customer.erased_at.is_(None),
                )
            )
            for key, who in rows:
                self._found[key].add(who)

    def _load_merged(self, column: Any, wanted: set[Any]) -> None:
        """Look for customers by what they had before they were merged."""
        for some in pieces(wanted):
            rows = self._batch.session.execute(
                select(column, CustomerAlias.customer_id).where(
                    CustomerAlias.organization_id == self._batch.tenant.id, column.in_(some)
                )
            )
            for key, who in rows:
                self._found[key] = {who}


class Companies:
    """Companies by id or name; archived ones take nothing new."""

    def __init__(self, batch: Batch, wanted: Iterable[Named]) -> None:
        self._found: dict[Any, set[UUID]] = defaultdict(set)
        self._archived: set[UUID] = set()
        names = set(wanted)
        for column, some in (
            (Company.id, {each for each in names if isinstance(each, UUID)}),
            (Company.name, {each for each in names if isinstance(each, str)}),
        ):
            self._load(batch, column, some)

    def find(self, named: Named) -> UUID:
        """The id of a company that takes new things. Raises ValueError."""
        found = _one(self._found.get(named, set()), "company")
        if found in self._archived:
            raise ValueError("this company is archived and takes nothing new")
        return found

    def _load(self, batch: Batch, column: Any, wanted: set[Any]) -> None:
        """Look for companies by a column."""
        for some in pieces(wanted):
            rows = batch.session.execute(
                select(column, Company.id, Company.archived_at).where(
                    Company.organization_id == batch.tenant.id, column.in_(some)
                )
            )
            for key, company, archived_at in rows:
                self._found[key].add(company)
                if archived_at is not None:
                    self._archived.add(company)


def _customer_key(named: Named) -> UUID | int | str | None:
    """By what a customer is looked for: id, number, or address as it is compared."""
    if isinstance(named, UUID):
        return named
    if "@" in named:
        return email_key(named)
    try:
        return checks.number(named)
    except ValueError:
        return None


def _one(found: set[UUID], what: str) -> UUID:
    """The only one. Raises ValueError if there is none, or more."""
    if not found:
        raise ValueError(f"there is no such {what}")
    if len(found) > 1:
        raise ValueError(f"{len(found)} of this name; use the id")
    return next(iter(found))
