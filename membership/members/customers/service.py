"""Creates, changes and loads customers."""

import re
from datetime import datetime
from uuid import UUID, uuid4

import phonenumbers
from sqlalchemy import inspect, update
from sqlalchemy.orm import Session

from membership.accounts.notices import Notice, notify
from membership.base.vault import Vault
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.companies.linking import hold_domains, link_by_email_domain
from membership.members.customers import aliases
from membership.members.customers.former_numbers import joined_numbers
from membership.members.customers.logins import end_logins_after_change
from membership.members.customers.schemas import CustomerChange, NewCustomer
from membership.members.customers.search_index import index_customer
from membership.members.payers import changes as payers
from membership.store.models import Customer, Organization
from membership.web.access import Tenant
from membership.web.errors import Conflict, Invalid, NotFound

_LONGEST_EMAIL = 254
_FEWEST_DIGITS, _MOST_DIGITS = 4, 15
_DIALLED = re.compile(r"[+\uff0b]?[\d\s()\[\]/.\u00b7\u2010-\u2014-]+")
"""A phone number as it is dialled: digits, and what stands between them."""
_CHANGEABLE = (
    "given_name",
    "family_name",
    "email",
    "phone",
    "birth_date",
    "language",
    "desk_note",
    "former_numbers",
    "state",
)
"""What a request may set, by the names under which ``customer.updated`` tells of it."""


def get_customer(session: Session, tenant: Tenant, customer_id: UUID) -> Customer:
    """Return a customer by id; the id of a merged duplicate returns the remaining customer.

    Raises NotFound, also for a customer of another organization.
    """
    return _load(session, tenant, customer_id, lock=False)


def lock_customer(session: Session, tenant: Tenant, customer_id: UUID) -> Customer:
    """Return a customer with its row locked.

    Raises NotFound; Conflict for a customer who was erased.
    """
    customer = _load(session, tenant, customer_id, lock=True)
    if customer.erased_at is not None:
        raise Conflict("customer_erased", "This customer was erased and cannot be changed.")
    return customer


def _load(session: Session, tenant: Tenant, customer_id: UUID, *, lock: bool) -> Customer:
    """Return a customer by current or former id. Raises NotFound."""
    how = {"key_share": True} if lock else None
    customer = session.get(Customer, (tenant.id, customer_id), with_for_update=how)
    if customer is None:
        stayed = aliases.resolve(session, tenant.id, customer_id)
        if stayed is not None:
            customer = session.get(Customer, (tenant.id, stayed), with_for_update=how)
    if customer is None:
        raise no_such_customer()
    return customer


def no_such_customer() -> NotFound:
    """Return the error for a customer that this organization does not have."""
    return NotFound("customer_not_found", "There is no such customer.")


def create_customer(
    session: Session,
    tenant: Tenant,
    new: NewCustomer,
    now: datetime,
    *,
    customer_id: UUID | None = None,
) -> Customer:
    """Create and return a customer with the next number.

    An email domain of a company links them to it. Raises Invalid for an impossible phone number.
    """
    customer = Customer(
        organization_id=tenant.id,
        id=customer_id or uuid4(),
        number=_next_number(session, tenant.id),
        given_name=new.given_name,
        family_name=new.family_name,
        email=new.email,
        email_key=email_key(new.email),
        email_domain=_domain(new.email),
        phone=e164(new.phone, tenant.country),
        birth_date=new.birth_date,
        desk_note=new.desk_note or None,
        former_numbers=joined_numbers(new.former_numbers),
        language=new.language,
        state=new.state,
        photo_tag=None,
        created_at=now,
    )
    session.add(customer)
    session.flush()
    index_customer(session, customer)
    event_data = {"customer_id": str(customer.id)}
    emit(session, tenant.id, EventType.CUSTOMER_CREATED, customer.id, event_data, now=now)
    link_by_email_domain(session, customer, now)
    return customer


def announce_address(
    session: Session, vault: Vault, customer: Customer, before: str | None, now: datetime
) -> None:
    """Send mail about a changed address to the new and to the old one (``before``).

    Sends nothing if the address equals ``before``.
    """
    if email_key(before) != customer.email_key:
        addresses, language = (before, customer.email), customer.language
        here = customer.organization_id
        notify(session, vault, here, Notice.ADDRESS, *addresses, now=now, language=language)


