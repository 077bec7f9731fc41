"""Lists fetched page by page, up to a stated maximum."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from api_client.errors import BadAnswer
from api_client.pages import Listed, fetch_all


@dataclass(frozen=True)
class Numbers:
    """A page of numbers."""

    items: tuple[int, ...]
    next_cursor: str | None = None
    total: int | None = None


Fetch = Callable[[str | None], Numbers]


def numbers(count: int, *, counted: bool = True) -> tuple[list[str | None], Fetch]:
    """Return the cursors that are asked for, and a service of ``count`` numbers, ten a page."""
    asked: list[str | None] = []

    def fetch(cursor: str | None) -> Numbers:
        asked.append(cursor)
        first = int(cursor or 0)
        last = min(first + 10, count)
        following = str(last) if last < count else None
        total = count if counted and cursor is None else None
        return Numbers(tuple(range(first, last)), following, total)

    return asked, fetch


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 35, 40])
@pytest.mark.parametrize("counted", [True, False])
def test_all_of_a_list_is_complete_and_counted(count: int, *, counted: bool) -> None:
    asked, fetch = numbers(count, counted=counted)
    assert fetch_all(fetch) == Listed(tuple(range(count)), complete=True, total=count)
    assert len(asked) == max(1, -(-count // 10))


@pytest.mark.parametrize("most", [1, 9, 10, 11, 20, 34])
def test_a_list_that_is_cut_says_so_with_the_true_count(most: int) -> None:
    asked, fetch = numbers(35)
    assert fetch_all(fetch, most) == Listed(tuple(range(most)), complete=False, total=35)
    assert len(asked) == -(-most // 10)


def test_a_list_that_just_fits_is_complete() -> None:
    _, fetch = numbers(35)
    assert fetch_all(fetch, 35).complete


def test_a_service_that_turns_in_a_circle_is_noticed() -> None:
    with pytest.raises(BadAnswer):
        fetch_all(lambda _: Numbers((1,), "again"))
