"""Lines that link customers to companies."""

from uuid import UUID, uuid4

from sqlalchemy import select

from membership.data.imports.batch import Batch, Item
from membership.data.imports.bulk import pieces
from membership.data.imports.creating import insert_links
from membership.data.imports.references import Companies, Customers
from membership.data.imports.schemas import LineOutcome, OnDuplicate
from membership.members.companies.linking import open_link
from membership.store.models import CompanyLink, LinkSource

_Ends = tuple[UUID, UUID]
"""A company and a customer."""


def handle_links(batch: Batch) -> None:
    """Store the links of a batch, and settle each of its lines."""
    ends = _resolve(batch)
    known = _open_links(batch, {customer for _, customer in ends.values()})
    keys = {
        f"link\n{company}\n{customer}": (company, customer) for company, customer in ends.values()
    }
    earlier = {keys[key] for key in batch.keys_before(keys)}
    fresh: dict[_Ends, tuple[UUID, Item]] = {}
    for item in batch.good():
        pair = ends[item.line]
        role = (item.values or {}).get("role", "")
        if pair in fresh or pair in earlier:
            item.settle(LineOutcome.SKIPPED, None, "customer: was linked in a line before")
        elif pair not in known:
            fresh[pair] = (uuid4(), item)
            item.settle(LineOutcome.CREATED, None if batch.dry_run else fresh[pair][0])
        elif batch.duplicates.action is OnDuplicate.UPDATE and role:
            _set_role(batch, item, pair, role)
        else:
            item.settle(LineOutcome.SKIPPED, known[pair], "customer: is linked already")
    if batch.dry_run:
        batch.keep_keys({key: fresh[pair][1].line for key, pair in keys.items() if pair in fresh})
        return
    new = [
        (link, company, customer, (item.values or {}).get("role", ""))
        for (company, customer), (link, item) in fresh.items()
    ]
    insert_links(batch, new, LinkSource.IMPORT)


def _resolve(batch: Batch) -> dict[int, _Ends]:
    """Find both ends of each line; those that name nobody are refused."""
    values = [item.values or {} for item in batch.good()]
    companies = Companies(batch, [each["company"] for each in values])
    customers = Customers(batch, [each["customer"] for each in values])
    ends: dict[int, _Ends] = {}
    for item in batch.good():
        column = "company"
        named = item.values or {}
        try:
            company = companies.find(named["company"])
            column = "customer"
            ends[item.line] = (company, customers.find(named["customer"]))
        except ValueError as error:
            item.refuse(f"{column}: {error}")
    return ends


def _open_links(batch: Batch, customers: set[UUID]) -> dict[_Ends, UUID]:
    """The links that hold for these customers."""
    found: dict[_Ends, UUID] = {}
    for some in pieces(customers):
        rows = batch.session.execute(
            select(CompanyLink.company_id, CompanyLink.customer_id, CompanyLink.id).where(
                CompanyLink.organization_id == batch.tenant.id,
                CompanyLink.customer_id.in_(some),
                CompanyLink.valid_until.is_(None),
            )
        )
        found |= {(company, customer): link for company, customer, link in rows}
    return found


def _set_role(batch: Batch, item: Item, pair: _Ends, role: str) -> None:
    """Let a line change the role of a link that holds."""
    link = open_link(batch.session, batch.tenant.id, *pair)
    if link is None:
        item.refuse("customer: the link was just ended")
        return
    changed = link.role != role
    if changed and not batch.dry_run:
        link.role = role
    outcome = LineOutcome.UPDATED if changed else LineOutcome.UNCHANGED
    item.settle(outcome, link.id, "role" if changed else "")
