"""Cards of all customers, latest first: by their holder, state and design."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from api_client.messages.cards import CardList, CardState, ListedCard, WalletKind
from membership.members.customers.search_terms import query_words
from membership.members.customers.views import VIEW_COLUMNS, customer_view
from membership.store.database import AnyRow
from membership.store.models import (
    AppleRegistration,
    Card,
    CardDesign,
    CardWallet,
    Customer,
    CustomerTerm,
    TermKind,
)
from membership.store.wallet_joins import CARD_OF_WALLET, DESIGN_OF_WALLET, HOLDER_OF_CARD
from membership.web.access import Call
from membership.web.paging import newest_first, total_of
from passes.codes.barcode import CardCode, CustomerNumber
from passes.codes.foreign import code_end

_LAST = "\U0010ffff"
"""Sorts after every continuation of a term."""
_RARE = 3
"""Letters from which on a word is looked for in the index of terms."""


@dataclass(frozen=True, slots=True)
class WantedCards:
    """Which cards to list; what is empty or None does not matter."""

    query: str = ""
    state: CardState | None = None
    design_id: UUID | None = None


def list_cards(call: Call, wanted: WantedCards, limit: int, cursor: str | None) -> CardList:
    """Return a page of cards, latest issue first. Raises Invalid for a bad cursor.

    ``query`` is the number of a holder, or parts of words by which a search finds them. The cards
    of a search that has several pages are not counted.
    """
    session, organization_id = call.session, call.tenant.id
    searched = bool(wanted.query.strip())
    found = select(Card.id).where(
        Card.organization_id == organization_id, *_conditions(organization_id, wanted)
    )
    if searched:
        found = found.join(Customer, HOLDER_OF_CARD)
    if wanted.design_id is not None:
        found = found.join(CardWallet, CARD_OF_WALLET)
    page, following = newest_first(session, found, (Card.issued_at, Card.id), limit, cursor)
    rows = _rows(session, organization_id, [card_id for (card_id,) in page])
    replaced = _replaced(session, organization_id, rows)
    on_apple = _on_apple(session, organization_id, [row.card_id for row in rows])
    total = None
    if not searched or following is None:
        fetched = len(page) + (following is not None)
        total = total_of(session, found, fetched, limit, cursor)
    return CardList(
        items=tuple(
            _listed(row, replaced.get(row.card_id), apple=row.card_id in on_apple) for row in rows
        ),
        next_cursor=following,
        total=total,
    )


def _rows(session: Session, organization_id: int, card_ids: Sequence[UUID]) -> Sequence[AnyRow]:
    """Return the cards with these ids with their holders and designs, in the order of the list."""
    return session.execute(
        select(
            Card.id.label("card_id"),
            Card.label,
            Card.code,
            Card.issued_at,
            Card.revoked_at,
            CardWallet.design_id,
            CardWallet.google_saved,
            CardDesign.name.label("design"),
            *VIEW_COLUMNS,
        )
        .select_from(Card)
        .join(Customer, HOLDER_OF_CARD)
        .outerjoin(CardWallet, CARD_OF_WALLET)
        .outerjoin(CardDesign, DESIGN_OF_WALLET)
        .where(Card.organization_id == organization_id, Card.id.in_(card_ids))
        .order_by(Card.issued_at.desc(), Card.id.desc())
    ).all()


def _conditions(organization_id: int, wanted: WantedCards) -> list[ColumnElement[bool]]:
    """Return what the wanted cards have in common."""
    conditions = _of_holder(organization_id, wanted.query)
    replaced = Card.id.in_(
        select(CardWallet.replaces).where(
            CardWallet.organization_id == organization_id, CardWallet.replaces.is_not(None)
        )
    )
    match wanted.state:
        case CardState.ACTIVE:
            conditions.append(Card.revoked_at.is_(None))
        case CardState.REVOKED:
            conditions += (Card.revoked_at.is_not(None), ~replaced)
        case CardState.REPLACED:
            conditions.append(replaced)
        case None:
            pass
    if wanted.design_id is not None:
        conditions.append(CardWallet.design_id == wanted.design_id)
    return conditions


def _of_holder(organization_id: int, query: str) -> list[ColumnElement[bool]]:
    """Return the conditions that a holder is found by ``query``; none for an empty one."""
    query = query.strip()
    if not query:
        return []
    words = query_words(query)
    if not words:
        return [false()]
    number = CustomerNumber.parse(query)
    first, *others = words
    if len(first) < _RARE:
        # Most holders have it: the newest cards are read until a page is full.
        rare: ColumnElement[bool] = Customer.search_text.contains(first, autoescape=True)
    else:
        rare = Card.customer_id.in_(_with_term(organization_id, first))
    found = and_(rare, *(Customer.search_text.contains(each, autoescape=True) for each in others))
    return [found if number is None else or_(found, Customer.number == number.number)]


def _with_term(organization_id: int, word: str) -> Select[UUID]:
    """Return the customers with a term that begins with a word, from the index of terms."""
    return select(CustomerTerm.customer_id).where(
        CustomerTerm.organization_id == organization_id,
        or_(CustomerTerm.kind == TermKind.START, CustomerTerm.kind == TermKind.INSIDE),
        CustomerTerm.term >= word,
        CustomerTerm.term < word + _LAST,
    )


def _replaced(
    session: Session, organization_id: int, rows: Sequence[AnyRow]
) -> Mapping[UUID, UUID]:
    """Return the cards that were issued in place of those of a page, by the replaced one's id."""
    old = {row.card_id: row.id for row in rows if row.revoked_at is not None}
    if not old:
        return {}
    # By the customers, whose cards an index finds.
    found = session.execute(
        select(CardWallet.replaces, CardWallet.card_id)
        .join(Card, CARD_OF_WALLET)
        .where(
            Card.organization_id == organization_id,
            Card.customer_id.in_(set(old.values())),
            CardWallet.replaces.is_not(None),
        )
    )
    return {row.replaces: row.card_id for row in found if row.replaces in old}


def _on_apple(session: Session, organization_id: int, card_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of the cards are on a device in Apple Wallet."""
    return set(
        session.scalars(
            select(AppleRegistration.card_id).where(
                AppleRegistration.organization_id == organization_id,
                AppleRegistration.card_id.in_(card_ids),
            )
        )
    )


def _listed(row: AnyRow, replaced_by: UUID | None, *, apple: bool) -> ListedCard:
    """Return a card in a list."""
    foreign = CardCode.parse(row.code) is None
    has = ((WalletKind.APPLE, apple), (WalletKind.GOOGLE, bool(row.google_saved)))
    return ListedCard(
        id=row.card_id,
        label=row.label,
        issued_at=row.issued_at,
        revoked_at=row.revoked_at,
        customer=customer_view(row),
        design_id=row.design_id,
        design=row.design,
        state=_state(row, replaced_by),
        replaced_by=replaced_by,
        on_phones=tuple(wallet for wallet, is_there in has if is_there),
        foreign=foreign,
        code_end=code_end(row.code) if foreign else "",
    )


def _state(row: AnyRow, replaced_by: UUID | None) -> CardState:
    """Return the state of a card."""
    if row.revoked_at is None:
        return CardState.ACTIVE
    return CardState.REVOKED if replaced_by is None else CardState.REPLACED
