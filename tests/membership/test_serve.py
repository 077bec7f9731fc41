"""The service as a process: how it starts, why it may not, how it stops, what a kill leaves."""

import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import ValidationError

from membership.base.scopes import Scope
from membership.base.settings import SQLITE_FILE_NAME, ServiceSettings
from membership.commands.database import create_key
from membership.serve import START_FAILED
from membership.store.database import open_database
from membership.store.migrate import HEAD
from tests.forkserver import ForkedProcess
from tests.membership import launcher
from tests.membership.conftest import SQLITE, Databases
from tests.membership.service_process import ServiceProcess, service_process

pytestmark = pytest.mark.long


def assert_failed(started: ServiceProcess, code: str, *told: str) -> None:
    """The service said why it cannot start, in a sentence, and ended with code 3."""
    assert started.event["event"] == "failed", started.event
    assert started.event["code"] == code
    for each in told:
        assert each in started.event["message"]
    exit_code, log = started.end()
    assert exit_code == START_FAILED
    assert "Traceback" not in log


def test_empty_folder_to_graceful_stop(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    with service_process(folder, "--desk-key") as service:
        assert service.event["event"] == "ready"
        assert service.event["url"].startswith("http://127.0.0.1:")
        desk = service.request("GET", "/v1/desk").json()
        assert (desk["organization"], desk["demo"]) == ("My Club", False)
        service.popen.send_signal(signal.SIGTERM)
        exit_code, log = service.end()
    assert exit_code == 0
    events = [json.loads(line) for line in log.splitlines()]
    # Jobs begin a second after the service is ready: this one may log or not.
    told = [each["event"] for each in events if each["event"] != "wallet_development_certificate"]
    assert told == ["ready", "request", "stopped"]
    assert (folder / SQLITE_FILE_NAME).exists()


def test_interrupt_is_a_graceful_stop(tmp_path: Path) -> None:
    with service_process(tmp_path) as service:
        assert "key" not in service.event
        service.popen.send_signal(signal.SIGINT)
        exit_code, log = service.end()
    assert exit_code == 0
    assert "Traceback" not in log


def test_stops_when_its_parent_closes_the_pipe(tmp_path: Path) -> None:
    with service_process(tmp_path, "--stdin") as service:
        assert service.request("GET", "/healthz").status_code == 200
        exit_code, log = service.end()
    assert exit_code == 0
    assert "Traceback" not in log


def test_keeps_running_when_standard_input_is_none_of_its_business(tmp_path: Path) -> None:
    with service_process(tmp_path) as service:
        service.popen.stdin.close()
        assert service.request("GET", "/healthz").status_code == 200
        assert service.popen.poll() is None
        service.popen.terminate()
        assert service.end()[0] == 0


def test_a_kiosk_hears_every_second_that_its_service_is_alive(tmp_path: Path) -> None:
    with service_process(tmp_path, "--desk-key", "--stdin") as service:
        heard = [json.loads(service.popen.stdout.readline()) for _ in range(3)]
        assert heard == [{"event": "alive"}] * 3
        assert service.end()[0] == 0


def test_desk_keys_are_made_anew_and_the_former_revoked(tmp_path: Path) -> None:
    with service_process(tmp_path, "--desk-key", "--stdin") as first:
        assert first.request("GET", "/v1/desk").status_code == 200
        first.end()
    with service_process(tmp_path, "--desk-key", "--stdin") as second:
        assert second.request("GET", "/v1/desk").status_code == 200
        second.event["key"], former = first.event["key"], second.event["key"]
        assert former != first.event["key"]
        assert second.request("GET", "/v1/desk").status_code == 401


def test_demo(tmp_path: Path) -> None:
    with service_process(tmp_path, "--demo", "--desk-key", "--stdin") as service:
        assert service.request("GET", "/v1/desk").json()["demo"] is True
        deck = json.loads((tmp_path / "demo-deck.json").read_text())
        outcomes = set()
        for card in deck["cards"]:
            body = {"visit_id": str(uuid4()), "text": card["code"]}
            outcomes.add(service.request("POST", "/v1/scans", body).json()["outcome"])
        assert outcomes == {
            "active",
            "expired",
            "no_membership",
            "not_yet_started",
            "blocked",
            "card_revoked",
            "unknown_code",
        }
        visits = service.request("GET", "/v1/desk").json()["visits_today"]
        service.end()
    with service_process(tmp_path, "--demo", "--desk-key", "--stdin") as again:
        assert again.request("GET", "/v1/desk").json()["visits_today"] == visits
        assert json.loads((tmp_path / "demo-deck.json").read_text()) == deck


def test_two_at_once_make_one_club(databases: Databases, tmp_path: Path) -> None:
    url = databases.empty_postgres()
    patient = "--set=busy_timeout_seconds=60"  # one waits until the other has migrated
    for arguments in ((tmp_path / "a",), (tmp_path / "b", "--database-url", url)):
        both = [
            ForkedProcess(launcher.main, *arguments, "--stdin", patient, stderr=subprocess.DEVNULL)
            for _ in range(2)
        ]
        answers = [each.communicate(timeout=60)[0] for each in both]
        assert [json.loads(answer)["event"] for answer in answers] == ["ready", "ready"], answers
        settings = ServiceSettings(
            data_dir=Path(arguments[0]), database_url=(arguments[2:] or [None])[0]
        )
        database = open_database(settings)
        with database.engine.connect() as connection:
            slugs = connection.exec_driver_sql("SELECT slug FROM organizations").all()
        database.engine.dispose()
        assert [tuple(row) for row in slugs] == [("my-club",)]


def test_killed_between_scans_loses_nothing_acknowledged(tmp_path: Path) -> None:
    settings = ServiceSettings(data_dir=tmp_path)
    acknowledged: set[str] = set()
    text = ""
    for _ in range(3):
        with service_process(tmp_path) as service:
            service.event["key"] = create_key(settings, organization="my-club", name="test")
            if not text:
                body = {"given_name": "Amara"}
                created = service.request("POST", "/v1/customers", body).json()
                text = created["customer"]["id"]
            for _ in range(20):
                visit = str(uuid4())
                answer = service.request("POST", "/v1/scans", {"visit_id": visit, "text": text})
                assert answer.status_code == 200
                acknowledged.add(visit)
            os.kill(service.popen.pid, signal.SIGKILL)
            assert service.end()[0] == -signal.SIGKILL
    with service_process(tmp_path) as service:
        service.event["key"] = create_key(settings, organization="my-club", name="test")
        listed = service.request("GET", "/v1/visits?limit=100").json()["items"]
    assert {each["id"] for each in listed} == acknowledged


def test_newer_database(databases: Databases, tmp_path: Path) -> None:
    database = open_database(databases.new(SQLITE, tmp_path))
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0042'")
    database.engine.dispose()
    with service_process(tmp_path) as service:
        assert_failed(service, "database_too_new", SQLITE_FILE_NAME, "0042", HEAD)


def test_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / SQLITE_FILE_NAME).write_text("to do: buy milk\n" * 100)
    with service_process(tmp_path) as service:
        assert_failed(service, "not_a_database", SQLITE_FILE_NAME)


