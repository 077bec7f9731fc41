"""Items of jobs that failed: left out for growing pauses, each for itself, and counted."""

from datetime import timedelta

from membership.base.failing import BACKOFF, MAX_ITEMS, FailingItems
from tests.membership.support import NOON


def test_an_item_is_left_out_for_a_growing_pause_and_no_other_is() -> None:
    items, now = FailingItems(), NOON
    for failures in range(1, 9):
        pause = BACKOFF.pause(failures)
        assert items.failed("job", (1, "a"), ValueError("no"), now).failures == failures
        assert items.waiting("job", now) == {(1, "a")}
        assert items.waiting("other", now) == frozenset()
        assert items.waiting("job", now + pause - timedelta(seconds=1)) == {(1, "a")}
        now += pause
        assert items.waiting("job", now) == frozenset()
    assert items.counts() == {"job": 1}
    items.succeeded("job", (1, "a"))
    assert items.counts() == {}
    assert items.failed("job", (1, "a"), "no", now).failures == 1


def test_a_clock_that_was_set_back_makes_no_pause_longer() -> None:
    items = FailingItems()
    items.failed("job", 1, "no", NOON)
    assert items.waiting("job", NOON - timedelta(days=1)) == frozenset()


def test_they_are_bounded() -> None:
    items = FailingItems()
    for item in range(MAX_ITEMS + 1):
        items.failed("job", item, "no", NOON)
    assert items.counts() == {"job": MAX_ITEMS}
    assert 0 not in items.waiting("job", NOON)
