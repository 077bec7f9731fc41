"""Writes lines of companies: matched by name, with the email domains that link customers."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from membership.data.imports.batch import Batch, Item
from membership.data.imports.bulk import Row, chunks, insert_rows
from membership.data.imports.parse.columns import Values
from membership.data.imports.resolve.tried import Tried
from membership.data.imports.schemas import LineOutcome, OnDuplicate
from membership.data.imports.write.inserts import insert_links
from membership.events.types import EventType
from membership.members.companies.linking import hold_domains
from membership.members.companies.mail_domains import is_public_here
from membership.members.companies.schemas import MAX_DOMAINS, CompanyChange
from membership.members.companies.service import change_company
from membership.store.models import Company, CompanyDomain, Customer, LinkSource
from membership.store.models.companies import searchable

_COMPANY = (
    "organization_id",
    "id",
    "name",
    "billing_name",
    "billing_email",
    "seat_cap",
    "search_text",
    "created_at",
)


def write_companies(batch: Batch) -> None:
    """Write the companies of a batch, and set the result of each line."""
    handler = _Handler(batch)
    for item in batch.valid_items():
        handler.add(item)
    handler.write()


class _Handler:
    """One batch of companies."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._tried = Tried(batch)
        self._untrue: set[UUID] = set()
        if any("email_domains" in (item.values or {}) for item in batch.valid_items()):
            hold_domains(batch.session, batch.tenant.id, to_change=True)
        values = [item.values or {} for item in batch.valid_items()]
        self._names = self._load_names({each["name"] for each in values})
        wanted = {domain for each in values for domain in each.get("email_domains", ())}
        self._domains = self._load_domains(wanted)
        self._fresh: dict[UUID, Item] = {}
        self._kept: dict[str, tuple[int, list[list[Any]]]] = {}
        self._tried.load({*self._names.values()})

    def add(self, item: Item) -> None:
        """Decide whether a line is created, changed, skipped or refused; changes are written."""
        values = item.values or {}
        action = self._batch.duplicates.action
        known = None if action is OnDuplicate.CREATE else self._names.get(values["name"])
        foreign = [
            domain
            for domain in values.get("email_domains", ())
            if self._domains.get(domain, known) != known
            or (known is None and domain in self._domains)
        ]
        if known is not None and action is OnDuplicate.SKIP:
            item.record_result(LineOutcome.SKIPPED, self._shown(known), "name: is there already")
        elif public := self._public(values, known):
            item.refuse(f"email_domains: {public} is a public mail provider")
        elif foreign:
            item.refuse(f"email_domains: another company has the domain {foreign[0]}")
        elif known is not None:
            self._change(item, values, known)
        else:
            self._create(item, values)

    def _public(self, values: Values, known: UUID | None) -> str | None:
        """Return the first new domain in which anybody can have an address."""
        for domain in values.get("email_domains", ()):
            has_it = known is not None and self._domains.get(domain) == known
            if not has_it and is_public_here(self._batch.session, domain):
                return str(domain)
        return None

    def write(self) -> None:
        """Write the new rows; a dry run stores keys only."""
        if self._batch.dry_run:
            self._batch.store_people(self._kept)
            self._tried.store()
        else:
            self._flush()

    def _create(self, item: Item, values: Values) -> None:
        """Create a company; in a dry run with an id that no row has."""
        company = uuid4()
        if self._batch.dry_run:
            self._untrue.add(company)
        else:
            self._fresh[company] = item
        self._names.setdefault(values["name"], company)
        self._keep(f"company\n{values['name']}", company, item)
        self._tried.set(company, _fields(values), item.line)
        for domain in values.get("email_domains", ()):
            self._domains[domain] = company
            self._keep(f"domain\n{domain}", company, item)
        item.record_result(LineOutcome.CREATED, self._shown(company))

    def _change(self, item: Item, values: Values, company: UUID) -> None:
        """Change an existing company."""
        self._flush()
        here = (self._batch.tenant.id, company)
        row = None if company in self._untrue else self._batch.session.get_one(Company, here)
        wanted = _fields(values)
        fields = [
            name
            for name, value in wanted.items()
            if self._tried.differs(company, name, value, getattr(row, name, None))
        ]
        new = [
            each for each in values.get("email_domains", ()) if self._domains.get(each) != company
        ]
        owned = tuple(self._domains_of(company)) if new else ()
        if len(owned) + len(new) > MAX_DOMAINS:
            item.refuse(f"email_domains: the company would have more than {MAX_DOMAINS}")
            return
        self._domains |= dict.fromkeys(new, company)
        for domain in new:
            self._keep(f"domain\n{domain}", company, item)
        self._tried.set(company, wanted, item.line)
        if new:
            wanted["email_domains"] = (*owned, *new)
            fields.append("email_domains")
        if fields and not self._batch.dry_run:
            change = CompanyChange(**wanted)
            tenant, now = self._batch.tenant, self._batch.now
            change_company(self._batch.session, tenant, company, change, now)
        outcome = LineOutcome.UPDATED if fields else LineOutcome.UNCHANGED
        item.record_result(outcome, self._shown(company), ", ".join(fields))

    def _shown(self, company: UUID) -> UUID | None:
        """The id of a company for the report; None for one of a dry run."""
        return None if company in self._untrue else company

    def _keep(self, key: str, company: UUID, item: Item) -> None:
        """Keep a name or domain of a company, for the batches of a dry run after this one."""
        self._kept.setdefault(key, (item.line, [[str(company), company in self._untrue]]))

    def _flush(self) -> None:
        """Write the new companies so far, and link the customers of their domains."""
        fresh, self._fresh = self._fresh, {}
        if not fresh:
            return
        batch, connection = self._batch, self._batch.session.connection()
        organization_id = batch.tenant.id
        companies: list[Row] = []
        domains: dict[str, UUID] = {}
        for company, item in fresh.items():
            get = (item.values or {}).get
            billing = (get("billing_name"), get("billing_email"), get("seat_cap"))
            name = get("name", "")
            words = searchable(name)
            companies.append((organization_id, company, name, *billing, words, batch.now))
            domains |= dict.fromkeys(get("email_domains") or (), company)
        insert_rows(connection, Company, _COMPANY, companies)
        insert_rows(
            connection,
            CompanyDomain,
            ("organization_id", "domain", "company_id"),
            [(organization_id, domain, company) for domain, company in domains.items()],
        )
        self._link(domains)
        batch.emit(EventType.COMPANY_CREATED, lambda each: (each, {"company_id": str(each)}), fresh)

    def _link(self, domains: dict[str, UUID]) -> None:
        """Link the customers who have an address in a new company's domain."""
        for some in chunks(domains):
            rows = self._batch.session.execute(
                select(Customer.id, Customer.email_domain).where(
                    Customer.organization_id == self._batch.tenant.id,
                    Customer.email_domain.in_(some),
                )
            )
            # A customer has one domain, so that no link is created twice.
            links = [(uuid4(), domains[str(domain)], who, "") for who, domain in rows]
            insert_links(self._batch, links, LinkSource.EMAIL_DOMAIN)

    def _load_names(self, names: Iterable[str]) -> dict[str, UUID]:
        """Companies by name, the oldest of each name."""
        found: dict[str, UUID] = {}
        for some in chunks(names):
            rows = self._batch.session.execute(
                select(Company.name, Company.id)
                .where(Company.organization_id == self._batch.tenant.id, Company.name.in_(some))
                .order_by(Company.created_at, Company.id)
            )
            for name, company in rows:
                found.setdefault(name, company)
        for name, company in self._earlier("company", names).items():
            found.setdefault(name, company)
        return found

    def _earlier(self, what: str, values: Iterable[str]) -> dict[str, UUID]:
        """Companies that earlier batches of a dry run kept under names or domains."""
        keys = {f"{what}\n{value}": value for value in values}
        found: dict[str, UUID] = {}
        for key, ((company, is_untrue),) in self._batch.earlier_people(keys).items():
            found[keys[key]] = UUID(company)
            if is_untrue:
                self._untrue.add(UUID(company))
        return found

    def _load_domains(self, domains: Iterable[str]) -> dict[str, UUID]:
        """Companies by domain."""
        found = self._earlier("domain", domains)
        for some in chunks(domains):
            rows = self._batch.session.execute(
                select(CompanyDomain.domain, CompanyDomain.company_id).where(
                    CompanyDomain.organization_id == self._batch.tenant.id,
                    CompanyDomain.domain.in_(some),
                )
            )
            found |= {row.domain: row.company_id for row in rows}
        return found

    def _domains_of(self, company: UUID) -> Iterable[str]:
        """The domains that a company has."""
        return self._batch.session.scalars(
            select(CompanyDomain.domain)
            .where(
                CompanyDomain.organization_id == self._batch.tenant.id,
                CompanyDomain.company_id == company,
            )
            .order_by(CompanyDomain.domain)
        ).all()


def _fields(values: Values) -> dict[str, Any]:
    """The values that are stored with the company itself."""
    return {name: each for name, each in values.items() if name != "email_domains"}
