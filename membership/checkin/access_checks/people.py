"""Finds the customer of an access check by number, email address or card."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select

from api_client.messages.scan import CustomerState, UnknownCause
from membership.base.vault import Vault
from membership.checkin.access_checks.schemas import Asked
from membership.members.customers.aliases import resolve_address, resolve_number
from membership.members.customers.lookup import Found, find_by_text
from membership.members.customers.service import email_key, no_such_customer
from membership.rules.attention import ANYBODY_MAKES
from membership.store.database import AnyRow
from membership.store.models import Customer
from membership.wallet.code_verifier import CodeVerifier
from membership.wallet.static_codes import StaticCodes, Weight
from membership.web.errors import Conflict, NotFound
from membership.web.fast_path import AnyCall
from passes.codes.barcode import RotatingCode

_organization: ColumnElement[int] = bindparam("organization_id")
_PERSON = select(Customer.id, Customer.state).where(Customer.organization_id == _organization)
_BY_ID = _PERSON.where(Customer.id == bindparam("customer_id"))
_BY_NUMBER = _PERSON.where(Customer.number == bindparam("number"))
_BY_EMAIL = _PERSON.where(Customer.email_key == bindparam("email_key")).limit(2)


@dataclass(frozen=True, slots=True)
class CodeRules:
    """The vault that opens the keys of rotating codes, and for how long old forms are taken."""

    vault: Vault
    old_codes: timedelta


@dataclass(frozen=True, slots=True)
class Person:
    """Customer of a check.

    ``card_revoked``: identified by a revoked card; ``passing``: by a code valid for seconds;
    ``only_named``: by a code that anybody can make, which names them and proves nothing.
    """

    id: UUID
    state: CustomerState
    card_revoked: bool = False
    passing: bool = False
    only_named: bool = False


def find_person(call: AnyCall, asked: Asked, rules: CodeRules) -> Person:
    """Return the customer whom ``number``, ``email`` or ``card`` of ``asked`` names.

    Raises NotFound; Conflict for an address that several customers have; VaultError if the key
    of a rotating code cannot be opened.
    """
    if asked.card is not None:
        return _by_card(call, asked.card, rules)
    if asked.email is not None:
        return _by_email(call, asked.email)
    if asked.number is not None:
        return _by_number(call, int(asked.number.lstrip("Cc-")))
    raise no_such_customer()


def _rows(call: AnyCall, query: Any, **named: object) -> list[AnyRow]:
    """Return the rows of a query in the caller's organization."""
    asked = {"organization_id": call.tenant.id, **named}
    return list(call.connection.execute(query, asked))


def _by_number(call: AnyCall, number: int) -> Person:
    """Return the customer with a number, or with a former one. Raises NotFound."""
    rows = _rows(call, _BY_NUMBER, number=number)
    if not rows:
        return _stayed(call, resolve_number(call.connection, call.tenant.id, number))
    return Person(*rows[0])


def _stayed(call: AnyCall, customer_id: UUID | None) -> Person:
    """Return the customer into whom another one was merged. Raises NotFound."""
    rows = [] if customer_id is None else _rows(call, _BY_ID, customer_id=customer_id)
    if not rows:
        raise no_such_customer()
    return Person(*rows[0])


def _by_email(call: AnyCall, email: str) -> Person:
    """Return the only customer with an address, or else with a former one.

    Raises NotFound; Conflict if there are several.
    """
    wanted = email_key(email)
    rows = _rows(call, _BY_EMAIL, email_key=wanted)
    stayed = () if rows else resolve_address(call.connection, call.tenant.id, wanted)
    if len(rows) > 1 or len(stayed) > 1:
        detail = "Several customers have this address; ask by id, number or card."
        raise Conflict("email_ambiguous", detail)
    return Person(*rows[0]) if rows else _stayed(call, next(iter(stayed), None))


def _by_card(call: AnyCall, text: str, rules: CodeRules) -> Person:
    """Return whom a code names, and what it is worth.

    Raises NotFound, also for a code that is forged or stale, and for what names somebody of whom
    only changing codes were handed out.
    """
    found = find_by_text(call.connection, call.tenant, text, call.now)
    if not isinstance(found, Found):
        raise NotFound("card_not_found", "There is no such card.")
    if found.proof is not None and found.card is not None:
        verifier = CodeVerifier(
            call.connection, rules.vault, call.tenant.id, call.now, rules.old_codes
        )
        _refuse(verifier.check(found.card.id, found.proof))
    revoked = found.card is not None and found.card.revoked_at is not None
    if not revoked and not isinstance(found.proof, RotatingCode):
        _refuse_static(call, found, rules.old_codes)
    passing = isinstance(found.proof, RotatingCode)
    only_named = found.named_by in ANYBODY_MAKES and not call.tenant.numbers_prove
    return Person(found.customer.id, found.customer.state, revoked, passing, only_named)


def _refuse_static(call: AnyCall, found: Found, old_codes: timedelta) -> None:
    """Raise NotFound for what names a customer of whom only changing codes were handed out."""
    codes = StaticCodes(call.connection, call.tenant.id, call.now, old_codes)
    if found.card is not None:
        weight = codes.weigh_card(found.card.id, found.static_since)
    else:
        weight = codes.weigh_number(found.customer.id)
    if weight is Weight.NAMES:
        detail = "Of this card only the changing codes are taken; this text proves nothing."
        raise NotFound("card_code_static", detail)


def _refuse(cause: UnknownCause | None) -> None:
    """Raise NotFound for a code that was not verified."""
    if cause is UnknownCause.FORGED:
        raise NotFound("card_code_forged", "This code was not made for a card of this club.")
    if cause is not None:
        raise NotFound("card_code_stale", "This code is of another time; the card shows a new one.")
