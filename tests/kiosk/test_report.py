"""Trace, report, log and the memory of None: what a desk leaves behind."""

import json
import logging
import sys
from pathlib import Path
from uuid import UUID

import structlog
from PySide6.QtCore import QObject

from api_client.messages.scan import Outcome, ScanRequest
from kiosk.logs import configure_logging
from kiosk.pending_scan import DisplayedScan, PendingScan
from kiosk.report import Report
from kiosk.texts import Texts
from kiosk.trace import Trace
from kiosk.verdict import verdict_of
from scanner.events import FrameRead

from .answers import answer, unknown


def shown(outcome: Outcome, *, captured_ns: int | None = 1_000_000) -> DisplayedScan:
    given = unknown() if outcome is Outcome.UNKNOWN_CODE else answer(outcome)
    frame = FrameRead(1, captured_ns, captured_ns, 1280, 720, (), None) if captured_ns else None
    scan = PendingScan(ScanRequest(visit_id=UUID(int=5), text="x"), frame, None)
    return DisplayedScan(verdict_of(given, Texts("en")), scan, given)


def test_one_picture_per_kind_of_verdict(tmp_path: Path) -> None:
    report = Report(tmp_path)
    pictures = [
        report.add(shown(outcome), 26_000_000)
        for outcome in (Outcome.ACTIVE, Outcome.EXPIRED, Outcome.ACTIVE)
    ]
    assert pictures == [tmp_path / "01-active.png", tmp_path / "02-expired.png", None]


def test_the_table_says_who_what_and_how_fast(tmp_path: Path) -> None:
    report = Report(tmp_path)
    report.add(shown(Outcome.ACTIVE), 26_000_000)
    report.add(shown(Outcome.UNKNOWN_CODE, captured_ns=None), 26_000_000)
    head, first, second = report.table().splitlines()
    assert head.split() == ["verdict", "who", "ms", "picture", "detail"]
    assert first.split()[:6] == ["ACTIVE", "Amara", "Okafor", "(C-000123)", "25.0", "01-active.png"]
    assert second.split()[:4] == ["UNKNOWN", "CODE", "-", "-"]


def test_the_trace_is_a_json_line_per_event(tmp_path: Path) -> None:
    trace = Trace(tmp_path / "trace.jsonl")
    trace.event("decoded", 12, frame=3)
    trace.close()
    trace.event("late", 13)
    lines = (tmp_path / "trace.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [{"event": "decoded", "ns": 12, "frame": 3}]
    assert not Trace(None)


def test_the_log_is_json_in_the_folder(tmp_path: Path) -> None:
    before = structlog.get_config()
    handlers = logging.getLogger().handlers[:]
    try:
        path = configure_logging(tmp_path / "logs")
        structlog.get_logger("test").warning("something", visit="v1")
        assert path is not None
        line = json.loads(path.read_text(encoding="utf-8").splitlines()[-1])
        assert (line["event"], line["visit"], line["level"]) == ("something", "v1", "warning")
    finally:
        _restore(before, handlers)


def test_a_desk_without_a_writable_log_still_runs(tmp_path: Path) -> None:
    before = structlog.get_config()
    handlers = logging.getLogger().handlers[:]
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    try:
        assert configure_logging(tmp_path / "file") is None
    finally:
        _restore(before, handlers)


def _restore(config: dict[str, object], handlers: list[logging.Handler]) -> None:
    for handler in logging.getLogger().handlers:
        if handler not in handlers:
            handler.close()
    logging.getLogger().handlers[:] = handlers
    structlog.configure(**config)  # type: ignore[arg-type]
    sys.excepthook = sys.__excepthook__


def test_qt_does_not_lose_references_to_none() -> None:
    """PySide6 6.12.0 on Python 3.11 lost one with each call; a kiosk would die within hours."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(2_000):
        thing.setObjectName("x")
    assert before - sys.getrefcount(None) < 1_000
