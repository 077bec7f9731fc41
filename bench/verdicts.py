"""What a verdict costs the thread of the window: from the answer to the painted panel.

``python -m bench.verdicts [--rounds N] [--json FILE]``. It counts the processor time of that
thread, which other programs on the machine do not add to: the last hop of ``bench.latency`` alone,
as ``make compare REV=… BENCH=verdicts`` compares it between two commits. Every verdict is of
somebody else than the one before.
"""

import argparse
import os
import time
from pathlib import Path

from api_client.messages.scan import Attention, AttentionKind, Outcome
from bench.desk import percentile
from bench.figures import Metric, save
from kiosk.application import prepare_application
from kiosk.style import LIGHT
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from kiosk.views.window import KioskWindow
from tests.kiosk.answers import AMARA, answer

OUTCOMES = (
    Outcome.ACTIVE,
    Outcome.EXPIRED,
    Outcome.ACTIVE,
    Outcome.CARD_REVOKED,
    Outcome.NOT_YET_STARTED,
)
_WARM = 20
"""Verdicts before the first that counts: fonts and icons are loaded with them."""


def measure(rounds: int) -> dict[str, list[float]]:
    """Return milliseconds of each step by its name."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application, texts = prepare_application(), Texts("en")
    window = KioskWindow(texts, LIGHT, "Front desk", lambda: None)
    window.resize(1280, 800)
    window.show()
    application.processEvents()
    seen = Attention(kind=AttentionKind.SEEN_RECENTLY, minutes=3)
    steps: dict[str, list[float]] = {"decide": [], "show and paint": [], "events after": []}
    for number in range(rounds + _WARM):
        customer = AMARA.model_copy(update={"name": f"Amara Okafor {number}"})
        noticed = (seen,) if number % 3 == 0 else ()
        given = answer(OUTCOMES[number % len(OUTCOMES)], customer=customer, attention=noticed)
        times = [time.thread_time()]
        verdict = verdict_of(given, texts)
        times.append(time.thread_time())
        window.show_verdict(verdict, verdict.answered)
        times.append(time.thread_time())
        application.processEvents()
        times.append(time.thread_time())
        if number >= _WARM:
            for taken, begun, ended in zip(steps.values(), times[:-1], times[1:], strict=True):
                taken.append((ended - begun) * 1000)
    return steps


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    steps = measure(options.rounds)
    print("| step of a verdict, processor time | p50 | p99 |")
    print("|---|---|---|")
    for name, times in steps.items():
        print(f"| {name} | {percentile(times, 50):.2f} ms | {percentile(times, 99):.2f} ms |")
    metrics = {
        f"{name} {kind}": Metric(percentile(times, percent), "ms")
        for name, times in steps.items()
        for kind, percent in (("p50", 50), ("p99", 99))
    }
    save(options.json, metrics, steps_ms=steps)


if __name__ == "__main__":
    main()
