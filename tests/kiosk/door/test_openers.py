"""Commands and requests that open the door: real processes, a real server."""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.door.openers import CommandOpener, DoorError, Opener, WebhookOpener, openers_of
from kiosk.door.opening import Opening
from kiosk.settings import KioskSettings
from tests.fakes.odd_service import html, odd_service, whole
from tests.fakes.stuck_peer import dripping, full_backlog, silent, stuck_peer

OPENING = Opening(UUID(int=1), UUID(int=2), "Pool; rm -rf /", 0.0)


def python(source: str, *more: str, timeout_s: float = 20.0) -> CommandOpener:
    return CommandOpener([sys.executable, "-I", "-c", source, *more], timeout_s)


def refused(opener: Opener) -> str:
    """Return why a door was not opened."""
    with pytest.raises(DoorError) as refusal:
        opener.open(OPENING)
    opener.close()
    return str(refusal.value)


def test_a_command_gets_its_arguments_as_they_are_and_what_it_is_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WALLETDESK_KIOSK_KEY", "secret")
    told = tmp_path / "told"
    source = "import json, os, sys; open(sys.argv[1], 'w').write(json.dumps([sys.argv[2:], dict(os.environ)]))"  # noqa: E501
    python(source, str(told), "$(touch x); *", "two words").open(OPENING)
    arguments, variables = json.loads(told.read_text())
    assert arguments == ["$(touch x); *", "two words"]
    assert variables["DOOR_VISIT_ID"] == str(UUID(int=1))
    assert variables["DOOR_CUSTOMER_ID"] == str(UUID(int=2))
    assert variables["DOOR_DESK"] == "Pool; rm -rf /"
    assert not [name for name in variables if name.startswith("WALLETDESK_")]


def test_a_command_that_fails_says_how_it_ended() -> None:
    why = refused(python("import sys; print('x' * 10_000); sys.exit('relay 3 is not there')"))
    assert "exit code 1" in why
    assert why.endswith("relay 3 is not there")
    assert len(why) < 500


def test_a_command_that_is_not_there_is_named() -> None:
    why = refused(CommandOpener(["/no/such/relay", "pulse"], 1.0))
    assert why.startswith("/no/such/relay: ")


def test_a_command_that_hangs_is_killed_with_what_it_began(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    source = """if True:
        import subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-I", "-c", "import time; time.sleep(600)"])
        open(sys.argv[1], "w").write(str(child.pid))
        time.sleep(600)"""
    why = refused(python(source, str(noted), timeout_s=2.0))
    assert why.endswith("no end in 2 s")
    child = Path("/proc", noted.read_text())
    for _ in range(100):
        if not child.exists() or "\nState:\tZ" in (child / "status").read_text():
            break
        time.sleep(0.05)
    else:
        os.kill(int(child.name), 9)
        pytest.fail("what the command began still runs")


@contextmanager
def door(status: int) -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    """Yield the URL of a door that answers with a status, and the requests that it got."""
    got: list[BaseHTTPRequestHandler] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        got.append(handler)
        headers = {"Location": "http://127.0.0.1:9/"} if status in {302, 307} else {}
        whole(status, "text/plain", b"", **headers)(handler)

    with odd_service(answer) as service:
        yield service.url, got


def test_a_request_says_which_visit_it_is_about() -> None:
    with door(204) as (url, got):
        opener = WebhookOpener(url, "t0ken", 20.0)
        opener.open(OPENING)
        opener.close()
    (request,) = got
    assert json.loads(getattr(request, "body", b"")) == OPENING.facts
    assert request.headers["Authorization"] == "Bearer t0ken"


@pytest.mark.parametrize("status", [302, 307, 401, 404, 500, 503])
def test_an_answer_that_is_no_2xx_has_not_opened_the_door(status: int) -> None:
    with door(status) as (url, got):
        assert refused(WebhookOpener(url, "", 20.0)) == f"HTTP {status}"
    assert len(got) == 1


@pytest.mark.parametrize("script", [silent, dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")])
def test_a_door_that_does_not_answer_is_waited_for_no_longer_than_set(script: object) -> None:
    with stuck_peer(script) as url:  # type: ignore[arg-type]
        assert refused(WebhookOpener(url, "", 0.3)) == "no answer in time"
    with full_backlog() as url:
        assert refused(WebhookOpener(url, "", 0.3)) == "no answer in time"


def test_a_door_that_is_not_there_is_not_reached() -> None:
    assert refused(WebhookOpener("http://127.0.0.1:9/", "", 5.0)).startswith("not reached")


def test_a_page_of_a_hotel_network_opens_it_only_if_it_says_so() -> None:
    with odd_service(html(511)) as service:
        assert refused(WebhookOpener(service.url, "", 20.0)) == "HTTP 511"


def test_no_door_is_opened_unless_it_is_set() -> None:
    assert openers_of(KioskSettings()) == []


def test_both_ways_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WALLETDESK_KIOSK_DOOR_COMMAND", '["/usr/bin/relay", "pulse"]')
    monkeypatch.setenv("WALLETDESK_KIOSK_DOOR_URL", "http://192.0.2.7/open")
    command, request = openers_of(KioskSettings())
    assert isinstance(command, CommandOpener)
    assert isinstance(request, WebhookOpener)
    request.close()
