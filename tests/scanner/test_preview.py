"""The ring of previews in shared memory."""

from collections.abc import Iterator

import numpy as np
import pytest

from scanner.preview import SLOTS, PreviewRing


@pytest.fixture
def ring() -> Iterator[PreviewRing]:
    """A ring for pictures of up to 64 pixels a side."""
    ring = PreviewRing.create(64)
    yield ring
    ring.close()


def picture(
    value: int, height: int = 36, width: int = 64
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return an even BGR picture."""
    return np.full((height, width, 3), value, np.uint8)


def test_another_process_reads_what_was_written(ring: PreviewRing) -> None:
    writer = PreviewRing.attach(ring.name, 64)
    ref = writer.write(picture(7), sequence=1)
    writer.close()
    read = ring.read(ref)
    assert read is not None
    assert np.array_equal(read, picture(7))


def test_each_picture_is_kept_until_its_slot_comes_round_again(ring: PreviewRing) -> None:
    refs = [ring.write(picture(n), sequence=n + 1) for n in range(SLOTS + 1)]
    assert ring.read(refs[0]) is None
    for n, ref in enumerate(refs[1:], start=1):
        read = ring.read(ref)
        assert read is not None
        assert np.array_equal(read, picture(n))


def test_what_was_read_is_a_copy(ring: PreviewRing) -> None:
    ref = ring.write(picture(1), sequence=1)
    read = ring.read(ref)
    for n in range(SLOTS):
        ring.write(picture(99), sequence=n + 2)
    assert read is not None
    assert np.array_equal(read, picture(1))


def test_pictures_of_any_shape_that_fits_are_taken(ring: PreviewRing) -> None:
    for sequence, (height, width) in enumerate([(64, 64), (1, 64), (64, 3)], start=1):
        ref = ring.write(picture(sequence, height, width), sequence)
        read = ring.read(ref)
        assert read is not None
        assert read.shape == (height, width, 3)


def test_a_picture_too_large_is_refused(ring: PreviewRing) -> None:
    with pytest.raises(ValueError, match="65x10 exceeds 64"):
        ring.write(picture(1, 10, 65), sequence=1)
