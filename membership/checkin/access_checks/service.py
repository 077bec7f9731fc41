"""Access checks: which permissions a customer has now, by which memberships, until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from membership.base.vault import Vault
from membership.checkin.access_checks.holder_by_key import find_by_key_and_id
from membership.checkin.access_checks.people import Person, find_person
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
from membership.members.memberships.entitlements import load_holder
from membership.rules.inheritance import Holding
from membership.rules.permissions import Refusal, grant, next_grant, refusal
from membership.web.errors import Invalid
from membership.web.fast_path import AnyCall, FastCall, FastRequest

_WHOLLY = (Refusal.CUSTOMER_BANNED, Refusal.CARD_REVOKED)


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer of a check, and all that they hold."""

    person: Person
    held: tuple[Holding, ...]


def find_subject(opened: FastRequest, asked: Asked, vault: Vault) -> tuple[FastCall, Subject]:
    """Authenticate the caller, and return the customer whom exactly one field of ``asked`` names.

    Raises Unauthorized; Forbidden; Invalid if no field or several are given; NotFound; Conflict
    for an address that several customers have; VaultError if the key of a rotating code cannot
    be opened.
    """
    if asked.customer_id is not None and asked.named == 1:
        call, holder = find_by_key_and_id(opened, asked.customer_id)
        if holder is None:
            raise no_such_customer()
        return call, Subject(Person(holder.id, holder.state), holder.holdings)
    call = opened.authenticate()
    if asked.named != 1:
        raise Invalid("one_of_needed", "query", ONE_OF)
    person = find_person(call, asked, vault)
    holder = load_holder(call.connection, call.tenant.id, person.id, call.now)
    if holder is None:
        raise no_such_customer()
    return call, Subject(person, holder.holdings)


def check(call: AnyCall, subject: Subject, key: str) -> AccessAnswer:
    """Tell of one permission; a key that nobody knows is not granted."""
    person = subject.person
    told = _told(call, person, subject.held, key)
    return AccessAnswer(**told, customer_id=person.id, server_time=call.now)


def list_access(call: AnyCall, subject: Subject, keys: Sequence[str] = ()) -> AccessList:
    """Tell of the permissions ``keys``, granted or not; without them, of all that are granted."""
    person, held = subject.person, subject.held
    known = sorted({key for holding in held for key in holding.permissions})
    items = [AccessItem(**_told(call, person, held, key)) for key in dict.fromkeys(keys or known)]
    changes = [each.until for each in items if each.until is not None]
    return AccessList(
        customer_id=person.id,
        server_time=call.now,
        reason=_wholly(call, person),
        until=min(changes, default=None),
        items=tuple(each for each in items if keys or each.granted),
    )


def _wholly(call: AnyCall, person: Person) -> Refusal | None:
    """Why somebody is granted nothing at all, if so."""
    why = refusal((), "", call.now, person.state, card_revoked=person.card_revoked)
    return why if why in _WHOLLY else None


def _told(call: AnyCall, person: Person, held: tuple[Holding, ...], key: str) -> dict[str, Any]:
    """What is told of one permission, as fields of an ``AccessItem``."""
    found = None
    if not person.card_revoked:
        found = grant(held, key, call.now, person.state)
    if found is None:
        why = refusal(held, key, call.now, person.state, card_revoked=person.card_revoked)
        until = None if why in _WHOLLY else next_grant(held, key, call.now, person.state)
        return {"key": key, "granted": False, "reason": why, "until": until, "via": ()}
    by_id = {holding.membership_id: holding for holding in held}
    via = tuple(_via(by_id, membership_id) for membership_id in found.via)
    return {"key": key, "granted": True, "reason": None, "until": found.until, "via": via}


def _via(by_id: Mapping[UUID, Holding], membership_id: UUID) -> AccessVia:
    """Show a membership with its source."""
    holding = by_id[membership_id]
    company = holding.company
    return AccessVia(
        membership_id=membership_id,
        plan=holding.plan,
        source=ViaSource.DIRECT if company is None else ViaSource.COMPANY,
        company_id=None if company is None else company.id,
        company=None if company is None else company.name,
    )
