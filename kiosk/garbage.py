"""Collects garbage in the GUI thread only.

Python collects reference cycles in whatever thread happens to allocate. A ``QObject`` that is
freed in another thread than its own takes its timers and queued events down while the GUI
thread works on them, which ends in a segmentation fault (decision 18). So the automatic
collection is off as long as there is a window, and a timer of the GUI thread does the same work.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QTimer

_BEAT_MS = 500


def collect_due() -> int | None:
    """Collect the oldest generation that is due, as Python would; answers which, if any."""
    counted = zip(gc.get_count(), gc.get_threshold(), strict=True)
    due = [number for number, (count, limit) in enumerate(counted) if count > limit > 0]
    # An older generation is only ever due together with the youngest.
    if 0 not in due:
        return None
    gc.collect(due[-1])
    return due[-1]


@contextmanager
def collected_here() -> Iterator[None]:
    """Collect in this thread's event loop, and in no other thread, until the context ends."""
    was_on = gc.isenabled()
    gc.disable()
    # What is loaded by now stays: it need not be looked at again, which keeps each pause short.
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
