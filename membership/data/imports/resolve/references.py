"""Resolves references of lines to customers and companies, loaded for a batch at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from membership.data.imports.batch import Batch
from membership.data.imports.bulk import chunks
from membership.data.imports.parse import cells
from membership.members.customers.service import email_key
from membership.store.models import Company, Customer, CustomerAlias

Named = UUID | str


class CustomerReferences:
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

    def _load_merged(self, column: Any, wanted: set[Any]) -> None:
        """Load customers by ids or numbers from before they were merged."""
        for some in chunks(wanted):
            rows = self._batch.session.execute(
                select(column, CustomerAlias.customer_id).where(
                    CustomerAlias.organization_id == self._batch.tenant.id, column.in_(some)
                )
            )
            for key, who in rows:
                self._found[key] = {who}


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

    def find(self, named: Named) -> UUID:
        """The id of a company that is not archived. Raises ValueError."""
        found = _one(self._found.get(named, set()), "company")
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
