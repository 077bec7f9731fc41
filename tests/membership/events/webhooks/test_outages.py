"""What a receiver that is down, slows the sender down or refuses one event does to the rest."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.event import listen

from membership.events.webhooks.delivery import deliver
from membership.events.webhooks.retry_policy import (
    ASIDE_FOR,
    FAILING_FOR,
    MAX_ATTEMPTS,
    asked_pause,
    attempts_in_line,
    next_pause,
)
from tests.membership.events.conftest import Club
from tests.membership.events.webhooks.receiver import Receiver
from tests.membership.events.webhooks.test_set_aside import DEAD, PATIENCE, PENDING, Line

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "status", [pytest.param(400, id="refused"), pytest.param(500, id="broken")]
)
def test_successes_of_others_do_not_shorten_the_time_of_a_refused_event(
    club: Club, receiver: Receiver, status: int
) -> None:
    line = Line(club, receiver)
    (refused,) = events = line.emit("a")
    line.refused[refused] = status
    line.pass_time(PATIENCE)
    for _ in range(17):
        line.pass_time(2 * HOUR)
        events += line.emit("b")
        line.pass_time(timedelta(0))
    assert line.accepted == events[1:]
    stored = line.of(events)[0]
    assert stored.state.value == PENDING
    assert status == 500 or stored.attempts == MAX_ATTEMPTS - 1
    line.pass_time(13 * HOUR)
    assert line.of(events)[0].state.value == DEAD


def test_a_receiver_that_is_down_is_disabled_however_many_events_wait(
    club: Club, receiver: Receiver
) -> None:
    line = Line(club, receiver)
    receiver.always = lambda handler: handler.answer(500)
    events = line.emit(*(str(number) for number in range(40)))
    began = club.clock.now
    club.deliver()
    for _ in range(14):
        assert PENDING in {each.state.value for each in line.of(events)}  # a head waits
        club.clock.advance(hours=6)
        club.deliver()
        if club.stored(line.endpoint).disabled_at is not None:
            break
    stored = club.stored(line.endpoint)
    assert stored.disabled_at is not None
    assert FAILING_FOR <= stored.disabled_at - began <= FAILING_FOR + 6 * HOUR
    assert stored.disabled_why == "Nothing was taken for 3 days."


@pytest.mark.parametrize(
    ("answer", "pause", "aside"),
    [
        pytest.param((503, "1800"), HOUR / 2, True, id="unavailable"),
        pytest.param((500, "864000"), 12 * HOUR, True, id="longest"),
        pytest.param((429, "1800"), HOUR / 2, False, id="limited"),
        pytest.param((429, None), HOUR / 60, False, id="limited-without-time"),
        pytest.param((422, "1800"), None, True, id="refused"),
    ],
)
def test_retry_after_holds_back_everything_while_another_is_set_aside(
    club: Club,
    receiver: Receiver,
    answer: tuple[int, str | None],
    pause: timedelta | None,
    aside: bool,
) -> None:
    line = Line(club, receiver)
    (refused,) = line.emit("a")
    line.refused[refused] = 422
    line.pass_time(PATIENCE)
    first, second = line.emit("b", "c")
    status, asked = answer
    headers = {} if asked is None else {"Retry_After": asked}
    receiver.fail(1, status, **headers)
    club.deliver()
    _, tried, _ = club.deliveries(line.endpoint)
    assert (tried.set_aside_at is not None) is aside
    paused = club.stored(line.endpoint).next_attempt_at
    assert paused == (None if pause is None else club.clock.now + pause)
    assert line.accepted == ([second] if pause is None else [])
    line.pass_time(HOUR if pause is None else pause)
    # What stayed in line comes first; what was set aside for the pause follows at its time.
    assert sorted(line.accepted) == sorted([first, second])
    assert aside or line.accepted == [first, second]


def test_retry_after_of_one_that_is_set_aside_holds_back_the_line(
    club: Club, receiver: Receiver
) -> None:
    line = Line(club, receiver)
    (refused,) = line.emit("a")
    line.refused[refused] = 503
    line.pass_time(PATIENCE)
    (other,) = line.emit("b")
    club.clock.advance(minutes=15)
    receiver.fail(1, 503, Retry_After="7200")
    club.deliver()
    assert line.accepted == []
    assert club.stored(line.endpoint).next_attempt_at == club.clock.now + 2 * HOUR
    line.pass_time(2 * HOUR)
    assert line.accepted == [other]


def test_an_endpoint_with_nothing_free_holds_up_no_other(club: Club, receiver: Receiver) -> None:
    line = Line(club, receiver)
    (refused,) = line.emit("a")
    line.refused[refused] = 422
    line.pass_time(PATIENCE)
    second, _ = club.endpoint(receiver.url + "/second")
    (later,) = line.emit("a")  # at the first endpoint it waits behind the other
    club.set(line.endpoint, leased_until=None)
    club.set(second, leased_until=club.clock.now)
    assert deliver(club.work, jitter=lambda: 0.0)
    assert line.accepted == [later]
    assert club.states(second) == ["delivered"]


@pytest.mark.both_databases(reason="the statement of each database")
def test_all_that_waits_is_put_behind_by_one_statement(club: Club, receiver: Receiver) -> None:
    line = Line(club, receiver)
    (refused,) = line.emit("a")
    line.refused[refused] = 422
    line.pass_time(PATIENCE)
    waiting = line.emit(*"aaaaaaaaaaaa")
    behind: list[str] = []

    def note(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if (
            sql.startswith("UPDATE webhook_deliveries")
            and "behind_seq" in sql.partition("WHERE")[0]
        ):
            behind.append(sql)

    listen(club.database.engine, "before_cursor_execute", note)
    club.deliver()
    assert len(behind) == 1
    refused_row, *rows = club.deliveries(line.endpoint)
    assert {each.behind_seq for each in rows} == {refused_row.event_seq}
    line.refused.clear()
    line.pass_time(HOUR)
    assert line.accepted == [refused, *waiting]


@pytest.mark.parametrize(
    ("aside_for", "given_up"),
    [
        pytest.param(None, True, id="in-line"),
        pytest.param(timedelta(0), False, id="just-now"),
        pytest.param(ASIDE_FOR - timedelta(seconds=1), False, id="early"),
        pytest.param(ASIDE_FOR, True, id="in-time"),
        pytest.param(-HOUR, True, id="clock-set-back"),
    ],
)
def test_when_a_delivery_is_given_up(aside_for: timedelta | None, given_up: bool) -> None:
    assert (next_pause(MAX_ATTEMPTS, None, 0.0, aside_for=aside_for) is None) is given_up


@pytest.mark.parametrize(
    ("status", "retry_after", "pause"),
    [
        pytest.param(503, None, None, id="none"),
        pytest.param(503, 0.0, None, id="at-once"),
        pytest.param(503, 60.0, HOUR / 60, id="minute"),
        pytest.param(429, 1e9, 12 * HOUR, id="longest"),
        pytest.param(400, 60.0, None, id="about-the-event"),
    ],
)
def test_pause_that_is_asked_for(
    status: int, retry_after: float | None, pause: timedelta | None
) -> None:
    assert asked_pause(status, retry_after, 0.0) == pause


def test_what_came_too_fast_stays_in_line() -> None:
    assert attempts_in_line(others_aside=True, status=429, retry_after=60.0) == MAX_ATTEMPTS
    assert attempts_in_line(others_aside=True, status=429) == attempts_in_line(others_aside=False)
    assert attempts_in_line(others_aside=True, status=503, retry_after=60.0) == 1
