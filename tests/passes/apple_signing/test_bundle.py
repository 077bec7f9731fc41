"""Bundles of passes: small, large, and beyond the limits without ZIP64."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from passes.apple.bundle import BUNDLE_TYPE, PASS_TYPE, write_bundle
from passes.errors import PassContentError


class Sink(io.RawIOBase):
    """A write-only file that counts its bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        length = len(bytes(data))  # type: ignore[call-overload]
        self.written += length
        return int(length)


def read_back(file: io.BytesIO) -> dict[str, bytes]:
    """Return the passes of a bundle by name, after a check of the archive."""
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_passes_are_in_order() -> None:
    file = io.BytesIO()
    assert write_bundle(file, iter([b"first", b"second", b"first"])) == 3
    assert list(read_back(file).items()) == [
        ("000001.pkpass", b"first"),
        ("000002.pkpass", b"second"),
        ("000003.pkpass", b"first"),
    ]


def test_equal_passes_make_equal_bundles() -> None:
    one, two = io.BytesIO(), io.BytesIO()
    write_bundle(one, [b"a", b"b"])
    write_bundle(two, [b"a", b"b"])
    assert one.getvalue() == two.getvalue()


@pytest.mark.parametrize(("passes", "path"), [([], "passes"), ([b"a", b""], "passes[1]")])
def test_empty_bundles_and_passes_are_refused(passes: list[bytes], path: str) -> None:
    with pytest.raises(PassContentError) as refused:
        write_bundle(io.BytesIO(), passes)
    assert refused.value.path == path


@pytest.mark.parametrize("count", [65_534, 65_535])
def test_more_entries_than_without_zip64(count: int) -> None:
    file = io.BytesIO()
    write_bundle(file, (b"%d" % number for number in range(count)))
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names)) == count
        assert archive.read(names[-1]) == b"%d" % (count - 1)


@pytest.mark.parametrize("start", [2**32 - 60, 2**32 - 1, 2**32 + 5])
def test_beyond_four_gibibytes(tmp_path: Path, start: int) -> None:
    with (tmp_path / "large.pkpasses").open("w+b") as file:  # sparse: takes no space on disk
        file.seek(start)
        write_bundle(file, [b"first", b"second"], position=start)
        with zipfile.ZipFile(file) as archive:
            assert [archive.read(each) for each in archive.namelist()] == [b"first", b"second"]
            assert archive.infolist()[0].header_offset == start


def test_memory_use_is_independent_of_the_number_of_passes() -> None:
    def passes(count: int) -> Iterator[bytes]:
        for _ in range(count):
            yield b"x" * 100

    peaks = []
    for count in (1_000, 30_000):
        tracemalloc.start()
        write_bundle(Sink(), passes(count))  # type: ignore[arg-type]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Up to a mebibyte of the directory is held in memory before it goes to a file.
    assert peaks[1] - peaks[0] < 2_200_000


def test_a_full_disk_raises() -> None:
    class Full(Sink):
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device", data)

    with pytest.raises(OSError, match="No space left"):
        write_bundle(Full(), [b"pass"])  # type: ignore[arg-type]


def test_media_types() -> None:
    assert PASS_TYPE == "application/vnd.apple.pkpass"
    assert BUNDLE_TYPE == "application/vnd.apple.pkpasses"
