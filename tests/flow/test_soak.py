"""Long runs, started by ``make soak``: a desk that scans all day neither grows nor slows."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT

SECONDS = 300
WARM_S = 60
GROWTH_MB = 15


def megabytes(pid: int) -> dict[str, float]:
    """Private memory of a kiosk's processes, by role."""
    root = psutil.Process(pid)
    sizes: dict[str, float] = {}
    for one in [root, *root.children(recursive=True)]:
        line = " ".join(one.cmdline())
        name = "kiosk" if one.pid == pid else ("service" if " serve " in line else "scanner")
        if "resource_tracker" not in line:
            sizes[name] = one.memory_full_info().uss / 1e6
    return sizes


@pytest.mark.soak
def test_memory_stays_flat_while_cards_come_and_go(tmp_path: Path, demo_data: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    kiosk = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "kiosk", "--data-dir", str(demo_data),
         "--camera", f"demo:{demo_data / 'demo-deck.json'}", "--trace", str(trace)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    try:
        time.sleep(WARM_S)
        before = megabytes(kiosk.pid)
        time.sleep(SECONDS - WARM_S)
        after = megabytes(kiosk.pid)
    finally:
        kiosk.terminate()
        assert kiosk.wait(20) == 0
    growth = {name: after[name] - before[name] for name in before}
    assert max(growth.values()) < GROWTH_MB, growth
    events = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    painted = sum(event["event"] == "verdict_painted" for event in events)
    assert painted > SECONDS / 2.5, "every card of the demo is shown, one in two seconds"
    print(f"\nverdicts {painted}, memory before {before}, after {after}")
