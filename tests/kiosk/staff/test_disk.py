"""Files that staff choose and save: read whole or not at all, written for their owner only."""

from pathlib import Path

from kiosk.staff.disk import LARGEST, Disk


def test_a_file_is_read_whole_or_not_at_all_with_a_reason(tmp_path: Path) -> None:
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    small.write_bytes(b"picture")
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    disk = Disk()
    assert disk.read(small) == (b"picture", "")
    for path, why in (
        (large, "File too large"),
        (tmp_path, "Is a directory"),
        (tmp_path / "gone.png", "No such file or directory"),
        (Path("/dev/zero"), "File too large"),
    ):
        assert disk.read(path) == (None, f"{path.name}: {why}")


def test_a_saved_file_is_its_owners_also_where_one_was(tmp_path: Path) -> None:
    former = tmp_path / "former.csv"
    former.touch(mode=0o644)
    for path in (former, tmp_path / "new.pkpass"):
        assert Disk().write(path, b"members") == ""
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"members", 0o600)
