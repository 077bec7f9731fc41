"""Customer search by any part of a word of name, number, email or phone, by card, or by UUID.

Customers with a word that begins with the query come before those with the query inside a word,
and shorter words before longer ones. This is the order of the index of terms, so the cost of a
page does not depend on the number of customers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, select, tuple_

from api_client.messages.scan import CustomerHit, CustomerHits, CustomerState
from membership.members.customers.lookup import Found, find_by_text
from membership.members.customers.search_terms import query_words, terms_of
from membership.members.customers.views import VIEW_COLUMNS, customer_view
from membership.members.memberships.entitlements import NO_ENTITLEMENTS, load_entitlements
from membership.rules.outcome import decide
from membership.store.database import AnyRow
from membership.store.models import Customer, CustomerTerm, TermKind
from membership.web.access import Call
from membership.web.paging import bad_cursor, decode_cursor, encode_cursor

_MOST_PASSED_OVER = 1000
"""Of how many customers of another state a page makes sure before it ends."""
_LAST = "\U0010ffff"
"""Sorts after every continuation of a term."""


@dataclass(frozen=True, slots=True, order=True)
class _Position:
    """Position of a hit in the order of terms."""

    kind: TermKind
    term: str
    customer_id: UUID


def search(
    call: Call,
    query: str,
    limit: int,
    cursor: str | None,
    *,
    state: CustomerState | None = None,
) -> CustomerHits:
    """Return a page of customers that match ``query``, of one state or all.

    An empty query lists them by number. If few matches have the state, a page may be short or empty
    without being the last. Raises Invalid for a bad cursor.
    """
    query = query.strip()
    if not query:
        return _all_by_number(call, limit, cursor, state)
    exact = find_by_text(call.connection, call.tenant, query, call.now, former=False)
    if isinstance(exact, Found):
        wanted = state in {None, exact.customer.state}
        return CustomerHits(items=_hits(call, [exact.customer] if wanted else []))
    words = query_words(query)
    if not words:
        return CustomerHits(items=())
    after = None if cursor is None else _decode(cursor)
    page, last = _page(call, words, after, limit, state)
    following = None
    if last is not None:
        following = encode_cursor(last.kind.value, last.term, str(last.customer_id))
    return CustomerHits(items=_hits(call, page), next_cursor=following)


def with_details(call: Call, found: CustomerHits) -> CustomerHits:
    """Return hits with the date of birth and the email address of each."""
    rows = call.connection.execute(
        select(Customer.id, Customer.birth_date, Customer.email).where(
            Customer.organization_id == call.tenant.id,
            Customer.id.in_([hit.customer.id for hit in found.items]),
        )
    )
    known = {row.id: {"birth_date": row.birth_date, "email": row.email} for row in rows}
    items = tuple(hit.model_copy(update=known[hit.customer.id]) for hit in found.items)
    return found.model_copy(update={"items": items})


def hits_of(
    connection: Connection, organization_id: int, customer_ids: Sequence[UUID], now: datetime
) -> tuple[CustomerHit, ...]:
    """Return customers as results of a search, in the order of their numbers."""
    rows = connection.execute(
        select(*VIEW_COLUMNS)
        .where(Customer.organization_id == organization_id, Customer.id.in_(customer_ids))
        .order_by(Customer.number)
    ).all()
    return _hits_of_rows(connection, organization_id, rows, now)


def _page(
    call: Call,
    words: list[str],
    after: _Position | None,
    limit: int,
    state: CustomerState | None,
) -> tuple[list[AnyRow], _Position | None]:
    """Return the customers of a page, and the position of its end if there may be more."""
    batch = limit + 1 if state is None else 4 * (limit + 1)
    page: list[AnyRow] = []
    passed_over, last = 0, after
    for position, row in _matches(call, words, after, batch):
        if state not in {None, row.state}:
            passed_over += 1
            if passed_over == _MOST_PASSED_OVER:
                return page, position
        elif len(page) == limit:
            return page, last
        else:
            page.append(row)
        last = position
    return page, None


def _matches(
    call: Call, words: list[str], after: _Position | None, batch: int
) -> Iterator[tuple[_Position, AnyRow]]:
    """Yield each customer that has all ``words`` once, in the order of the index."""
    for kind in TermKind:
        if after is not None and kind < after.kind:
            continue
        while True:
            rows = call.connection.execute(_batch(call.tenant.id, kind, words, after, batch)).all()
            for row in rows:
                after = _Position(kind, row.term, row.id)
                if (kind, row.term) == _best(row.search_text, words[0]):
                    yield after, row
            if len(rows) < batch:
                break
        after = None


def _best(search_text: str, wanted: str) -> tuple[TermKind, str] | None:
    """Return the first term by which ``wanted`` finds a customer; further ones are repeats.

    None if there is none.
    """
    found = (term for term in terms_of(search_text) if term[1].startswith(wanted))
    return min(found, default=None)


def _batch(
    organization_id: int,
    kind: TermKind,
    words: list[str],
    after: _Position | None,
    limit: int,
) -> Select[*tuple[Any, ...]]:
    """Return a query for the next rows of the index.

    Selects terms of the first word, and filters their customers by the others.
    """
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
    """Return the position in a cursor of a search. Raises Invalid for a bad one."""
    kind, term, customer_id = decode_cursor(cursor, str, str, str)
    try:
        return _Position(TermKind(str(kind)), str(term), UUID(str(customer_id)))
    except ValueError:
        raise bad_cursor() from None


def _all_by_number(
    call: Call, limit: int, cursor: str | None, state: CustomerState | None
) -> CustomerHits:
    """Return a page of all customers, or of those of a state, by number."""
    (after,) = (0,) if cursor is None else decode_cursor(cursor, int)
    wanted = select(*VIEW_COLUMNS).where(
        Customer.organization_id == call.tenant.id, Customer.number > after
    )
    if state is not None:
        wanted = wanted.where(Customer.state == state)
    rows = call.connection.execute(wanted.order_by(Customer.number).limit(limit + 1)).all()
    page = rows[:limit]
    following = encode_cursor(page[-1].number) if len(rows) > limit else None
    return CustomerHits(items=_hits(call, page), next_cursor=following)


def _hits(call: Call, rows: Sequence[AnyRow]) -> tuple[CustomerHit, ...]:
    """Return each customer with the outcome that a scan would have."""
    return _hits_of_rows(call.connection, call.tenant.id, rows, call.now)


def _hits_of_rows(
    connection: Connection, organization_id: int, rows: Sequence[AnyRow], now: datetime
) -> tuple[CustomerHit, ...]:
    """Return each customer with the outcome that a scan would have."""
    entitlements = load_entitlements(connection, organization_id, [row.id for row in rows], now)
    hits = []
    for row in rows:
        decision = decide(row.state, entitlements.get(row.id, NO_ENTITLEMENTS).all, now)
        deciding = decision.deciding
        hits.append(
            CustomerHit(
                customer=customer_view(row),
                outcome=decision.outcome,
                plan=None if deciding is None else deciding.entitlement.plan,
            )
        )
    return tuple(hits)
