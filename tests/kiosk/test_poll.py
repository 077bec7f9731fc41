"""When the service is asked for its state: at once after a failure, then less and less often."""

import time

import pytest
from pytestqt.qtbot import QtBot

from kiosk.poll import AGAIN_S, Poll


def asked_within(qtbot: QtBot, poll: Poll, seconds: float, *, fails: bool) -> list[float]:
    """When a service is asked that always fails, or always answers; in seconds."""
    began, at = time.monotonic(), list[float]()

    def answer() -> None:
        at.append(time.monotonic() - began)
        (poll.on_failed if fails else poll.on_answered)()

    poll.wanted.connect(answer)
    (poll.on_failed if fails else poll.on_answered)()
    qtbot.wait(int(seconds * 1000))
    poll.stop()
    return at


def test_after_a_failure_it_is_asked_again_at_once_and_then_with_back_off(qtbot: QtBot) -> None:
    at = asked_within(qtbot, Poll(10.0), 2.2, fails=True)
    assert len(at) == 3
    assert at[0] < AGAIN_S[1]
    assert at[1] >= AGAIN_S[1]
    assert at[2] >= AGAIN_S[1] + AGAIN_S[2]


@pytest.mark.parametrize("fails", [True, False])
def test_it_is_never_asked_less_often_than_its_period(qtbot: QtBot, fails: bool) -> None:
    at = asked_within(qtbot, Poll(0.1), 1.5, fails=fails)
    assert 3 <= len(at) <= 16


def test_a_failure_after_an_answer_is_asked_about_at_once_again(qtbot: QtBot) -> None:
    poll = Poll(10.0)
    for _ in range(5):
        poll.on_failed()
    poll.on_answered()
    with qtbot.waitSignal(poll.wanted, timeout=2000):
        poll.on_failed()
    poll.stop()


def test_what_gets_no_answer_at_all_is_asked_again_after_a_period(qtbot: QtBot) -> None:
    poll = Poll(0.1)
    poll.start()
    for _ in range(2):
        with qtbot.waitSignal(poll.wanted, timeout=5000):
            pass
    poll.stop()
    poll.on_failed()
    with qtbot.assertNotEmitted(poll.wanted, wait=300):
        pass
