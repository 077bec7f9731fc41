"""Drafts and their notes: what a killed process left is removed, and nobody else's file is."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from membership.base.private_files import noted_draft, remove_dead_drafts
from membership.base.settings import ServiceSettings
from membership.base.vault import KEY_FILE, open_vault

NOTE = ".walletdesk-backup.99999999.note"
DRAFT = ".club.zip.99999999.draft"
OTHERS = (
    ".letter.draft",
    ".letter.v2.draft",
    ".letter.2.drafts",
    "letter.2.draft",
    ".2.draft",
    ".shopping.note",
    ".7.note",
    ".walletdesk-backup.note",
    ".walletdesk-backup.list.note",
    "walletdesk-backup.7.note",
)
"""Names that look like ours and are not."""


def sticky(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for everybody."""
    folder.chmod(0o1777)


def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The home folder."""
    monkeypatch.setenv("HOME", str(folder))


def private(_folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    """The service's own folder."""


Kind = Callable[[Path, pytest.MonkeyPatch], None]
KINDS = pytest.mark.parametrize("kind", [sticky, home, private], ids=["sticky", "home", "private"])


@KINDS
def test_files_with_other_names_stay(
    tmp_path: Path, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind(tmp_path, monkeypatch)
    for name in OTHERS:
        (tmp_path / name).write_text("milk, bread")
    (tmp_path / ".plan.note").mkdir()
    assert remove_dead_drafts(tmp_path) == []
    assert {each.name for each in tmp_path.iterdir()} == {*OTHERS, ".plan.note"}


@pytest.mark.parametrize("name", [NOTE, DRAFT])
@pytest.mark.parametrize("made", ["folder", "link", "pipe", "unreadable"])
def test_what_has_our_name_and_is_no_file_of_ours_stays(
    tmp_path: Path, name: str, made: str
) -> None:
    folder, path, other = tmp_path / "data", tmp_path / "data" / name, tmp_path / "other"
    folder.mkdir()
    other.write_bytes(os.fsencode(tmp_path / "club.zip"))
    named = tmp_path / DRAFT
    named.write_bytes(b"half")
    if made == "folder":
        path.mkdir()
    elif made == "link":
        path.symlink_to(other)
    elif made == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(other.read_bytes())
        if os.geteuid() == 0:
            os.chown(path, 65534, -1)
        else:
            path.chmod(0)
    assert remove_dead_drafts(folder) == []
    assert path.is_symlink() or path.exists()
    assert named.exists()
    assert other.exists()


@KINDS
def test_what_a_note_names_is_removed_wherever_it_is(
    tmp_path: Path, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind(tmp_path, monkeypatch)
    named, beside = tmp_path / DRAFT, tmp_path / ".letter.2.draft"
    for each in (named, beside):
        each.write_bytes(b"half")
    (tmp_path / NOTE).write_bytes(os.fsencode(tmp_path / "club.zip"))
    assert named in remove_dead_drafts(tmp_path)
    assert not named.exists()
    assert not (tmp_path / NOTE).exists()
    assert beside.exists() == (kind is not private)


@pytest.mark.parametrize(
    "text", [b"", b"club.zip", b"/", b"\x00", b"/none/such/club.zip", b"\xff\xfe"], ids=repr
)
def test_a_note_that_names_nothing_is_removed(tmp_path: Path, text: bytes) -> None:
    (tmp_path / NOTE).write_bytes(text)
    assert remove_dead_drafts(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_living_backup_keeps_its_draft_and_its_note(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "club.zip"
    data.mkdir()
    with noted_draft(data, file) as stream:
        stream.write(b"whole")
        assert remove_dead_drafts(data) == []
        assert [each.name for each in data.iterdir()] == [f".walletdesk-backup.{os.getpid()}.note"]
    assert file.read_bytes() == b"whole"
    assert list(data.iterdir()) == []


@pytest.mark.parametrize("left", ["file", "link", "dangling link", "folder"])
def test_a_note_is_written_through_nothing(tmp_path: Path, left: str) -> None:
    data, other, file = tmp_path / "data", tmp_path / "other", tmp_path / "club.zip"
    data.mkdir()
    other.write_text("not ours")
    note = data / f".walletdesk-backup.{os.getpid()}.note"
    if left == "file":
        note.write_text("left behind")
    elif left == "folder":
        note.mkdir()
    else:
        note.symlink_to(other if left == "link" else tmp_path / "none")
    with noted_draft(data, file) as stream:
        stream.write(b"whole")
        assert note.is_dir() or note.read_bytes() == os.fsencode(file)
    assert file.read_bytes() == b"whole"
    assert other.read_text() == "not ours"
    assert not (tmp_path / "none").exists()


def test_a_new_key_is_written_through_no_link(tmp_path: Path) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    data.mkdir()
    other.write_text("not ours")
    (data / f".{KEY_FILE}-{os.getpid()}").symlink_to(other)
    open_vault(ServiceSettings(data_dir=data))
    assert other.read_text() == "not ours"
    assert not (data / KEY_FILE).is_symlink()


def test_starts_at_any_moment_take_no_living_draft_for_a_dead_one(tmp_path: Path) -> None:
    data, done, removed = tmp_path / "data", threading.Event(), list[Path]()
    data.mkdir()

    def start() -> None:
        while not done.is_set():
            removed.extend(remove_dead_drafts(data))

    starter = threading.Thread(target=start)
    starter.start()
    try:
        for number in range(100):
            with noted_draft(data, data / "club.zip") as stream:
                stream.write(b"%d" % number)
            assert (data / "club.zip").read_bytes() == b"%d" % number
    finally:
        done.set()
        starter.join()
    assert [each.name for each in data.iterdir()] == ["club.zip"]
