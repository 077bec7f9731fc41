"""Files that only their owner can read: made so, and mended where they were not."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from membership.base.private_files import (
    group_may_read,
    keep_private,
    mend_data_folder,
    prepare_data,
    private_draft,
)
from membership.base.settings import ServiceSettings

FILES = (
    "membership.sqlite3",
    "membership.sqlite3-wal",
    "membership.sqlite3-shm",
    "kiosk.log",
    "kiosk.log.1",
    "service.log",
    "service.log.1",
    "service.json",
    "secret.key",
    "demo-deck.json",
    "export.csv",
    "card.pkpass",
    "club.zip",
)


def mode(path: Path) -> int:
    """The rights to a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """The umask that most users have; put back afterwards."""
    former = os.umask(0o022)
    yield
    os.umask(former)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A data folder as earlier versions left it."""
    folder = tmp_path / "data"
    (folder / "mail").mkdir(parents=True)
    for name in FILES:
        (folder / name).write_text(name)
    (folder / "run.sh").touch(mode=0o755)
    return folder


def test_the_former_data_folder_is_mended(old: Path) -> None:
    assert mode(old) == 0o755
    assert mend_data_folder(old) == []
    assert {name: mode(old / name) for name in FILES} == dict.fromkeys(FILES, 0o600)
    assert (mode(old), mode(old / "mail"), mode(old / "run.sh")) == (0o700, 0o700, 0o700)
    assert [(old / name).read_text() for name in FILES] == list(FILES)


def test_a_setting_lets_the_group_read_all_but_secrets(old: Path) -> None:
    assert mend_data_folder(old) == []
    drafts = ("service.new", "desk-token.json.1a2b3c4d.new")
    for name in drafts:
        (old / name).write_text("key")
    assert mend_data_folder(old, group_reads=True) == []
    assert {mode(old / name) for name in drafts} == {0o600}
    secret = ("service.json", "secret.key")
    assert {name: mode(old / name) for name in FILES} == {
        name: 0o600 if name in secret else 0o640 for name in FILES
    }
    assert (mode(old), mode(old / "mail")) == (0o750, 0o700)
    assert mend_data_folder(old) == []
    assert (mode(old), mode(old / "export.csv")) == (0o700, 0o600)


def test_a_new_folder_and_one_behind_a_link(tmp_path: Path) -> None:
    assert mend_data_folder(tmp_path / "a" / "new") == []
    assert mode(tmp_path / "a" / "new") == 0o700
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    (real / "kiosk.log").touch()
    link.symlink_to(real)
    assert mend_data_folder(link) == []
    assert (mode(real), mode(real / "kiosk.log")) == (0o700, 0o600)


def test_what_a_link_leads_to_is_not_touched(old: Path, tmp_path: Path) -> None:
    other = tmp_path / "somebody-elses"
    other.write_text("public")
    (old / "linked").symlink_to(other)
    mend_data_folder(old)
    assert mode(other) == 0o644


@pytest.mark.parametrize("kind", ["sticky", "home"])
def test_of_a_folder_that_is_not_ours_alone_only_our_files_are_mended(
    old: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "sticky":
        old.chmod(0o1777)
    else:
        monkeypatch.setenv("HOME", str(old))
    before = mode(old)
    assert mend_data_folder(old) == []
    assert (mode(old), mode(old / "export.csv")) == (before, 0o644)
    ours = (*FILES[:10], "mail")
    assert {name: mode(old / name) & 0o077 for name in ours} == dict.fromkeys(ours, 0)


def test_a_database_elsewhere_is_mended_with_what_is_beside_it(old: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    names = ("club.db", "club.db-wal", "club.db-shm", "notes.txt")
    for name in names:
        (elsewhere / name).touch()
    url = f"sqlite:///{elsewhere / 'club.db'}"
    assert prepare_data(ServiceSettings(data_dir=old, database_url=url)) == []
    assert [mode(elsewhere / name) for name in names] == [0o600, 0o600, 0o600, 0o644]
    assert (mode(elsewhere), mode(old)) == (0o755, 0o700)


@pytest.mark.parametrize(
    ("given", "group", "created"),
    [
        (None, False, 0o600),
        ("", False, 0o600),
        ("0", False, 0o600),
        ("no", False, 0o600),
        ("perhaps", False, 0o600),
        ("1", True, 0o640),
        ("true", True, 0o640),
        (" Yes ", True, 0o640),
    ],
)
def test_new_files_of_a_process(
    tmp_path: Path, given: str | None, group: bool, created: int
) -> None:
    environment = {} if given is None else {"WALLETDESK_GROUP_READS": given}
    assert group_may_read(environment) is group
    keep_private(group_reads=group)
    (tmp_path / "file").touch()
    assert mode(tmp_path / "file") == created


@pytest.mark.parametrize("left", ["nothing", "file", "link"])
def test_a_draft_is_its_owners_and_replaces_the_file_when_complete(
    tmp_path: Path, left: str
) -> None:
    file, other = tmp_path / "export.csv", tmp_path / "other"
    file.write_text("old")
    other.write_text("not ours")
    draft = tmp_path / f".export.csv.{os.getpid()}.draft"
    if left == "file":
        draft.write_text("left behind")
    elif left == "link":
        draft.symlink_to(other)
    with private_draft(file) as stream:
        stream.write(b"new")
        assert (mode(draft), file.read_text()) == (0o600, "old")
    assert (mode(file), file.read_text(), draft.exists()) == (0o600, "new", False)
    assert (other.read_text(), mode(other)) == ("not ours", 0o644)


def test_a_draft_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"

    def write_half() -> None:
        with private_draft(file) as stream:
            stream.write(b"half")
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        write_half()
    assert list(tmp_path.iterdir()) == []
