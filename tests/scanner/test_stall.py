"""How long a read of a live source may take before it counts as hanging."""

from scanner.stall import StallLimit


def test_a_slow_stream_gets_longer_up_to_a_bound() -> None:
    limit = StallLimit(2.0)
    given_s = []
    for _ in range(5):
        limit.restarted()
        limit.frame(0)
        limit.stalled()
        given_s.append(limit.seconds)
    assert given_s == [4.0, 8.0, 16.0, 16.0, 16.0]


def test_a_quick_camera_that_hangs_keeps_the_usual_limit() -> None:
    limit = StallLimit(2.0)
    for _ in range(3):
        limit.restarted()
        for number in range(20):
            limit.frame(number * 33_000_000)
        limit.stalled()
    assert limit.seconds == 2.0


def test_a_camera_that_proves_quick_has_the_usual_limit_again() -> None:
    limit = StallLimit(2.0)
    limit.frame(0)
    limit.stalled()
    limit.restarted()
    for number in range(10):
        limit.frame(number * 33_000_000)
    assert limit.seconds == 4.0
    limit.frame(10 * 33_000_000)
    assert limit.seconds == 2.0


def test_a_stream_that_stays_slow_keeps_its_longer_limit() -> None:
    limit = StallLimit(2.0)
    limit.frame(0)
    limit.stalled()
    limit.restarted()
    for number in range(100):
        limit.frame(number * 2_500_000_000)
    limit.stalled()
    assert limit.seconds == 4.0