def change_customer(
    session: Session,
    tenant: Tenant,
    customer_id: UUID,
    change: CustomerChange,
    now: datetime,
    *,
    vault: Vault | None = None,
) -> Customer:
    """Set the fields that ``change`` names and return the customer.

    A new address in the domain of a company links the customer to it; existing links stay. A new
    address or a ban ends the customer's sessions. With a ``vault``, a changed address is announced
    by mail to the old and the new one.

    A ban says what becomes of subscriptions that charge the customer, and closes their payment
    pages; a changed name or address goes to the payment provider. Both are asked of it later.

    Raises NotFound; Conflict for a customer who was erased, or who is banned and would go on being
    charged without anybody having said so; Invalid for an impossible phone number, or if no name is
    left.
    """
    customer = lock_customer(session, tenant, customer_id)
    fields = change.model_dump(include=change.model_fields_set - {"subscriptions"})
    if "phone" in fields:
        fields["phone"] = e164(change.phone, tenant.country)
    if "desk_note" in fields:
        fields["desk_note"] = change.desk_note or None
    if "former_numbers" in fields:
        fields["former_numbers"] = joined_numbers(change.former_numbers)
    old_domain, old_email = customer.email_domain, customer.email
    for name, value in fields.items():
        setattr(customer, name, value)
    if not (customer.given_name or customer.family_name):
        raise Invalid("name_missing", "body.given_name", "given_name or family_name is needed")
    customer.email_key = email_key(customer.email)
    customer.email_domain = _domain(customer.email)
    changed = _changed_fields(customer)
    if customer.email_domain not in {None, old_domain}:
        hold_domains(session, tenant.id)
    session.flush()
    if changed:
        aliases.forget_own(session, customer)
        index_customer(session, customer)
        tell_changed(session, customer, changed, now)
        end_logins_after_change(session, customer, changed, now)
        payers.after_change(session, customer, changed, change.subscriptions, now)
        if vault is not None:
            announce_address(session, vault, customer, old_email, now)
    if customer.email_domain != old_domain:
        link_by_email_domain(session, customer, now)
    return customer


def _changed_fields(customer: Customer) -> list[str]:
    """Return the names of the fields whose value changes with the next flush."""
    state = inspect(customer)
    histories = ((name, state.attrs[name].history) for name in _CHANGEABLE)
    return [name for name, each in histories if list(each.added) != list(each.deleted)]


def tell_changed(session: Session, customer: Customer, changed: list[str], now: datetime) -> None:
    """Emit the event that names the changed fields of a customer, without their values."""
    event_data = {"customer_id": str(customer.id), "changed": changed}
    emit(
        session,
        customer.organization_id,
        EventType.CUSTOMER_UPDATED,
        customer.id,
        event_data,
        now=now,
    )


def _next_number(session: Session, organization_id: int) -> int:
    """Return the organization's next customer number; concurrent callers wait for the commit."""
    taken = session.execute(
        update(Organization)
        .where(Organization.id == organization_id)
        .values(next_customer_number=Organization.next_customer_number + 1)
        .returning(Organization.next_customer_number)
    )
    return taken.scalar_one() - 1


def e164(phone: str | None, country: str | None) -> str | None:
    """Return a phone number in E.164 form; None for None or an empty one.

    ``country`` (ISO 3166-1) is that of numbers without a country code. Raises Invalid for an
    impossible number.
    """
    if not phone:
        return None
    return phonenumbers.format_number(dialled(phone, country), phonenumbers.PhoneNumberFormat.E164)


def dialled(phone: str, country: str | None) -> phonenumbers.PhoneNumber:
    """Return a phone number parsed as it is dialled, also with a country code but no plus.

    Raises Invalid for an impossible number.
    """
    try:
        # The package would turn letters into digits, but "(work)" is not part of a number.
        parsed = phonenumbers.parse(phone, country) if _DIALLED.fullmatch(phone) else None
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is not None and phone.startswith(str(parsed.country_code)):
        parsed = _with_plus(phone, parsed)
    if parsed is None or not phonenumbers.is_possible_number(parsed) or not _has_length(parsed):
        raise Invalid("phone_invalid", "body.phone", "This is not a complete phone number.")
    return parsed


def _with_plus(phone: str, parsed: phonenumbers.PhoneNumber) -> phonenumbers.PhoneNumber | None:
    """Return the number meant by a country code without plus; None if it is ambiguous."""
    try:
        other = phonenumbers.parse(f"+{phone}")
    except phonenumbers.NumberParseException:
        return parsed
    if other == parsed or not phonenumbers.is_valid_number(other):
        return parsed
    return None if phonenumbers.is_valid_number(parsed) else other


def _has_length(parsed: phonenumbers.PhoneNumber) -> bool:
    """Return whether a number is longer than emergency numbers and has at most 15 digits.

    Source: ITU-T E.164, 6.2.1.
    """
    national = phonenumbers.national_significant_number(parsed)
    whole = f"{parsed.country_code}{national}"
    return len(national) >= _FEWEST_DIGITS and len(whole) <= _MOST_DIGITS


def email_key(email: str | None) -> str | None:
    """Return an address in the form for comparison: lower case, truncated. None for None."""
    return None if email is None else email.lower()[:_LONGEST_EMAIL]


def _domain(email: str | None) -> str | None:
    """Return the part of an address after the @, in lower case; None without an address."""
    return None if email is None else email.rpartition("@")[2].lower()
