"""Access checks: which permissions a customer has now, by which memberships, until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from membership.checkin.access_checks.customer_by_key import find_by_key_and_id
from membership.checkin.access_checks.people import CodeRules, Person, find_person
from membership.checkin.access_checks.schemas import (
    ONE_OF,
    AccessAnswer,
    AccessItem,
    AccessList,
    AccessVia,
    Asked,
    ViaSource,
)
from membership.members.customers.service import no_such_customer
from membership.members.memberships.entitlements import load_entitled_customer
from membership.rules.inheritance import Entitlement
from membership.rules.permissions import Refusal, grant, next_grant, refusal
from membership.web.errors import Invalid
from membership.web.fast_path import AnyCall, FastCall, FastRequest

_BLANKET = (Refusal.CUSTOMER_BANNED, Refusal.CARD_REVOKED)


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer of a check, and all their entitlements."""

    person: Person
    entitlements: tuple[Entitlement, ...]


def find_subject(opened: FastRequest, asked: Asked, rules: CodeRules) -> tuple[FastCall, Subject]:
    """Authenticate the caller, and return the customer whom exactly one field of ``asked`` names.

    Raises Unauthorized; Forbidden; Invalid if no field or several are given; NotFound; Conflict
    for an address that several customers have; VaultError if the key of a rotating code cannot
    be opened.
    """
    if asked.customer_id is not None and asked.named == 1:
        call, holder = find_by_key_and_id(opened, asked.customer_id)
        if holder is None:
            raise no_such_customer()
        return call, Subject(Person(holder.id, holder.state), holder.entitlements)
    call = opened.authenticate()
    if asked.named != 1:
        raise Invalid("one_of_needed", "query", ONE_OF)
    person = find_person(call, asked, rules)
    holder = load_entitled_customer(call.connection, call.tenant.id, person.id, call.now)
    if holder is None:
        raise no_such_customer()
    return call, Subject(person, holder.entitlements)


def check(call: AnyCall, subject: Subject, key: str) -> AccessAnswer:
    """Return whether one permission is granted; an unknown key is not.

    What only names the customer grants nothing of what they hold; other refusals stay.
    """
    person = subject.person
    fields = _item_fields(call, person, subject.entitlements, key)
    return AccessAnswer(**fields, customer_id=person.id, server_time=call.now)


def list_access(call: AnyCall, subject: Subject, keys: Sequence[str] = ()) -> AccessList:
    """Return the permissions ``keys``, granted or not; without keys, all that are granted."""
    person, entitlements = subject.person, subject.entitlements
    known = sorted({key for entitlement in entitlements for key in entitlement.permissions})
    items = [
        AccessItem(**_item_fields(call, person, entitlements, key))
        for key in dict.fromkeys(keys or known)
    ]
    changes = [each.until for each in items if each.until is not None]
    return AccessList(
        customer_id=person.id,
        server_time=call.now,
        reason=_blanket_refusal(call, person),
        until=min(changes, default=None),
        items=tuple(each for each in items if keys or each.granted),
    )


def _blanket_refusal(call: AnyCall, person: Person) -> Refusal | None:
    """Return why the customer is granted nothing at all; None if that is not so."""
    why = refusal((), "", call.now, person.state, card_revoked=person.card_revoked)
    if why in _BLANKET:
        return why
    return Refusal.BY_NUMBER if person.only_named else None


def _item_fields(
    call: AnyCall, person: Person, entitlements: tuple[Entitlement, ...], key: str
) -> dict[str, Any]:
    """Return the fields of the ``AccessItem`` of one permission."""
    found = None
    if not person.card_revoked:
        found = grant(entitlements, key, call.now, person.state)
    if found is None:
        why = refusal(entitlements, key, call.now, person.state, card_revoked=person.card_revoked)
        until = None if why in _BLANKET else next_grant(entitlements, key, call.now, person.state)
        return {"key": key, "granted": False, "reason": why, "until": until, "via": ()}
    if person.only_named:
        why = Refusal.BY_NUMBER
        return {"key": key, "granted": False, "reason": why, "until": None, "via": ()}
    by_id = {entitlement.membership_id: entitlement for entitlement in entitlements}
    via = tuple(_via(by_id, membership_id) for membership_id in found.via)
    return {"key": key, "granted": True, "reason": None, "until": found.until, "via": via}


def _via(by_id: Mapping[UUID, Entitlement], membership_id: UUID) -> AccessVia:
    """Return a membership with its source, as answers show it."""
    entitlement = by_id[membership_id]
    company = entitlement.company
    return AccessVia(
        membership_id=membership_id,
        plan=entitlement.plan,
        source=ViaSource.DIRECT if company is None else ViaSource.COMPANY,
        company_id=None if company is None else company.id,
        company=None if company is None else company.name,
    )
