"""Scans: identify the customer, decide the outcome, and record the visit, or only preview it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from api_client.messages.scan import (
    Attention,
    CardView,
    CustomerHit,
    Outcome,
    ScanAnswer,
    ScanMethod,
    ScanPreview,
    ScanRequest,
    UnknownCause,
    VisitCount,
)
from membership.base.vault import Vault
from membership.checkin.scans.card_by_key import find_by_key_and_card
from membership.members import visits
from membership.members.customers.former_numbers import holders_of
from membership.members.customers.lookup import (
    Found,
    Proof,
    current_card,
    find_by_code,
    read_code,
)
from membership.members.customers.search import hits_of
from membership.members.customers.views import customer_view
from membership.members.memberships.views import membership_view, permission_views
from membership.rules.attention import ANYBODY_MAKES, Thresholds, attention, known_kinds
from membership.rules.outcome import Decision, decide
from membership.store.database import as_one
from membership.wallet.code_verifier import CodeVerifier
from membership.wallet.static_codes import StaticCodes, Weight
from membership.web.errors import NotFound
from membership.web.fast_path import AnyCall, FastCall, FastRequest
from membership.web.middleware import OUTCOME
from passes.codes.barcode import CardCode, ParsedCode, RotatingCode


@dataclass(frozen=True, slots=True)
class ScanRules:
    """Settings of scans: for how long a visit is recent, the vault that opens card keys, and for
    how long codes of the old form are taken.
    """

    seen_recently: timedelta
    vault: Vault
    old_codes: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Asked:
    """How a text was read, and the kinds of attention that the caller knows."""

    method: ScanMethod
    attention_kinds: tuple[str, ...]


def record_scan(opened: FastRequest, request: ScanRequest, rules: ScanRules) -> ScanAnswer:
    """Authenticate a scan, answer it, and record the visit if its text names a customer.

    Raises Unauthorized; Forbidden; Conflict if the visit id was recorded for another text;
    VaultError if the key of a rotating code cannot be opened.
    """
    call, found = _identify(opened, request)
    answer = answer_scan(call, request, rules, found)
    opened.scope[OUTCOME] = answer.outcome.value
    return answer


def _identify(opened: FastRequest, request: ScanRequest) -> tuple[FastCall, Found | UnknownCause]:
    """Authenticate the caller, and return whom the text names: most scans in one query."""
    code = read_code(request.text)
    if isinstance(code, CardCode):
        identified = find_by_key_and_card(opened, code)
        if identified is not None:
            return identified
    call = opened.authenticate()
    return call, _find(call, request, code)


def _find(call: FastCall, request: ScanRequest, code: ParsedCode | None) -> Found | UnknownCause:
    """Return whom the text names, or else the first of its alternatives that names somebody.

    If none does, a reading that has at least the form of a card gives the cause.
    """
    others = ((text, read_code(text)) for text in request.alternatives)
    causes = set()
    for text, reading in ((request.text, code), *others):
        found = find_by_code(call.connection, call.tenant, text, reading, call.now)
        if isinstance(found, Found):
            return found
        causes.add(found)
    not_found = UnknownCause.NOT_FOUND
    return not_found if not_found in causes else UnknownCause.NOT_A_CARD


def answer_scan(
    call: AnyCall, request: ScanRequest, rules: ScanRules, found: Found | UnknownCause
) -> ScanAnswer:
    """Answer the scan of an authenticated caller, and record the visit if somebody was found.

    Raises Conflict if the visit id was recorded for another text; VaultError if the key of a
    rotating code cannot be opened.
    """
    if isinstance(found, UnknownCause):
        return _unknown(call, request, found)
    if found.proof is None or found.card is None:
        return _known(call, request, found, rules)
    with as_one(call.connection):
        cause = _take(call, request, rules, found.card.id, found.proof)
        if cause is None:
            return _known(call, request, found, rules)
    return _unknown(call, request, cause)


def _take(
    call: AnyCall, request: ScanRequest, rules: ScanRules, card_id: UUID, proof: Proof
) -> UnknownCause | None:
    """Why the proof on a card is not taken; None if it is, or was for this very visit.

    The visit is asked for before and after: its first request may have been long ago, when the
    code was still good, or be answered at this moment.
    """
    if visits.is_recorded(call, request):
        return None
    verifier = CodeVerifier(call.connection, rules.vault, call.tenant.id, call.now, rules.old_codes)
    cause = verifier.redeem(card_id, proof)
    if cause is UnknownCause.REPLAYED and visits.is_recorded(call, request):
        return None
    return cause


def _unknown(call: AnyCall, request: ScanRequest, cause: UnknownCause) -> ScanAnswer:
    """Answer for a text that leads to nobody, or proves nothing."""
    visits.refuse_reused_id(call, request)
    choices = _choices(call, request) if cause is UnknownCause.NOT_FOUND else ()
    return ScanAnswer(
        visit_id=request.visit_id,
        outcome=Outcome.UNKNOWN_CODE,
        unknown_cause=cause,
        server_time=call.now,
        time_zone=call.tenant.time_zone,
        permissions=(),
        current_card=None,
        choices=choices,
    )


def _choices(call: AnyCall, request: ScanRequest) -> tuple[CustomerHit, ...]:
    """Return the customers who have the former number that a text is, if several do."""
    for text in (request.text, *request.alternatives):
        holders = holders_of(call.connection, call.tenant.id, text)
        if len(holders) > 1:
            return hits_of(call.connection, call.tenant.id, holders, call.now)
    return ()


def _known(call: AnyCall, request: ScanRequest, found: Found, rules: ScanRules) -> ScanAnswer:
    """Answer for a customer who was found, and record the visit."""
    decision = _decision(call, found)
    visiting = visits.Visiting(
        found.customer.id,
        None if found.card is None else found.card.id,
        decision.outcome,
        found.named_by,
    )
    counted = visits.record_and_count(call, request, visiting, ahead=rules.seen_recently)
    asked = Asked(request.method, request.attention_kinds)
    return ScanAnswer(
        visit_id=request.visit_id,
        **_judged(call, found, decision, counted, asked=asked, rules=rules),
    )


def preview(call: AnyCall, customer_id: UUID, asked: Asked, rules: ScanRules) -> ScanPreview:
    """Return what a scan of a customer's id would answer now. Stores nothing. Raises NotFound."""
    text = str(customer_id)
    found = find_by_code(call.connection, call.tenant, text, read_code(text), call.now)
    if isinstance(found, UnknownCause):
        raise NotFound("customer_not_found", "There is no such customer.")
    decision = _decision(call, found)
    counted = visits.count_before(call, found.customer.id, ahead=rules.seen_recently)
    return ScanPreview(**_judged(call, found, decision, counted, asked=asked, rules=rules))


