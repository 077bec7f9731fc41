"""Writes lines that link customers to companies."""

from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from membership.data.imports.batch import Batch, Item
from membership.data.imports.bulk import chunks
from membership.data.imports.resolve.references import CompanyReferences, CustomerReferences
from membership.data.imports.schemas import LineOutcome, OnDuplicate
from membership.data.imports.write.inserts import insert_links
from membership.members.companies.linking import open_link
from membership.rules.instants import local_day
from membership.store.models import CompanyLink, LinkSource

_Ends = tuple[UUID, UUID]
"""A company and a customer."""
_TAKEN_OUT = "customer: was taken out of this company on {day}; a person can link them again"


def write_links(batch: Batch) -> None:
    """Write the links of a batch, and set the result of each line."""
    ends = _resolve(batch)
    zone = ZoneInfo(batch.tenant.time_zone)
    known, ended = _links(batch, {customer for _, customer in ends.values()})
    keys = {
        f"link\n{company}\n{customer}": (company, customer) for company, customer in ends.values()
    }
    earlier = {keys[key] for key in batch.earlier_keys(keys)}
    fresh: dict[_Ends, tuple[UUID, Item]] = {}
    for item in batch.valid_items():
        pair = ends[item.line]
        role = (item.values or {}).get("role", "")
        if pair in fresh or pair in earlier:
            item.record_result(LineOutcome.SKIPPED, None, "customer: was linked in a line before")
        elif pair in ended and pair not in known:
            day = f"{local_day(ended[pair], zone):%Y-%m-%d}"
            item.record_result(LineOutcome.SKIPPED, None, _TAKEN_OUT.format(day=day))
        elif pair not in known:
            fresh[pair] = (uuid4(), item)
            item.record_result(LineOutcome.CREATED, None if batch.dry_run else fresh[pair][0])
        elif batch.duplicates.action is OnDuplicate.UPDATE and role:
            _set_role(batch, item, pair, role)
        else:
            item.record_result(LineOutcome.SKIPPED, known[pair], "customer: is linked already")
    batch.store_keys({key: fresh[pair][1].line for key, pair in keys.items() if pair in fresh})
    if batch.dry_run:
        return
    new = [
        (link, company, customer, (item.values or {}).get("role", ""))
        for (company, customer), (link, item) in fresh.items()
    ]
    insert_links(batch, new, LinkSource.IMPORT)


def _resolve(batch: Batch) -> dict[int, _Ends]:
    """Resolve both ends of each line; lines with an unknown end are refused."""
    values = [item.values or {} for item in batch.valid_items()]
    companies = CompanyReferences(batch, [each["company"] for each in values])
    customers = CustomerReferences(batch, [each["customer"] for each in values])
    ends: dict[int, _Ends] = {}
    for item in batch.valid_items():
        column = "company"
        named = item.values or {}
        try:
            company = companies.find(named["company"])
            column = "customer"
            ends[item.line] = (company, customers.find(named["customer"]))
        except ValueError as error:
            item.refuse(f"{column}: {error}")
    return ends


def _links(batch: Batch, customers: set[UUID]) -> tuple[dict[_Ends, UUID], dict[_Ends, datetime]]:
    """Return open links of these customers, and when their last ended ones did, by both ends."""
    known: dict[_Ends, UUID] = {}
    ended: dict[_Ends, datetime] = {}
    for some in chunks(customers):
        rows = batch.session.execute(
            select(
                CompanyLink.company_id,
                CompanyLink.customer_id,
                CompanyLink.id,
                CompanyLink.valid_until,
            )
            .where(
                CompanyLink.organization_id == batch.tenant.id, CompanyLink.customer_id.in_(some)
            )
            .order_by(CompanyLink.valid_until)
        )
        for company, customer, link, until in rows:
            if until is None:
                known[company, customer] = link
            else:
                ended[company, customer] = until
    return known, ended


def _set_role(batch: Batch, item: Item, pair: _Ends, role: str) -> None:
    """Change the role of an open link."""
    link = open_link(batch.session, batch.tenant.id, *pair)
    if link is None:
        item.refuse("customer: the link was just ended")
        return
    changed = link.role != role
    if changed and not batch.dry_run:
        link.role = role
    outcome = LineOutcome.UPDATED if changed else LineOutcome.UNCHANGED
    item.record_result(outcome, link.id, "role" if changed else "")