def test_database_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / SQLITE_FILE_NAME).mkdir()
    with service_process(tmp_path) as service:
        assert_failed(service, "database_unavailable", SQLITE_FILE_NAME)


def test_data_folder_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with service_process(tmp_path / "data") as service:
        assert_failed(service, "data_dir_not_writable", str(tmp_path / "data"))


def test_disk_full_at_the_first_start(tmp_path: Path) -> None:
    with service_process(tmp_path, "--max-pages", "10") as service:
        assert_failed(service, "storage_full", SQLITE_FILE_NAME)
    # With room again it starts as if nothing had been.
    with service_process(tmp_path, "--stdin") as service:
        assert service.event["event"] == "ready"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB of its own; only root may have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _fill(disk: Path) -> None:
    """Write to a disk until it takes not one byte more."""
    with (disk / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)


@pytest.mark.parametrize(
    "former",
    [
        pytest.param(False, id="first-start"),
        pytest.param(True, id="later-start", marks=pytest.mark.soak),
    ],
)
def test_really_full_disk_at_the_start(small_disk: Path, former: bool) -> None:
    if former:
        with service_process(small_disk, "--stdin") as service:
            assert service.event["event"] == "ready"
            service.end()
    _fill(small_disk)
    with service_process(small_disk, "--desk-key") as service:
        assert_failed(service, "storage_full", str(small_disk))
    (small_disk / "filler").unlink()
    with service_process(small_disk, "--stdin") as service:
        assert service.event["event"] == "ready"
        service.end()


