"""Files of the kiosk are whole, for their owner only, and two kiosks over a folder do not meet."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kiosk.desk_token import DeskTokenStore
from kiosk.private_file import ABANDONED_SECONDS, write_private
from kiosk.profile_store import ProfileStore
from kiosk.scanner_profile import ScannerProfile

WRITERS: dict[str, Callable[[Path], object]] = {
    "token": lambda folder: DeskTokenStore(folder, "").save("md_" + "A" * 43),
    "profile": lambda folder: ProfileStore(folder, "Front desk").save(ScannerProfile(pace_ms=61.0)),
    "text": lambda folder: write_private(folder / "service.json", "{}"),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_others_do_not_read_it_and_no_draft_is_left(
    tmp_path: Path, write: Callable[[Path], object]
) -> None:
    before = os.umask(0)
    try:
        write(tmp_path / "desk")
        write(tmp_path / "desk")
    finally:
        os.umask(before)
    (file,) = (tmp_path / "desk").iterdir()
    readable_by_group = file.name.startswith("hand-scanner-")  # it is no secret
    assert stat.S_IMODE(file.stat().st_mode) == (0o640 if readable_by_group else 0o600)
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_the_draft_of_another_kiosk_is_left_alone(
    tmp_path: Path, write: Callable[[Path], object]
) -> None:
    write(tmp_path)
    (file,) = tmp_path.iterdir()
    draft = file.with_suffix(".new")
    (tmp_path / "elsewhere").write_text("kept")
    draft.symlink_to(tmp_path / "elsewhere")
    file.unlink()
    write(tmp_path)
    assert file.stat().st_size > 0
    assert draft.is_symlink()
    assert (tmp_path / "elsewhere").read_text() == "kept"


def test_many_who_write_at_once_leave_one_whole_text(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    texts = [str(number) * 5000 for number in range(8)]
    with ThreadPoolExecutor(len(texts)) as pool:
        for _ in range(10):
            list(pool.map(lambda text: write_private(file, text), texts))
    assert file.read_text() in texts
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_no_draft(tmp_path: Path) -> None:
    (tmp_path / "file.json" / "full").mkdir(parents=True)
    with pytest.raises(OSError, match=r"file\.json"):
        write_private(tmp_path / "file.json", "text")
    assert [each.name for each in tmp_path.iterdir()] == ["file.json"]


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_the_drafts_of_a_killed_kiosk_are_removed(
    tmp_path: Path, write: Callable[[Path], object]
) -> None:
    folder = tmp_path / "desk"
    write(folder)
    (file,) = folder.iterdir()
    old, young = (folder / f"{file.name}.{name}.new" for name in ("0a1b2c3d", "4e5f6071"))
    other = folder / f"other-{file.name}.0a1b2c3d.new"
    (tmp_path / "elsewhere").write_text("kept")
    for draft in (old, young, other):
        draft.write_text("secret")
    link = folder / f"{file.name}.link.new"
    link.symlink_to(tmp_path / "elsewhere")
    long_ago = file.stat().st_mtime - ABANDONED_SECONDS - 60
    for draft in (old, other, link):
        os.utime(draft, (long_ago, long_ago), follow_symlinks=False)
    file.unlink()  # what is stored already would not be written again
    write(folder)
    assert sorted(folder.iterdir()) == sorted([file, young, other])
    assert (tmp_path / "elsewhere").read_text() == "kept"


def test_no_failure_leaves_a_draft(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_private(tmp_path / "file.json", "\ud800")
    assert list(tmp_path.iterdir()) == []
