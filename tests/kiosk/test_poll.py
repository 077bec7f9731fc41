"""When the service is asked for its state: at once after a failure, then less and less often."""

import pytest
from pytestqt.qtbot import QtBot

from kiosk.poll import AGAIN_S, Poll


@pytest.mark.parametrize("period_s", [0.1, 3.0, 10.0])
def test_after_a_failure_it_is_asked_again_at_once_and_then_with_back_off(
    qtbot: QtBot, period_s: float
) -> None:
    poll = Poll(period_s)
    for _ in range(2):
        pauses = list[float]()
        for _ in range(len(AGAIN_S) + 2):
            poll.on_failed()
            pauses.append(poll.pause_s)
        longest = AGAIN_S[-1]
        assert pauses == [min(each, period_s) for each in (*AGAIN_S, longest, longest)]
        poll.on_answered()
        assert poll.pause_s == period_s
    poll.stop()


@pytest.mark.parametrize("fails", [True, False])
def test_it_is_asked_again_and_again(qtbot: QtBot, fails: bool) -> None:
    poll, asked = Poll(0.05), list[None]()
    poll.wanted.connect(lambda: asked.append(None))
    poll.wanted.connect(poll.on_failed if fails else poll.on_answered)
    poll.start()
    qtbot.waitUntil(lambda: len(asked) >= 4)
    poll.stop()


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