@pytest.mark.parametrize(
    ("limit", "former", "code"),
    [
        (100, False, "storage_failed"),
        pytest.param(100, True, "storage_full", marks=pytest.mark.soak),
        (20_000, False, "storage_full"),
        (20_000, True, "storage_full"),
    ],
)
def test_files_that_cannot_grow_at_the_start(
    tmp_path: Path, limit: int, former: bool, code: str
) -> None:
    if former:
        with service_process(tmp_path, "--stdin") as service:
            service.end()
    with service_process(tmp_path, "--desk-key", "--largest-file", str(limit)) as service:
        assert_failed(service, code, SQLITE_FILE_NAME)


def test_port_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        with service_process(tmp_path, "--port", port) as service:
            assert_failed(service, "port_taken", port)
    assert not (tmp_path / SQLITE_FILE_NAME).exists()


@pytest.mark.parametrize(
    "host",
    [
        "192.0.2.1",
        pytest.param("2001:db8::1", marks=pytest.mark.soak),
        pytest.param("no such host", marks=pytest.mark.soak),
    ],
)
def test_address_that_this_machine_does_not_have(tmp_path: Path, host: str) -> None:
    with service_process(tmp_path, "--host", host) as service:
        assert_failed(service, "address_not_available", host)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_time_zone_that_does_not_exist(zone: str) -> None:
    with pytest.raises(ValidationError, match="unknown time zone") as caught:
        ServiceSettings(time_zone=zone)
    assert [each["loc"] for each in caught.value.errors()] == [("time_zone",)]


@pytest.mark.parametrize("url", ["mysql://club:s3cret@127.0.0.1/club", "s3cret"])
def test_database_url_that_cannot_be_used(tmp_path: Path, url: str) -> None:
    with service_process(tmp_path, "--database-url", url) as service:
        assert_failed(service, "database_url_invalid", "database_url")
        assert "s3cret" not in service.event["message"]


def test_data_folder_with_an_awkward_name(tmp_path: Path) -> None:
    folder = tmp_path / "Club 100% Köln & Söhne #1?a=b"
    with service_process(folder, "--stdin") as service:
        assert service.event["event"] == "ready"
        service.end()
    assert (folder / SQLITE_FILE_NAME).stat().st_size > 0


def test_database_server_away(tmp_path: Path) -> None:
    url = "postgresql://club:s3cret@127.0.0.1:1/club"
    with service_process(tmp_path, "--database-url", url) as service:
        assert_failed(service, "database_unavailable", "127.0.0.1")
        assert "s3cret" not in service.event["message"]


def test_log_holds_no_personal_data_and_no_keys(tmp_path: Path) -> None:
    settings = ServiceSettings(data_dir=tmp_path)
    with service_process(tmp_path, "--desk-key", "--stdin") as service:
        desk_key = service.event["key"]
        service.event["key"] = create_key(settings, organization="my-club", name="test")
        body = {"given_name": "Zebulon", "email": "zebulon@example.com"}
        created = service.request("POST", "/v1/customers", body).json()
        customer = created["customer"]["id"]
        service.request("GET", "/v1/customers?q=zebulon")
        service.request("GET", f"/v1/customers/{customer}")
        service.request("POST", "/v1/scans", {"visit_id": str(uuid4()), "text": customer})
        service.request("POST", "/v1/customers", {"given_name": "Zebulon\x00"})
        _, log = service.end()
    assert log.count('"event": "request"') == 5
    for secret in ("ebulon", customer, desk_key, service.event["key"], "mk_live_"):
        assert secret not in log
    routes = {json.loads(line).get("route") for line in log.splitlines()}
    assert {"/v1/customers/{customer_id}", "/v1/scans"} <= routes


def test_make_key_for_an_organization_that_is_not_there(
    databases: Databases, tmp_path: Path
) -> None:
    settings = databases.new(SQLITE, tmp_path)
    with pytest.raises(LookupError, match="elsewhere"):
        create_key(settings, organization="elsewhere", name="x", scopes=frozenset(Scope))
