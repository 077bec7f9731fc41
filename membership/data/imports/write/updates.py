"""Updates existing customers with the fields of lines; each is audited."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from membership.data.imports.batch import Batch, Item
from membership.data.imports.bulk import chunks
from membership.data.imports.resolve.people import Person
from membership.data.imports.schemas import LineNote, LineOutcome
from membership.data.imports.write.inserts import add_card
from membership.members.companies.linking import hold_domains, link_by_email_domain
from membership.members.customers.logins import end_logins_after_change
from membership.members.customers.search_index import index_customer
from membership.members.customers.service import announce_address, email_key
from membership.store.models import Customer

_FIELDS = (
    "given_name",
    "family_name",
    "email",
    "birth_date",
    "language",
    "state",
    "desk_note",
)


@dataclass(frozen=True, slots=True)
class Change:
    """A line about a customer, and the codes of new cards.

    A line that does not apply leaves them as they are, and ``only_cards`` all but their cards;
    the report names what is left out. ``why`` begins the message.
    """

    item: Item
    person: Person
    new_codes: tuple[str, ...]
    applies: bool = True
    only_cards: bool = False
    why: str = ""
    note: LineNote | None = None

    @property
    def who(self) -> UUID:
        """The customer's id."""
        assert isinstance(self.person.who, UUID)  # noqa: S101 - lines of a dry run have no row
        return self.person.who


def change_customers(batch: Batch, changes: list[Change]) -> list[tuple[UUID, list[str]]]:
    """Set the fields of lines; returns the changed customers, each with the changed fields."""
    found = _loaded(batch, {change.who for change in changes})
    changed: list[tuple[UUID, list[str]]] = []
    for change in changes:
        customer = found.get(change.who)
        if customer is None:
            change.item.refuse("is somebody who was just removed")
            continue
        with batch.session.no_autoflush:
            fields, left = _split(customer, change)
        if not change.applies:
            outcome = LineOutcome.SKIPPED
        elif fields:
            outcome = LineOutcome.UPDATED
        else:
            outcome = LineOutcome.SKIPPED if change.only_cards else LineOutcome.UNCHANGED
        left_out = f"left out: {', '.join(left)}" if left else ""
        message = "; ".join(filter(None, (change.why, ", ".join(fields), left_out)))
        change.item.record_result(outcome, change.who, message, change.note)
        if fields and not batch.dry_run:
            _set(batch, customer, change, fields)
            changed.append((change.who, fields))
    return changed


def _split(customer: Customer, change: Change) -> tuple[list[str], list[str]]:
    """Names of the fields that a line sets, and of those of another value that it does not."""
    different = _differences(customer, change)
    number = (change.item.values or {}).get("number")
    left = ["number"] if number is not None and number != customer.number else []
    if not change.applies:
        return [], left + different
    if change.only_cards:
        cards = [name for name in different if name == "card_code"]
        return cards, left + [name for name in different if name != "card_code"]
    return different, left


def _loaded(batch: Batch, wanted: Iterable[UUID]) -> dict[UUID, Customer]:
    """Customers by id, locked until the batch is written."""
    found: dict[UUID, Customer] = {}
    for some in chunks(wanted):
        rows = batch.session.scalars(
            select(Customer)
            .where(
                Customer.organization_id == batch.tenant.id,
                Customer.id.in_(some),
                Customer.erased_at.is_(None),
            )
            .order_by(Customer.id)
            .with_for_update(key_share=True)
        )
        found |= {customer.id: customer for customer in rows}
    return found


def _wanted(change: Change) -> dict[str, Any]:
    """The fields of a line that are not empty."""
    values = change.item.values or {}
    wanted = {name: values[name] for name in _FIELDS if name in values}
    if "phone" in values:
        wanted["phone"] = values["phone"][0]
    return wanted


def _differences(customer: Customer, change: Change) -> list[str]:
    """Names of the fields that a line changes."""
    wanted = _wanted(change).items()
    fields = [name for name, value in wanted if getattr(customer, name) != value]
    return fields + (["card_code"] if change.new_codes else [])


def _set(batch: Batch, customer: Customer, change: Change, fields: list[str]) -> None:
    """Set the fields of a line, and add its cards. A changed address is announced by mail."""
    before = customer.email
    for name, value in _wanted(change).items():
        if name in fields:
            setattr(customer, name, value)
    if "email" in fields and customer.email is not None:
        customer.email_key = email_key(customer.email)
        domain = customer.email.rpartition("@")[2].lower()
        moved, customer.email_domain = domain != customer.email_domain, domain
        if moved:
            hold_domains(batch.session, batch.tenant.id)
            batch.session.flush()
            link_by_email_domain(batch.session, customer, batch.now)
    if set(fields) - {"card_code"}:
        batch.session.flush()
        index_customer(batch.session, customer)
        end_logins_after_change(batch.session, customer, fields, batch.now)
        if batch.vault is not None:
            announce_address(batch.session, batch.vault, customer, before, batch.now)
    for code in change.new_codes:
        add_card(batch, customer.id, code)
