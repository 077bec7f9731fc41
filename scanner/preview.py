"""Ring buffer of preview pictures in shared memory: one process writes, another copies.

Each slot starts with the sequence number of its picture. The writer clears the number before it
writes the pixels and sets it afterwards, so a reader that finds the same number before and after
its copy has a consistent picture.
"""

from multiprocessing.shared_memory import SharedMemory

import numpy as np
import numpy.typing as npt

from scanner.events import PreviewRef

Image = npt.NDArray[np.uint8]

SLOTS = 6
HEADER_BYTES = 64
"""Space for the sequence number, with which pixels stay aligned to a cache line."""


def slot_bytes(side: int) -> int:
    """Return the size of a slot whose pictures fit into ``side`` x ``side`` pixels."""
    return HEADER_BYTES + side * side * 3


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

    def _header(self, slot: int) -> npt.NDArray[np.int64]:
        offset = slot * slot_bytes(self._side)
        return np.ndarray((1,), np.int64, self._memory.buf, offset)

    def _pixels(self, slot: int, width: int, height: int) -> Image:
        offset = slot * slot_bytes(self._side) + HEADER_BYTES
        return np.ndarray((height, width, 3), np.uint8, self._memory.buf, offset)

    def write(self, image: Image, sequence: int) -> PreviewRef:
        """Write a BGR ``image`` to the next slot as number ``sequence`` (above 0, never reused).

        Raises ValueError for a picture that exceeds the side of the ring.
        """
        height, width = image.shape[:2]
        if max(height, width) > self._side:
            raise ValueError(f"preview {width}x{height} exceeds {self._side} pixels a side")
        slot = self._next_slot
        self._next_slot = (slot + 1) % SLOTS
        header = self._header(slot)
        header[0] = 0
        self._pixels(slot, width, height)[:] = image
        header[0] = sequence
        return PreviewRef(slot, sequence, width, height)

    def read(self, ref: PreviewRef) -> Image | None:
        """Return a BGR copy of the picture, or None if it was overwritten."""
        header = self._header(ref.slot)
        if header[0] != ref.sequence:
            return None
        picture = self._pixels(ref.slot, ref.width, ref.height).copy()
        return picture if header[0] == ref.sequence else None

    def close(self) -> None:
        """Detach the memory; the owner also removes it."""
        self._memory.close()
        if self._owner:
            self._memory.unlink()
