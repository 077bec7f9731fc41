"""No command and no process leaves a file that other users of the machine can read."""

import os
import stat
import subprocess
from pathlib import Path

import main
from membership.data.demo.club import SLUG
from tests.demo_club import start_service, stop_service
from tests.forkserver import run

_OTHERS = 0o077


def _readable(folder: Path) -> list[str]:
    """What others than the owner have any right to, the folder itself included."""
    found = [folder, *folder.rglob("*")]
    return [str(each) for each in found if stat.S_IMODE(each.lstat().st_mode) & _OTHERS]


def _open_to_all(folder: Path) -> None:
    """Make a folder as earlier versions left it: readable by everybody."""
    for each in [folder, *folder.rglob("*")]:
        each.chmod(0o755 if each.is_dir() else 0o644)


def _command(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a command with the umask that most users have, which forked processes inherit."""
    done = run(main.run, *arguments, timeout=120)
    assert done.returncode == 0, done.stderr
    return done


def test_every_command_and_process_keeps_the_members_data_private(
    demo_data: Path, tmp_path: Path
) -> None:
    given = tmp_path / "given"
    data: list[str | Path] = ["--data-dir", demo_data]
    club = [*data, "--organization", SLUG]
    given.mkdir()
    (given / "old.csv").touch(mode=0o644)
    _open_to_all(demo_data)
    assert "membership.sqlite3" in str(_readable(demo_data))
    service = start_service(demo_data)
    try:
        assert _readable(demo_data) == []
        for name in ("card.pkpass", "card.pdf", "card.png"):
            _command("issue", "C-000001", "--out", given / name, *club)
        for name in ("old.csv", "new.csv"):
            _command("export", "customers", given / name, *club)
        _command("backup", given / "club.zip", "--with-key", *data)
        restored = tmp_path / "restored"
        _command("restore", given / "club.zip", "--data-dir", restored)
        _command("key", "Door", "--desk", *club)
        assert _readable(restored) == _readable(demo_data) == []
        written = sorted(each.name for each in given.iterdir())
        assert written == ["card.pdf", "card.pkpass", "card.png", "club.zip", "new.csv", "old.csv"]
        assert _readable(given) == [str(given)]
    finally:
        stop_service(service)
    assert _readable(demo_data) == []


def test_commands_mend_a_folder_too(demo_data: Path) -> None:
    _open_to_all(demo_data)
    _command("key", "Door", "--data-dir", demo_data, "--organization", SLUG)
    assert _readable(demo_data) == []


def test_a_setting_lets_the_group_read(demo_data: Path) -> None:
    _open_to_all(demo_data)
    environment = {**os.environ, "WALLETDESK_GROUP_READS": "yes"}
    where: list[str | Path] = ["--data-dir", demo_data, "--organization", SLUG]
    done = run(main.run, "key", "Door", *where, env=environment)
    assert done.returncode == 0, done.stderr
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in demo_data.iterdir()}
    assert stat.S_IMODE(demo_data.stat().st_mode) == 0o750
    assert modes["membership.sqlite3"] == 0o640
    assert modes["secret.key"] == 0o600
