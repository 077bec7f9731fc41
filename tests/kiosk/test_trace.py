"""The trace of scans: lines of JSON, and a disk that is full costs no scan."""

import json
from pathlib import Path

import pytest

from kiosk.trace import Trace

FULL = Path("/dev/full")


def test_one_line_per_event(tmp_path: Path) -> None:
    trace = Trace(tmp_path / "trace.jsonl")
    trace.event("decoded", 12, frame=3)
    trace.close()
    lines = (tmp_path / "trace.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [{"event": "decoded", "ns": 12, "frame": 3}]


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_ends_the_trace_and_nothing_else() -> None:
    trace = Trace(FULL)
    for number in range(3):
        trace.event("decoded", number)
    assert not trace
    trace.close()


def test_without_a_path_nothing_is_written() -> None:
    trace = Trace(None)
    trace.event("decoded", 1)
    assert not trace
    trace.close()