def _decision(call: AnyCall, found: Found) -> Decision:
    """Decide for a customer who was found."""
    return decide(
        found.customer.state,
        found.entitlements.all,
        call.now,
        card_revoked=_is_revoked(found.card),
    )


def _judged(
    call: AnyCall,
    found: Found,
    decision: Decision,
    counted: VisitCount,
    *,
    asked: Asked,
    rules: ScanRules,
) -> dict[str, Any]:
    """Return the fields of a ``ScanPreview`` of a customer who was found."""
    person, card, entitlements = found.customer, found.card, found.entitlements
    weight = _weight(call, found, decision, rules)
    views = tuple(
        membership_view(each, entitlements.details[each.entitlement.membership_id])
        for each in decision.memberships
    )
    noticed = _attention(
        call,
        found,
        decision,
        counted,
        rules.seen_recently,
        only_named=_only_named(call, asked.method, found, weight),
        old_form=weight is Weight.PROVES_OLD,
    )
    return {
        "outcome": decision.outcome,
        "named_by": found.named_by,
        "server_time": call.now,
        "time_zone": call.tenant.time_zone,
        "customer": customer_view(person),
        "membership": views[0] if decision.deciding is not None else None,
        "memberships": views,
        "permissions": permission_views(entitlements, person.state, call.now),
        "attention": known_kinds(noticed, asked.attention_kinds),
        "card": card,
        "current_card": current_card(call.connection, call.tenant, person.id, card.id)
        if card is not None and decision.outcome is Outcome.CARD_REVOKED
        else None,
        "visits": counted,
    }


def _is_revoked(card: CardView | None) -> bool:
    """Whether the scanned card is no longer valid, whatever the clock says since it was revoked."""
    return card is not None and card.revoked_at is not None


def _only_named(call: AnyCall, method: ScanMethod, found: Found, weight: Weight) -> bool:
    """Whether what was read names the customer and proves nothing, where that counts.

    Who was chosen in the search was looked up by staff, who saw whom they chose.
    """
    if found.named_by not in ANYBODY_MAKES:
        return weight is Weight.NAMES
    scanned = method is not ScanMethod.SEARCH
    return scanned and (weight is Weight.NAMES or not call.tenant.numbers_prove)


def _attention(
    call: AnyCall,
    found: Found,
    decision: Decision,
    counted: VisitCount,
    seen_recently: timedelta,
    *,
    only_named: bool,
    old_form: bool,
) -> tuple[Attention, ...]:
    """What the desk should notice about the customer."""
    return attention(
        decision,
        call.now,
        ZoneInfo(call.tenant.time_zone),
        desk_note=found.customer.desk_note,
        birth_date=found.customer.birth_date,
        last_visit_at=counted.previous_at,
        only_named=only_named,
        old_form=old_form,
        thresholds=Thresholds(
            expires_soon_days=call.tenant.expires_soon_days,
            seen_recently_minutes=seen_recently // timedelta(minutes=1),
        ),
    )


def _weight(call: AnyCall, found: Found, decision: Decision, rules: ScanRules) -> Weight:
    """Return what the scanned code is worth; for a refusal that makes no difference."""
    if isinstance(found.proof, RotatingCode):
        return Weight.PROVES_OLD if found.proof.is_old else Weight.PROVES
    if found.static_since is not None or decision.outcome is not Outcome.ACTIVE:
        return Weight.PROVES
    codes = StaticCodes(call.connection, call.tenant.id, call.now, rules.old_codes)
    if found.card is None:
        return codes.weigh_number(found.customer.id)
    return codes.weigh_card(found.card.id, found.static_since)
