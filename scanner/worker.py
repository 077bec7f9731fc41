"""The scanner process: captures in one thread, decodes in another, sends events to the pipe.

The process ends when its pipe breaks, which happens however the kiosk ends.
"""

import contextlib
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from dataclasses import replace
from multiprocessing import connection
from typing import NoReturn

from scanner.events import STILL_SIDE, Code, FrameRead, SourceChanged, SourceState, Still
from scanner.messages import Failed, Heartbeat, LookFor, Phase, TakeStill
from scanner.preview import PreviewRing
from scanner.settings import Decoder, ScannerSettings

BEAT_S = 0.2
"""Time between heartbeats, in seconds."""

REST_S = 0.04
"""Pause after the first reading of a code, in seconds: the look-up and the screen need the CPU more
than the next frame, which most likely shows the same card."""

SEQUENCE_BITS = 40
"""Preview numbers start at generation << SEQUENCE_BITS, so no two processes share one."""


class Link:
    """The process's end of the pipe, shared by the threads. Ends the process when it breaks."""

    def __init__(self, pipe: connection.Connection) -> None:
        """Wrap ``pipe``."""
        self._pipe = pipe
        self._lock = threading.Lock()
        self._orders: deque[LookFor] = deque(maxlen=1)
        self._still_wanted = threading.Event()

    def send(self, message: FrameRead | SourceChanged | Still | Heartbeat | Failed) -> None:
        """Send one message. Blocks while the supervisor reads none."""
        try:
            with self._lock:
                self._pipe.send(message)
        except OSError:
            leave(0)

    def listen(self) -> NoReturn:
        """Keep what the supervisor orders until it closes its end, then end this process."""
        with contextlib.suppress(OSError, EOFError):
            while True:
                match self._pipe.recv():
                    case LookFor() as order:
                        self._orders.append(order)
                    case TakeStill():
                        self._still_wanted.set()
        leave(0)

    def take_order(self) -> LookFor | None:
        """Return the newest order that was not returned before, None if there is none."""
        try:
            return self._orders.pop()
        except IndexError:
            return None

    def take_still_order(self) -> bool:
        """Return whether a still was ordered since this was asked before."""
        if not self._still_wanted.is_set():
            return False
        self._still_wanted.clear()
        return True


class Activity:
    """Phases of the threads and since when; set by them, read by the heartbeat."""

    def __init__(self) -> None:
        """Start in the starting phase."""
        self._phase = (Phase.STARTING, time.monotonic())
        self._decoding_since_s: float | None = None

    def enter(self, phase: Phase) -> None:
        """Record that the capture thread enters ``phase`` now."""
        self._phase = (phase, time.monotonic())

    def decoding(self, busy: bool) -> None:
        """Record that the decoder starts or ends a frame."""
        self._decoding_since_s = time.monotonic() if busy else None

    def beat(self) -> Heartbeat:
        """Return the present phases."""
        now_s = time.monotonic()
        phase, since_s = self._phase
        decoding_since_s = self._decoding_since_s
        decoding_s = 0.0 if decoding_since_s is None else now_s - decoding_since_s
        return Heartbeat(phase, now_s - since_s, decoding_s)


def leave(code: int) -> NoReturn:
    """End the process at once, since a driver thread that hangs would block an ordinary exit."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run(
    settings: ScannerSettings, pipe: connection.Connection, ring_name: str, generation: int
) -> NoReturn:
    """Run the scanner process: read and decode until the source ends or the pipe breaks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    link = Link(pipe)
    activity = Activity()
    threading.Thread(target=link.listen, daemon=True).start()
    threading.Thread(target=_beat_forever, args=(link, activity), daemon=True).start()
    try:
        ring = PreviewRing.attach(ring_name, settings.preview_width)
        _scan(settings, link, activity, ring, generation)
    except Exception as error:  # noqa: BLE001 - reported, printed, and the process ends
        traceback.print_exc()
        link.send(Failed(f"{type(error).__name__}: {error}"))
        leave(1)
    link.send(SourceChanged(SourceState.ENDED, f"{settings.label} is over."))
    while True:
        time.sleep(BEAT_S)


def _beat_forever(link: Link, activity: Activity) -> NoReturn:
    while True:
        link.send(activity.beat())
        time.sleep(BEAT_S)


def _build_decoder(settings: ScannerSettings) -> Decoder:
    if settings.decoder is not None:
        return settings.decoder(settings)
    from scanner.decode import LiveDecoder  # noqa: PLC0415 - after the first heartbeat

    return LiveDecoder(settings.formats)


def _scan(
    settings: ScannerSettings, link: Link, activity: Activity, ring: PreviewRing, generation: int
) -> None:
    """Decode the newest frame repeatedly until the source ends."""
    # Imported here because that can take seconds, and the heartbeat runs by now.
    import cv2  # noqa: PLC0415

    from scanner.capture import Capture  # noqa: PLC0415
    from scanner.picture import fit_within, quieten  # noqa: PLC0415

    quieten()
    cv2.setNumThreads(1)
    decoder = _build_decoder(settings)
    capture = Capture(settings, link.send, activity.enter, failed_before=generation > 1)
    capture.start()
    number = 0
    before: tuple[Code, ...] = ()
    while (taken := capture.newest.take()) is not None:
        frame, captured_ns = taken
        number += 1
        if link.take_still_order():
            whole = fit_within(frame, STILL_SIDE)
            link.send(Still(whole.shape[1], whole.shape[0], whole.tobytes()))
        if (order := link.take_order()) is not None:
            decoder = _build_decoder(replace(settings, formats=order.formats))
        activity.decoding(True)
        codes = decoder.decode(frame)
        activity.decoding(False)
        decoded_ns = time.monotonic_ns()
        sequence = (generation << SEQUENCE_BITS) + number
        height, width = frame.shape[:2]
        ref = ring.write(fit_within(frame, settings.preview_width), sequence)
        link.send(FrameRead(number, captured_ns, decoded_ns, width, height, codes, ref))
        if codes and not before:
            time.sleep(REST_S)
        before = codes
    ring.close()
    if capture.error is not None:
        raise capture.error
