"""Lists that the service gives in pages, fetched up to a stated maximum."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from api_client.errors import BadAnswer

T_co = TypeVar("T_co", covariant=True)
Item = TypeVar("Item")

MOST = 1000
"""How many items are fetched by default."""


class Page(Protocol[T_co]):
    """A page of a list: its items, and the cursor of the next one."""

    @property
    def items(self) -> tuple[T_co, ...]:
        """The items, in the order of the list."""
        ...

    @property
    def next_cursor(self) -> str | None:
        """The cursor of the next page; None on the last one."""
        ...


@dataclass(frozen=True)
class Listed(Generic[Item]):
    """The items of a list from its beginning.

    ``complete`` tells that they are all. ``total`` is how many there are: the items of a complete
    list, else what the service counted, or None if it did not.
    """

    items: tuple[Item, ...]
    complete: bool
    total: int | None


def fetch_all(fetch: Callable[[str | None], Page[Item]], most: int = MOST) -> Listed[Item]:
    """Fetch a list page by page, at most ``most`` items.

    ``fetch`` asks for the page at a cursor, the first one at None, such as
    ``lambda cursor: client.people_of(company_id, cursor)``. Its ApiErrors pass through. Raises
    BadAnswer if the service gives the same cursor again, which would never end.
    """
    items: list[Item] = []
    cursor: str | None = None
    total: int | None = None
    seen: set[str] = set()
    while True:
        page = fetch(cursor)
        if cursor is None:
            total = getattr(page, "total", None)
        items += page.items
        cursor = page.next_cursor
        if len(items) > most or (cursor is not None and len(items) == most):
            return Listed(tuple(items[:most]), complete=False, total=total)
        if cursor is None:
            return Listed(tuple(items), complete=True, total=len(items))
        if cursor in seen:
            raise BadAnswer("The service gives the same page of a list again and again.")
        seen.add(cursor)
