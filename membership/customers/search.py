"""Customer search: any part of a word of the name, number, email, phone; a card; a UUID.

Best first: customers in whom a word begins with what was typed come before those who have it
inside a word, and shorter completions before longer ones. The order is that of the index of
terms, so a page costs the same among a million customers as among forty.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select, tuple_

from api_client.schemas import CustomerHit, CustomerHits
from membership.access import Call
from membership.customers.lookup import Found, find_by_text
from membership.customers.terms import query_words, terms_of
from membership.customers.views import VIEW_COLUMNS, customer_view
from membership.database import AnyRow
from membership.memberships.holdings import NOTHING, load_held
from membership.models import Customer, CustomerTerm, TermKind
from membership.paging import bad_cursor, decode_cursor, encode_cursor
from membership.rules.outcome import decide

_LAST = "\U0010ffff"
"""Sorts after every continuation of a term."""


@dataclass(frozen=True, slots=True, order=True)
class _Position:
    """Where in the order of terms a hit stands."""

    kind: TermKind
    term: str
    customer_id: UUID


def search(call: Call, query: str, limit: int, cursor: str | None) -> CustomerHits:
    """Find customers; an empty query lists all by number.

    Raises Invalid for a bad cursor.
    """
    query = query.strip()
    if not query:
        return _all_by_number(call, limit, cursor)
    exact = find_by_text(call.session, call.tenant, query)
    if isinstance(exact, Found):
        return CustomerHits(items=_hits(call, [exact.customer]))
    words = query_words(query)
    if not words:
        return CustomerHits(items=())
    after = None if cursor is None else _decode(cursor)
    found = []
    for position, row in _matches(call, words, after, limit + 1):
        found.append((position, row))
        if len(found) > limit:
            break
    page = found[:limit]
    following = None
    if len(found) > limit:
        last = page[-1][0]
        following = encode_cursor(last.kind.value, last.term, str(last.customer_id))
    return CustomerHits(items=_hits(call, [row for _, row in page]), next_cursor=following)


def _matches(
    call: Call, words: list[str], after: _Position | None, batch: int
) -> Iterator[tuple[_Position, AnyRow]]:
    """Customers that have all ``words``, each once, in the order of the index."""
    for kind in TermKind:
        if after is not None and kind < after.kind:
            continue
        while True:
            rows = call.session.execute(_batch(call.tenant.id, kind, words, after, batch)).all()
            for row in rows:
                after = _Position(kind, row.term, row.id)
                if (kind, row.term) == _best(row.search_text, words[0]):
                    yield after, row
            if len(rows) < batch:
                break
        after = None


def _best(search_text: str, wanted: str) -> tuple[TermKind, str]:
    """The first term by which ``wanted`` finds a customer: the others are repeats."""
    return min(term for term in terms_of(search_text) if term[1].startswith(wanted))


def _batch(
    organization_id: int,
    kind: TermKind,
    words: list[str],
    after: _Position | None,
    limit: int,
) -> Select[*tuple[Any, ...]]:
    """Query for the next rows of the index: terms of the first word, filtered by the others."""
    wanted, *others = words
    same = and_(
        Customer.organization_id == CustomerTerm.organization_id,
        Customer.id == CustomerTerm.customer_id,
    )
    query = (
        select(CustomerTerm.term, Customer.search_text, *VIEW_COLUMNS)
        .join(Customer, same)
        .where(
            CustomerTerm.organization_id == organization_id,
            CustomerTerm.kind == kind,
            CustomerTerm.term >= wanted,
            CustomerTerm.term < wanted + _LAST,
            *(Customer.search_text.contains(other, autoescape=True) for other in others),
        )
    )
    if after is not None:
        here = tuple_(CustomerTerm.term, CustomerTerm.customer_id)
        query = query.where(here > tuple_(after.term, after.customer_id))
    return query.order_by(CustomerTerm.term, CustomerTerm.customer_id).limit(limit)


def _decode(cursor: str) -> _Position:
    """Read a cursor of a search. Raises Invalid."""
    kind, term, customer_id = decode_cursor(cursor, str, str, str)
    try:
        return _Position(TermKind(str(kind)), str(term), UUID(str(customer_id)))
    except ValueError:
        raise bad_cursor() from None


def _all_by_number(call: Call, limit: int, cursor: str | None) -> CustomerHits:
    """A page of all customers."""
    (after,) = (0,) if cursor is None else decode_cursor(cursor, int)
    rows = call.session.execute(
        select(*VIEW_COLUMNS)
        .where(Customer.organization_id == call.tenant.id, Customer.number > after)
        .order_by(Customer.number)
        .limit(limit + 1)
    ).all()
    page = rows[:limit]
    following = encode_cursor(page[-1].number) if len(rows) > limit else None
    return CustomerHits(items=_hits(call, page), next_cursor=following)


def _hits(call: Call, rows: Sequence[AnyRow]) -> tuple[CustomerHit, ...]:
    """Show each customer with the outcome that a scan would have."""
    held = load_held(call.session, call.tenant.id, [row.id for row in rows], call.now)
    hits = []
    for row in rows:
        decision = decide(row.state, held.get(row.id, NOTHING).holdings, call.now)
        deciding = decision.deciding
        hits.append(
            CustomerHit(
                customer=customer_view(row),
                outcome=decision.outcome,
                plan=None if deciding is None else deciding.holding.plan,
            )
        )
    return tuple(hits)
