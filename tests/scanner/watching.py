"""Waiting for what a supervised scanner reports."""

import time

from scanner.events import Event, FrameRead, SourceChanged, SourceState, Still
from scanner.process import ScannerSupervisor

PATIENCE_S = 30.0
"""Long enough for a busy machine; nothing takes this long unless it is broken."""


def wait_for_state(scanner: ScannerSupervisor, *states: SourceState) -> SourceChanged:
    """Return the next change to one of ``states``; fail when it does not come."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        event = scanner.next_event(0.1)
        if isinstance(event, SourceChanged) and event.state in states:
            return event
    raise AssertionError(f"no change to {states} within {PATIENCE_S} s")


def wait_for_text(scanner: ScannerSupervisor, text: str) -> FrameRead:
    """Return the next frame that holds ``text``; fail when none comes."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        event = scanner.next_event(0.1)
        if isinstance(event, FrameRead) and text in [code.text for code in event.codes]:
            return event
    raise AssertionError(f"{text!r} was not read within {PATIENCE_S} s")


def wait_for_still(scanner: ScannerSupervisor) -> Still:
    """Return the next still; fail when none comes."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        event = scanner.next_event(0.1)
        if isinstance(event, Still):
            return event
    raise AssertionError(f"no still came within {PATIENCE_S} s")


def wait_for_end(scanner: ScannerSupervisor) -> list[Event]:
    """Return all events up to ENDED; fail when it does not come."""
    events: list[Event] = []
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        event = scanner.next_event(0.1)
        if event is not None:
            events.append(event)
        if isinstance(event, SourceChanged) and event.state is SourceState.ENDED:
            return events
    raise AssertionError(f"the source did not end within {PATIENCE_S} s")
