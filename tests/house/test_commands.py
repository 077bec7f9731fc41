"""The command line as a user meets it: real processes, real exit codes.

The kiosk and ``serve`` are started by their true command lines; other commands are forked from
a process that has imported them.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

import main
from api_client.client import MembershipClient
from tests.conftest import ROOT, SAMPLES
from tests.demo_club import deck_in, start_service, stop_service
from tests.flow.films import cards
from tests.forkserver import run as forked_run

T = TypeVar("T")
MAIN = [sys.executable, str(ROOT / "main.py")]


def run(*arguments: str, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    return forked_run(main.run, *arguments, cwd=cwd, env=without_display() | more, timeout=120)


def without_display() -> dict[str, str]:
    names = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    return {name: value for name, value in os.environ.items() if name not in names}


def test_without_a_display_the_kiosk_plays_once_and_reports(
    tmp_path: Path, demo_data: Path
) -> None:
    # The service is still starting at the first card, which waits for it.
    film = cards(
        tmp_path / "f.avi",
        deck_in(demo_data)["Viktor Petrov"],
        deck_in(demo_data)["Marek Nowak"],
        lead_s=1,
        seen_s=1.5,  # long, as a busy machine skips frames
        gap_s=1.5,
    )
    done = subprocess.run(
        [*MAIN, "kiosk", "--camera", str(film), "--data-dir", str(demo_data), "--trace", "t.jsonl"],
        capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False,
        env=without_display() | {"WALLETDESK_KIOSK_PATIENCE_S": "60"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[0].startswith("There is no display")
    line = r"EXPIRED [A-Z]+ \d+(, \d+)? +Viktor Petrov \(C-000004\) +\d+\.\d +01-expired\.png"
    assert re.match(line, said[2])
    assert said[3].startswith("BLOCKED")
    pictures = sorted(p.name for p in (tmp_path / "demo-run").iterdir())
    assert pictures == ["01-expired.png", "02-blocked.png"]
    assert (tmp_path / "demo-run" / "01-expired.png").read_bytes().startswith(b"\x89PNG")
    trace = (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["event"] for line in trace].count("verdict_painted") == 2
    # Kiosk, service and scanner: what they wrote is for the owner only.
    written = [demo_data, *demo_data.rglob("*"), tmp_path / "demo-run", tmp_path / "t.jsonl"]
    assert {"kiosk.log", "service.log"} <= {each.name for each in written}
    assert [each for each in written if each.stat().st_mode & 0o077] == []


def test_a_run_ends_once_the_last_card_is_answered(tmp_path: Path, demo_data: Path) -> None:
    film = cards(tmp_path / "f.avi", deck_in(demo_data)["Viktor Petrov"], lead_s=0.5, seen_s=1.5)
    trace = tmp_path / "t.jsonl"
    kiosk = subprocess.Popen(
        [*MAIN, "kiosk", "--camera", str(film), "--data-dir", str(demo_data), "--trace", "t.jsonl"],
        stdout=subprocess.PIPE, text=True, cwd=tmp_path,
        env=without_display() | {"WALLETDESK_KIOSK_PATIENCE_S": "60"},
    )  # fmt: skip
    (service,) = wait_for(
        lambda: [each for each in family(kiosk.pid) if "serve" in each.cmdline()], bool
    )
    service.suspend()  # as on a machine that starts it slowly
    wait_for(trace.exists, bool)
    wait_for(lambda: '"ended"' in trace.read_text(encoding="utf-8"), bool)
    time.sleep(2)  # longer than the last verdict stays on screen
    assert kiosk.poll() is None
    service.resume()
    said, _ = kiosk.communicate(timeout=60)
    assert kiosk.returncode == 0
    assert said.splitlines()[2].startswith("EXPIRED")


def test_a_killed_kiosk_leaves_nothing_running(tmp_path: Path, demo_data: Path) -> None:
    film = cards(tmp_path / "f.avi", deck_in(demo_data)["Viktor Petrov"])
    kiosk = subprocess.Popen(
        [*MAIN, "kiosk", "--camera", str(film), "--data-dir", str(demo_data)],
        stderr=subprocess.DEVNULL,
    )
    children = wait_for(lambda: family(kiosk.pid), lambda found: len(found) >= 2)
    wait_for((demo_data / "service.json").exists, bool)
    os.kill(kiosk.pid, signal.SIGKILL)
    kiosk.wait()
    wait_for(lambda: [child for child in children if alive(child)], lambda left: not left)


def family(pid: int) -> list[psutil.Process]:
    """The scanner and the service of a kiosk."""
    found = psutil.Process(pid).children(recursive=True)
    return [one for one in found if "resource_tracker" not in " ".join(one.cmdline())]


def alive(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


def wait_for(look: Callable[[], T], good: Callable[[T], bool]) -> T:
    """Look again and again until it is good; fail after a minute."""
    end = time.monotonic() + 60
    while not good(found := look()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


def test_a_polite_kill_ends_the_kiosk_in_order(tmp_path: Path, demo_data: Path) -> None:
    film = cards(tmp_path / "f.avi", deck_in(demo_data)["Viktor Petrov"])
    kiosk = subprocess.Popen(
        [*MAIN, "kiosk", "--camera", str(film), "--data-dir", str(demo_data)],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_for((demo_data / "service.json").exists, bool)
    kiosk.send_signal(signal.SIGTERM)
    _, complaints = kiosk.communicate(timeout=60)
    assert kiosk.returncode == 0
    assert complaints == ""
    assert not (demo_data / "service.json").exists()


@pytest.mark.parametrize("real", [["--no-demo"], ["--server", "http://127.0.0.1:1"]])
def test_without_a_display_a_real_club_is_shown_no_demo_camera(
    tmp_path: Path, real: list[str]
) -> None:
    key = {"WALLETDESK_KIOSK_KEY": "mk_live_1"}
    done = run("kiosk", *real, "--data-dir", str(tmp_path / "data"), cwd=tmp_path, **key)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no display and no demo club" in done.stderr
    assert not (tmp_path / "demo-run").exists()


def test_a_club_without_the_demo_and_a_desk_with_a_key_of_its_own(tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = subprocess.Popen(
        [*MAIN, "serve", "--port", "0", "--data-dir", str(data)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    url = json.loads(server.stdout.readline())["url"]
    made = run("key", "Desk at the door", "--desk", "--data-dir", str(data))
    assert made.returncode == 0, made.stderr
    client = MembershipClient(url, made.stdout.strip())
    assert (client.desk().organization, client.desk().demo) == ("My Club", False)
    client.close()
    unknown = run("key", "x", "--organization", "nobody", "--data-dir", str(data))
    assert (unknown.returncode, "'nobody'" in unknown.stderr) == (2, True)
    server.terminate()
    server.wait(60)
    server.stdout.close()
    assert server.returncode == 0


def test_scan_prints_a_json_line_per_file_and_goes_on_after_a_bad_one(tmp_path: Path) -> None:
    bad = tmp_path / "notes.txt"
    bad.write_text("no picture", encoding="utf-8")
    photo = SAMPLES / "qrcode-1" / "1.webp"
    done = run("scan", str(bad), str(photo))
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 1
    assert first["path"] == str(bad)
    assert "notes.txt" in first["error"]
    assert second["codes"][0]["format"] == "QRCode"
    assert second["codes"][0]["text"] == photo.with_suffix(".txt").read_text(encoding="utf-8")
    assert len(second["codes"][0]["corners"]) == 4
    assert second["milliseconds"] > 0


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["kiosk", "--server", "http://127.0.0.1:1"], {}, "--key-file or WALLETDESK_KIOSK_KEY"),
        (["kiosk", "--server", "http://127.0.0.1:1", "--key-file", "/no/key"], {}, "/no/key"),
        (["kiosk"], {"WALLETDESK_KIOSK_DEADLINE_S": "soon"}, "setting deadline_s"),
        (["kiosk"], {"WALLETDESK_KIOSK_LANGUAGE": "xx"}, "'xx'"),
        (["serve"], {"WALLETDESK_PORT": "99999"}, "setting port"),
        (["serve"], {"WALLETDESK_TIME_ZONE": "Mars/Base"}, "setting time_zone"),
        (["serve", "--port", "many"], {}, "'--port'"),
        (["organization", "X", "--slug", "My Club"], {}, "slug 'My Club'"),
        (["organization", "X", "--slug", "x", "--time-zone", "Mars/Base"], {}, "'Mars/Base'"),
        (["key", "K", "--organization", "nowhere"], {}, "nowhere"),
        (["import", "none.csv", "--kind", "customers"], {}, "none.csv"),
        (["restore", "none.zip"], {}, "none.zip"),
        (["dance"], {}, "dance"),
    ],
)
def test_wrong_use_is_told_in_a_line(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], words: str
) -> None:
    done = run(*arguments, cwd=tmp_path, XDG_DATA_HOME=str(tmp_path), **environment)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_organization_has_its_own_key_and_its_own_people(demo_data: Path) -> None:
    folder = ["--data-dir", str(demo_data)]
    service = start_service(demo_data)
    try:
        made = run("organization", "Second Club", "--slug", "second", *folder)
        assert (made.returncode, made.stderr) == (0, "")
        again = run("organization", "Second Club", "--slug", "second", *folder)
        assert again.returncode == 2
        assert "already has an organization 'second'" in again.stderr
        key = run("key", "Desk", "--desk", "--organization", "second", *folder).stdout.strip()
        client = MembershipClient(service.url, key)
        try:
            assert client.desk().organization == "Second Club"
            assert client.search_customers("Amara").items == ()
        finally:
            client.close()
    finally:
        stop_service(service)
