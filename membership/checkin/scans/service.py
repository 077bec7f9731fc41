"""A scan: who this is, whether the membership is active, and the visit that it makes."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from api_client.messages.scan import (
    Attention,
    CardView,
    Outcome,
    ScanAnswer,
    ScanRequest,
    UnknownCause,
    VisitCount,
)
from membership.base.vault import Vault
from membership.members import visits
from membership.members.customers.lookup import Found, Proof, current_card, find_by_text
from membership.members.customers.views import customer_view
from membership.members.memberships.views import membership_view, permission_views
from membership.rules.attention import Thresholds, attention
from membership.rules.outcome import Decision, decide
from membership.store.database import as_one
from membership.wallet.code_verifier import Prover
from membership.web.fast_path import AnyCall


@dataclass(frozen=True, slots=True)
class ScanRules:
    """What a scan needs of the service: how long a visit is recent, and the vault of its keys."""

    seen_recently: timedelta
    vault: Vault


def scan(
    call: AnyCall, request: ScanRequest, rules: ScanRules, named: Found | None = None
) -> ScanAnswer:
    """Answer a scanned text, and record the visit if it names a customer.

    ``named`` is whom its card names, where that was found already. Raises Conflict if the visit
    id was recorded for another text; VaultError if the key of a rotating code cannot be opened.
    """
    found = named or _find(call, request)
    if isinstance(found, UnknownCause):
        return _unknown(call, request, found)
    if found.proof is None or found.card is None:
        return _known(call, request, found, rules.seen_recently)
    with as_one(call.connection):
        cause = _take(call, request, rules.vault, found.card.id, found.proof)
        if cause is None:
            return _known(call, request, found, rules.seen_recently)
    return _unknown(call, request, cause)


def _take(
    call: AnyCall, request: ScanRequest, vault: Vault, card_id: UUID, proof: Proof
) -> UnknownCause | None:
    """Why the proof on a card is not taken; None if it is, or was for this very visit.

    The visit is asked for before and after: its first request may have been long ago, when the
    code was still good, or be answered at this moment.
    """
    if visits.is_recorded(call, request):
        return None
    cause = Prover(call.connection, vault, call.tenant.id, call.now).take(card_id, proof)
    if cause is UnknownCause.REPLAYED and visits.is_recorded(call, request):
        return None
    return cause


def _unknown(call: AnyCall, request: ScanRequest, cause: UnknownCause) -> ScanAnswer:
    """Answer for a text that leads to nobody, or proves nothing."""
    visits.refuse_reused_id(call, request)
    return ScanAnswer(
        visit_id=request.visit_id,
        outcome=Outcome.UNKNOWN_CODE,
        unknown_cause=cause,
        server_time=call.now,
        time_zone=call.tenant.time_zone,
        permissions=(),
        current_card=None,
    )


def _find(call: AnyCall, request: ScanRequest) -> Found | UnknownCause:
    """Find whom the text names, or else the first of its other readings that names somebody.

    If none does, a reading that at least has the form of a card tells the cause.
    """
    causes = set()
    for text in (request.text, *request.alternatives):
        found = find_by_text(call.connection, call.tenant, text, call.now)
        if isinstance(found, Found):
            return found
        causes.add(found)
    not_found = UnknownCause.NOT_FOUND
    return not_found if not_found in causes else UnknownCause.NOT_A_CARD


def _known(
    call: AnyCall, request: ScanRequest, found: Found, seen_recently: timedelta
) -> ScanAnswer:
    """Answer for a customer who was found."""
    person, card, held = found.customer, found.card, found.held
    decision = decide(person.state, held.holdings, call.now, card_revoked=_is_revoked(card))
    visiting = visits.Visiting(person.id, None if card is None else card.id, decision.outcome)
    counted = visits.record_and_count(call, request, visiting, ahead=seen_recently)
    views = tuple(
        membership_view(each, held.sold[each.holding.membership_id])
        for each in decision.memberships
    )
    return ScanAnswer(
        visit_id=request.visit_id,
        outcome=decision.outcome,
        server_time=call.now,
        time_zone=call.tenant.time_zone,
        customer=customer_view(person),
        membership=views[0] if decision.deciding is not None else None,
        memberships=views,
        permissions=permission_views(held, person.state, call.now),
        attention=_attention(call, found, decision, counted, seen_recently),
        card=card,
        current_card=current_card(call.connection, call.tenant, person.id, card.id)
        if card is not None and decision.outcome is Outcome.CARD_REVOKED
        else None,
        visits=counted,
    )


def _is_revoked(card: CardView | None) -> bool:
    """Whether the scanned card is good no more, whatever the clock says since it was revoked."""
    return card is not None and card.revoked_at is not None


def _attention(
    call: AnyCall, found: Found, decision: Decision, counted: VisitCount, seen_recently: timedelta
) -> tuple[Attention, ...]:
    """What the desk should notice about the customer."""
    return attention(
        decision,
        call.now,
        ZoneInfo(call.tenant.time_zone),
        desk_note=found.customer.desk_note,
        birth_date=found.customer.birth_date,
        last_visit_at=counted.previous_at,
        thresholds=Thresholds(
            expires_soon_days=call.tenant.expires_soon_days,
            seen_recently_minutes=seen_recently // timedelta(minutes=1),
        ),
    )
