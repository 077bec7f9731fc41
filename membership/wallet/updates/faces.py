"""Loads the faces of cards: the current design filled with the current facts of a card.

Four statements for any number of cards: the cards with their customers, their designs, the
customers' memberships, and seats where a company limits them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.scan import CustomerState, Outcome
from membership.members.customers.views import display_name, number_text
from membership.members.memberships.entitlements import (
    NO_ENTITLEMENTS,
    Entitlements,
    load_entitlements,
)
from membership.rules.instants import local_day, zone_named
from membership.rules.outcome import Decision, decide
from membership.rules.permissions import grants
from membership.rules.status import next_change
from membership.store.database import AnyRow
from membership.store.models import Card, CardDesign, CardDesignVersion, CardWallet, Customer
from membership.store.wallet_joins import CARD_OF_WALLET, CURRENT_VERSION, HOLDER_OF_CARD
from membership.wallet.codes import code_text
from membership.web.access import Tenant
from passes.card import CardFace, CardFacts, face_of
from passes.design import Design
from passes.words import FaceStatus

_STATUS: Mapping[Outcome, FaceStatus] = {
    Outcome.ACTIVE: FaceStatus.ACTIVE,
    Outcome.EXPIRED: FaceStatus.EXPIRED,
    Outcome.NOT_YET_STARTED: FaceStatus.NOT_YET_STARTED,
    Outcome.NO_MEMBERSHIP: FaceStatus.NO_MEMBERSHIP,
    Outcome.BLOCKED: FaceStatus.BLOCKED,
    Outcome.CARD_REVOKED: FaceStatus.REVOKED,
}


@dataclass(frozen=True, slots=True)
class LoadedFace:
    """A card's face, and the next instant at which it changes with time."""

    face: CardFace
    design_id: UUID
    design_version: int
    customer_id: UUID
    next_change_at: datetime | None


def load_faces(
    session: Session, tenant: Tenant, card_ids: Sequence[UUID], now: datetime
) -> dict[UUID, LoadedFace]:
    """Load the faces of cards as they are at ``now``.

    Cards without a design, and those of other organizations, are left out.
    """
    if not card_ids:
        return {}
    rows = session.connection().execute(
        _ROWS.where(CardWallet.organization_id == tenant.id, CardWallet.card_id.in_(card_ids))
    )
    cards = rows.all()
    customers = list({row.customer_id for row in cards})
    entitlements = load_entitlements(session, tenant.id, customers, now)
    designs = _designs(session, tenant, {row.design_id for row in cards})
    zone = zone_named(tenant.time_zone)
    faces = {}
    for row in cards:
        version, design = designs[row.design_id]
        holds = entitlements.get(row.customer_id, NO_ENTITLEMENTS)
        code = code_text(row.code, design, row.code_signature)
        facts = _facts(tenant, row, holds, now, code=code, zone=zone)
        faces[row.card_id] = LoadedFace(
            face=face_of(design, facts),
            design_id=row.design_id,
            design_version=version,
            customer_id=row.customer_id,
            next_change_at=_next_change(holds, now),
        )
    return faces


_ROWS = (
    select(
        Card.id.label("card_id"),
        Card.code,
        Card.revoked_at,
        Customer.id.label("customer_id"),
        Customer.number,
        Customer.given_name,
        Customer.family_name,
        Customer.state,
        CardWallet.design_id,
        CardWallet.code_signature,
    )
    .select_from(CardWallet)
    .join(
        Card,
        CARD_OF_WALLET,
    )
    .join(
        Customer,
        HOLDER_OF_CARD,
    )
)
_DESIGNS = select(CardDesign.id, CardDesign.version, CardDesignVersion.content).join(
    CardDesignVersion,
    CURRENT_VERSION,
)


def _designs(
    session: Session, tenant: Tenant, design_ids: Collection[UUID]
) -> dict[UUID, tuple[int, Design]]:
    """Current versions and contents of designs, by design id."""
    rows = session.connection().execute(
        _DESIGNS.where(CardDesign.organization_id == tenant.id, CardDesign.id.in_(design_ids))
    )
    return {row.id: (row.version, Design.stored(row.content)) for row in rows}


def _facts(
    tenant: Tenant,
    row: AnyRow,
    entitlements: Entitlements,
    now: datetime,
    *,
    code: str,
    zone: ZoneInfo,
) -> CardFacts:
    """The facts of a card at ``now``."""
    state = CustomerState(row.state)
    decision = decide(state, entitlements.all, now, card_revoked=row.revoked_at is not None)
    labels = {key: label for sold in entitlements.details.values() for key, label in sold.labels}
    granted = grants(entitlements.all, now, state)
    return CardFacts(
        card_id=row.card_id,
        code=code,
        organization=tenant.name,
        customer_name=display_name(row) or number_text(row.number),
        customer_number=number_text(row.number),
        status=_STATUS[decision.outcome],
        permissions=tuple(labels[each.key] for each in granted),
        **_membership(decision, entitlements, zone),
    )


def _membership(decision: Decision, entitlements: Entitlements, zone: ZoneInfo) -> dict[str, Any]:
    """The facts of the membership that decides the status."""
    if decision.deciding is None:
        return {}
    entitlement = decision.deciding.entitlement
    term = entitlement.term
    return {
        "plan": entitlement.plan,
        "company": None if entitlement.company is None else entitlement.company.name,
        "valid_from": term.starts_at,
        "valid_until": term.end,
        "first_day": local_day(term.starts_at, zone),
        "last_day": entitlements.details[entitlement.membership_id].last_day,
    }


def _next_change(entitlements: Entitlements, now: datetime) -> datetime | None:
    """When one of the memberships next starts or ends."""
    changes = (next_change(each.term, now) for each in entitlements.all)
    return min((each for each in changes if each is not None), default=None)
