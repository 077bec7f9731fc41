"""Updates existing customers with the fields of lines; each is audited."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api_client.messages.scan import CustomerState
from membership.data.imports.batch import Batch, Item
from membership.data.imports.bulk import chunks
from membership.data.imports.parse.columns import Values
from membership.data.imports.resolve.former_addresses import (
    FORMER_ADDRESSES,
    address_key,
    former_apart_from,
)
from membership.data.imports.resolve.people import Person
from membership.data.imports.resolve.tried import Tried
from membership.data.imports.schemas import LineNote, LineOutcome
from membership.data.imports.write.aliases import alias_rows, insert_aliases, insert_merged
from membership.data.imports.write.inserts import add_card
from membership.members.companies.linking import hold_domains, link_by_email_domain
from membership.members.customers.aliases import forget_own, former_addresses
from membership.members.customers.former_numbers import (
    MAX_NUMBERS,
    joined_numbers,
    numbers_in,
)
from membership.members.customers.logins import end_logins_after_change
from membership.members.customers.search_index import index_customer
from membership.members.customers.service import announce_address, email_key
from membership.members.payers.changes import after_change
from membership.members.payers.subscriptions import charging_orders
from membership.store.models import Customer

_CHARGED = "state: a subscription charges them; ban them in their profile, which asks if it ends"
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
    """A line about a customer, the codes of new cards, new former and new merged numbers.

    A line that does not apply leaves them as they are, and ``only_cards`` all but their cards;
    the report names what is left out. ``why`` begins the message.
    """

    item: Item
    person: Person
    new_codes: tuple[str, ...]
    new_former: tuple[str, ...] = ()
    new_merged: tuple[int, ...] = ()
    applies: bool = True
    only_cards: bool = False
    why: str = ""
    note: LineNote | None = None


def change_customers(
    batch: Batch, changes: list[Change], tried: Tried
) -> list[tuple[UUID, list[str]]]:
    """Set the fields of lines; returns the changed customers, each with the changed fields.

    A dry run notes them in ``tried``.
    """
    found = _loaded(batch, {each.person.who for each in changes})
    tried.load({each.person.who for each in changes})
    former = former_addresses(batch.session, batch.tenant.id, found)
    changed: list[tuple[UUID, list[str]]] = []
    for change in changes:
        who = change.person.who
        customer = found.get(who) if isinstance(who, UUID) else None
        if customer is None and isinstance(who, UUID):
            change.item.refuse("is somebody who was just removed")
            continue
        if customer is not None and _has_too_many(customer, change):
            change.item.refuse(f"former_numbers: a customer has at most {MAX_NUMBERS}")
            continue
        with batch.session.no_autoflush:
            merged = set[str]() if customer is None else former.setdefault(customer.id, set())
            fields, left = _split(customer, change, tried, merged)
            if customer is not None and _bans_payer(batch, customer, change, fields):
                change.item.refuse(_CHARGED)
                continue
        if not change.applies:
            outcome = LineOutcome.SKIPPED
        elif fields:
            outcome = LineOutcome.UPDATED
        else:
            outcome = LineOutcome.SKIPPED if change.only_cards else LineOutcome.UNCHANGED
        left_out = f"left out: {', '.join(left)}" if left else ""
        message = "; ".join(filter(None, (change.why, ", ".join(fields), left_out)))
        wanted = fields_of(change.item.values or {})
        line = change.item.line
        change.item.record_result(
            outcome, None if customer is None else customer.id, message, change.note
        )
        marks = {name: wanted[name] for name in fields if name in wanted}
        if not set(FORMER_ADDRESSES).isdisjoint(fields):
            marks |= former_marks(change.item.values or {})
        tried.set(who, marks, line)
        if fields and customer is not None and not batch.dry_run:
            _set(batch, customer, change, fields, merged)
            changed.append((customer.id, fields))
    return changed


def fields_of(values: Values) -> dict[str, Any]:
    """The fields of a line that are stored with the customer, as they are stored."""
    wanted = {name: values[name] for name in _FIELDS if name in values}
    if "phone" in values:
        wanted["phone"] = values["phone"][0]
    return {"state": CustomerState.ACTIVE, **wanted}


def former_marks(values: Values) -> dict[str, Any]:
    """Return what a dry run remembers of the former addresses of a line."""
    return {
        f"former {address_key(name, each)}": 1
        for name in FORMER_ADDRESSES
        for each in values.get(name, ())
    }


def _new_former(
    customer: Customer | None, change: Change, tried: Tried, merged: set[str], fields: list[str]
) -> dict[str, list[Any]]:
    """The former addresses, by column, that a line adds besides the ``fields`` that it sets."""
    wanted = _wanted(change)
    own = {
        name: wanted.get(name) if name in fields else getattr(customer, name, None)
        for name in ("email", "phone")
    }
    found = former_apart_from(change.item.values or {}, **own, has=merged)
    who = change.person.who
    new = {
        name: [
            each
            for each in some
            if tried.differs(who, f"former {address_key(name, each)}", 1, None)
        ]
        for name, some in found.items()
    }
    return {name: some for name, some in new.items() if some}


def _split(
    customer: Customer | None, change: Change, tried: Tried, merged: set[str]
) -> tuple[list[str], list[str]]:
    """Names of the fields that a line sets, and of those of another value that it does not.

    ``merged`` are addresses and telephones of those who were merged into the customer: an older
    list that has them changes nothing.
    """
    different = [
        name
        for name in _differences(customer, change, tried)
        if name not in ("email", "phone") or not _is_of(merged, _wanted(change)[name])
    ]
    different += _new_former(customer, change, tried, merged, different)
    number = (change.item.values or {}).get("number")
    has = change.person.number if customer is None else customer.number
    left = ["number"] if number is not None and number != has else []
    if not change.applies:
        return [], left + different
    if change.only_cards:
        cards = [name for name in different if name == "card_code"]
        return cards, left + [name for name in different if name != "card_code"]
    return different, left


def _has_too_many(customer: Customer, change: Change) -> bool:
    """Whether a customer would have too many former numbers."""
    has = len(numbers_in(customer.former_numbers))
    return bool(change.new_former) and has + len(change.new_former) > MAX_NUMBERS


def _bans_payer(batch: Batch, customer: Customer, change: Change, fields: list[str]) -> bool:
    """Whether a line bans somebody whom a subscription charges, which a file cannot be asked."""
    if "state" not in fields or _wanted(change)["state"] != CustomerState.BANNED:
        return False
    return bool(charging_orders(batch.session, batch.tenant.id, [customer.id]))


def _loaded(batch: Batch, wanted: Iterable[UUID | int]) -> dict[UUID, Customer]:
    """Customers by id, locked until the batch is written."""
    found: dict[UUID, Customer] = {}
    for some in chunks(each for each in wanted if isinstance(each, UUID)):
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
    """The fields of a line that are not empty, as they are stored."""
    values = change.item.values or {}
    return {name: each for name, each in fields_of(values).items() if name in values}


def _is_of(merged: set[str], value: str | None) -> bool:
    """Whether an address or a telephone is one of those in ``merged``."""
    return value is not None and value.lower() in merged


def _differences(customer: Customer | None, change: Change, tried: Tried) -> list[str]:
    """Names of the fields that a line changes."""
    who = change.person.who
    fields = [
        name
        for name, value in _wanted(change).items()
        if tried.differs(who, name, value, getattr(customer, name, None))
    ]
    fields += ["former_numbers"] if change.new_former else []
    fields += ["merged_numbers"] if change.new_merged else []
    return fields + (["card_code"] if change.new_codes else [])


def _set(
    batch: Batch, customer: Customer, change: Change, fields: list[str], merged: set[str]
) -> None:
    """Set the fields of a line, and add its cards and former addresses, the latter to ``merged``.

    A changed address is announced by mail.
    """
    before = customer.email
    for name, value in _wanted(change).items():
        if name in fields:
            setattr(customer, name, value)
    if change.new_former and "former_numbers" in fields:
        both = (*numbers_in(customer.former_numbers), *change.new_former)
        customer.former_numbers = joined_numbers(both)
    if change.new_merged and "merged_numbers" in fields:
        insert_merged(batch, [(customer.id, each) for each in change.new_merged])
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
        former = former_apart_from(change.item.values or {}, customer.email, customer.phone, merged)
        insert_aliases(batch, alias_rows(batch, customer.id, former))
        merged |= {address_key(name, each) for name, some in former.items() for each in some}
        forget_own(batch.session, customer)
        index_customer(batch.session, customer)
        end_logins_after_change(batch.session, customer, fields, batch.now)
        after_change(batch.session, customer, fields, None, batch.now)
        if batch.vault is not None:
            announce_address(batch.session, batch.vault, customer, before, batch.now)
    for code in change.new_codes:
        add_card(batch, customer.id, code)
