"""Runs the garbage collector in the GUI thread only.

Python collects reference cycles in any thread that allocates. A ``QObject`` that is freed outside
its own thread deletes timers and queued events that the GUI thread is using, which crashes the
process (decision 18). So automatic collection is off while there is a window, and a timer of the
GUI thread collects instead.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QTimer

_BEAT_MS = 500


def collect_due() -> int | None:
    """Collect the oldest generation that is due, as Python would. Returns its number or None."""
    counted = zip(gc.get_count(), gc.get_threshold(), strict=True)
    due = [number for number, (count, limit) in enumerate(counted) if count > limit > 0]
    # An older generation is only ever due together with the youngest.
    if 0 not in due:
        return None
    gc.collect(due[-1])
    return due[-1]


@contextmanager
def collected_here() -> Iterator[None]:
    """Collect in the event loop of this thread only, until the context ends."""
    was_on = gc.isenabled()
    gc.disable()
    # Objects loaded by now live until the end: leaving them out keeps each collection short.
    gc.collect()
    gc.freeze()
    beat = QTimer()
    beat.timeout.connect(collect_due)
    beat.start(_BEAT_MS)
    try:
        yield
    finally:
        beat.stop()
        gc.unfreeze()
        if was_on:
            gc.enable()
