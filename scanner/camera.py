"""Opens the source of frames that a setting names.

``open_source`` accepts a camera index (``0``), a stable device name, a device path, a video file,
a picture or a folder of pictures, the address of a network stream, or ``demo:DECK``. ``settle``
replaces ``auto:DECK`` by one of these: the first camera, else the demo.
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import cv2
from cv2_enumerate_cameras import enumerate_cameras

from scanner.files import ImageFolder, VideoFile
from scanner.picture import IMAGE_SUFFIXES, Image, as_image
from scanner.settings import AUTO_PREFIX, ScannerSettings
from scanner.source import Source, SourceError, SourceLost

STREAM_SCHEMES = ("http", "https", "rtsp", "rtsps", "rtmp", "udp", "tcp", "srt")
DEMO_PREFIX = "demo:"
READ_TRIES, READ_PAUSE_S = 5, 0.02
"""Some cameras return no picture the first few times; an unplugged one never does."""

BY_ID = Path("/dev/v4l/by-id")
BACKENDS = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}
"""One backend for each system, so that a camera is listed once and its index is unambiguous."""


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera of this machine: its index for opening, and its product name."""

    index: int
    name: str


def list_cameras() -> list[CameraInfo]:
    """Return the cameras of this machine, by index. Works without a display."""
    found = enumerate_cameras(BACKENDS.get(sys.platform, cv2.CAP_ANY))
    cameras = (CameraInfo(int(camera.index), str(camera.name)) for camera in found)
    return sorted(cameras, key=lambda camera: camera.index)


def settle(
    settings: ScannerSettings, find: Callable[[], Sequence[CameraInfo]] = list_cameras
) -> ScannerSettings:
    """Return settings with ``auto:DECK`` replaced by the first camera of ``find``, else the demo.

    Raises SourceError if there is neither a camera nor a deck.
    """
    spec = settings.source.strip()
    if not spec.startswith(AUTO_PREFIX):
        return settings
    deck = spec.removeprefix(AUTO_PREFIX)
    if cameras := find():
        return replace(settings, source=str(cameras[0].index))
    if not deck or not Path(deck).is_file():
        raise SourceError("no camera is plugged in")
    return replace(settings, source=f"{DEMO_PREFIX}{deck}")


def open_source(settings: ScannerSettings, open_timeout_s: float | None = None) -> Source:
    """Open ``settings.source``. Raises SourceError with what was looked for and where.

    ``open_timeout_s`` bounds the opening of a network stream, in seconds.
    """
    spec = settings.source.strip()
    if not spec:
        raise SourceError("no camera is named")
    if spec.startswith(DEMO_PREFIX):
        # Draws codes, for which it loads qrcode and Pillow: a desk with a camera does without.
        from scanner.demo_camera import DemoCamera  # noqa: PLC0415

        return DemoCamera(Path(spec.removeprefix(DEMO_PREFIX)), settings.loop, settings.fps)
    if is_stream(settings):
        return NetworkStream(settings, open_timeout_s or settings.open_timeout_s)
    if spec.isdecimal():
        return Webcam(int(spec), f"camera {spec}", settings)
    path = Path(spec)
    if path.is_dir():
        return ImageFolder(path, settings.image_s, settings.fps, settings.loop)
    if path.is_file():
        if path.suffix.lower() in IMAGE_SUFFIXES:
            return ImageFolder(path, settings.image_s, settings.fps, settings.loop)
        return VideoFile(path, settings.loop)
    return Webcam(camera_index(spec), f"camera {spec!r}", settings)


def is_stream(settings: ScannerSettings) -> bool:
    """Return whether the source is read over the network. Raises SourceError for a bad address."""
    return _scheme_of(settings.source.strip(), settings) in STREAM_SCHEMES


def _scheme_of(spec: str, settings: ScannerSettings) -> str:
    """Return the scheme of ``spec`` or "". Raises SourceError for an invalid address."""
    try:
        return urlsplit(spec).scheme.lower()
    except ValueError as error:
        raise SourceError(f"the address of {settings.label} is not valid: {error}") from error


def camera_index(name: str, by_id: Path = BY_ID) -> int:
    """Return the index of the camera ``name``: a device path, by-id name or product name.

    Part of a name is enough if it fits one camera only. Raises SourceError otherwise. ``by_id`` is
    the folder in which the system names cameras by their serial number.
    """
    for device in (Path(name), by_id / name):
        target = device.resolve().name
        if device.exists() and target.startswith("video") and target[5:].isdecimal():
            return int(target[5:])
    cameras = list_cameras()
    wanted = name.casefold()
    exact = [camera for camera in cameras if camera.name.casefold() == wanted]
    fitting = exact or [camera for camera in cameras if wanted in camera.name.casefold()]
    if len(fitting) == 1:
        return fitting[0].index
    known = ", ".join(f"{camera.index} = {camera.name}" for camera in cameras) or "none"
    if fitting:
        raise SourceError(f"{name!r} fits several cameras of this machine: {known}")
    raise SourceError(
        f"no camera, file or folder is called {name!r}; cameras of this machine: {known}"
    )


class Webcam:
    """A camera on this machine."""

    live = True

    def __init__(self, index: int, label: str, settings: ScannerSettings) -> None:
        """Open camera ``index`` and request size and rate. Raises SourceError if it is missing."""
        self._label = label
        self._capture = cv2.VideoCapture(index, BACKENDS.get(sys.platform, cv2.CAP_ANY))
        if not self._capture.isOpened():
            raise SourceError(f"{label} is not there, or another program uses it")
        # Uncompressed 720p does not fit through USB 2 at 30 frames a second.
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height)
        self._capture.set(cv2.CAP_PROP_FPS, settings.fps)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def due_s(self) -> float:
        """Return now: the camera sets the pace."""
        return time.monotonic()

    def read(self) -> Image:
        """Return the next frame. Raises SourceLost if the camera returns none any longer."""
        for _ in range(READ_TRIES):
            good, frame = self._capture.read()
            if good and frame is not None:
                return as_image(frame)
            time.sleep(READ_PAUSE_S)
        raise SourceLost(f"{self._label} was unplugged, or gives no pictures any more")

    def close(self) -> None:
        """Release the camera."""
        self._capture.release()


class NetworkStream:
    """A camera that is read over the network."""

    live = True

    def __init__(self, settings: ScannerSettings, open_timeout_s: float) -> None:
        """Connect to the stream. Raises SourceError if nothing answers in time."""
        self._label = f"stream {settings.label}"
        # The supervisor watches reading, so this limit only has to be longer than its own.
        read_timeout_s = settings.stall_after_s * 4
        parameters = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            round(open_timeout_s * 1000),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            round(read_timeout_s * 1000),
        ]
        self._capture = cv2.VideoCapture(settings.source.strip(), cv2.CAP_FFMPEG, parameters)
        if not self._capture.isOpened():
            raise SourceError(f"{self._label} does not answer")

    def due_s(self) -> float:
        """Return now: the camera sets the pace."""
        return time.monotonic()

    def read(self) -> Image:
        """Return the next frame. Raises SourceLost if the stream ends."""
        good, frame = self._capture.read()
        if not good or frame is None:
            raise SourceLost(f"{self._label} broke off")
        return as_image(frame)

    def close(self) -> None:
        """Close the connection."""
        self._capture.release()
