"""Ring buffer of preview pictures in shared memory: one process writes, another copies.

Each slot starts with the sequence number of its picture. The writer clears the number before it
writes the pixels and sets it afterwards, so a reader that finds the same number before and after
its copy has a consistent picture. The reader needs no NumPy, which only the scanner process loads.
"""

from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from typing import TYPE_CHECKING, Any, Literal

from scanner.events import PreviewRef

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Image = npt.NDArray[np.uint8]

SLOTS = 6
HEADER_BYTES = 64
"""Space for the sequence number, with which pixels stay aligned to a cache line."""

_NUMBER_BYTES = 8
_ORDER: Literal["little"] = "little"


def slot_bytes(side: int) -> int:
    """Return the size of a slot whose pictures fit into ``side`` x ``side`` pixels."""
    return HEADER_BYTES + side * side * 3


@dataclass(frozen=True, slots=True)
class Picture:
    """A copy of a preview: rows of BGR pixels from the top, one byte a channel, without gaps."""

    width: int
    height: int
    data: bytes

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels, as of a NumPy array."""
        return self.height, self.width, 3

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> "Image":
        """Return the pixels as an array of ``shape``, for ``numpy.asarray``."""
        import numpy as np  # noqa: PLC0415 - the reader of previews does without

        array: Image = np.frombuffer(self.data, np.uint8).reshape(self.shape)
        return array if dtype is None else array.astype(dtype)


class PreviewRing:
    """The ring in one process: ``create`` allocates it, ``attach`` opens it in the other one."""

    def __init__(self, memory: SharedMemory, side: int, owner: bool) -> None:
        """Wrap ``memory``; the ``owner`` also removes it on ``close``."""
        self._memory = memory
        self._side = side
        self._owner = owner
        self._next_slot = 0

    @classmethod
    def create(cls, side: int) -> "PreviewRing":
        """Allocate a ring for pictures of at most ``side`` x ``side`` pixels."""
        return cls(SharedMemory(create=True, size=SLOTS * slot_bytes(side)), side, owner=True)

    @classmethod
    def attach(cls, name: str, side: int) -> "PreviewRing":
        """Join the ring called ``name`` that another process created with the same ``side``."""
        return cls(SharedMemory(name=name), side, owner=False)

    @property
    def name(self) -> str:
        """The name to ``attach`` by."""
        return self._memory.name

    @property
    def _buffer(self) -> memoryview:
        buffer = self._memory.buf
        if buffer is None:
            raise ValueError("the ring is closed")
        return buffer

    def _sequence(self, slot: int) -> int:
        offset = slot * slot_bytes(self._side)
        return int.from_bytes(self._buffer[offset : offset + _NUMBER_BYTES], _ORDER)

    def _set_sequence(self, slot: int, sequence: int) -> None:
        offset = slot * slot_bytes(self._side)
        number = sequence.to_bytes(_NUMBER_BYTES, _ORDER)
        self._buffer[offset : offset + _NUMBER_BYTES] = number

    def _pixels(self, slot: int, width: int, height: int) -> slice:
        """Return where the pixels of a picture are."""
        offset = slot * slot_bytes(self._side) + HEADER_BYTES
        return slice(offset, offset + height * width * 3)

    def write(self, image: "Image", sequence: int) -> PreviewRef:
        """Write a BGR ``image`` to the next slot as number ``sequence`` (above 0, never reused).

        Raises ValueError for a picture that exceeds the side of the ring.
        """
        height, width = image.shape[:2]
        if max(height, width) > self._side:
            raise ValueError(f"preview {width}x{height} exceeds {self._side} pixels a side")
        slot = self._next_slot
        self._next_slot = (slot + 1) % SLOTS
        self._set_sequence(slot, 0)
        self._buffer[self._pixels(slot, width, height)] = image.tobytes()
        self._set_sequence(slot, sequence)
        return PreviewRef(slot, sequence, width, height)

    def read(self, ref: PreviewRef) -> Picture | None:
        """Return a BGR copy of the picture, or None if it was overwritten."""
        if self._sequence(ref.slot) != ref.sequence:
            return None
        data = bytes(self._buffer[self._pixels(ref.slot, ref.width, ref.height)])
        picture = Picture(ref.width, ref.height, data)
        return picture if self._sequence(ref.slot) == ref.sequence else None

    def close(self) -> None:
        """Detach the memory; the owner also removes it."""
        self._memory.close()
        if self._owner:
            self._memory.unlink()
