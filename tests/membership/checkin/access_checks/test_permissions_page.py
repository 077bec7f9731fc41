"""The examples of docs/permissions.md run as they stand, against a running service."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from membership.base.scopes import Scope
from tests.conftest import ROOT
from tests.membership.support import Service

PAGE = ROOT / "docs" / "permissions.md"


def block(language: str) -> str:
    """The first code block of the page in a language."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, language
    return found[1]


@pytest.fixture
def member(service: Service) -> str:
    """The id of the customer with number 123, who may use the pool until the end of the month."""
    with service.database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE organizations SET next_customer_number = 123 WHERE id = {service.tenant.id}"
        )
    customer = service.customer()
    plan = service.plan("Gold", "area.pool")
    service.member(plan, customer_id=customer, last_day="2027-03-31")
    return customer


def environment(service: Service) -> dict[str, str]:
    """The settings of the examples."""
    key = service.key_with(Scope.PERMISSIONS_READ)
    return {**os.environ, "MEMBERSHIP_URL": service.url, "MEMBERSHIP_KEY": key}


def test_python_program(service: Service, member: str, tmp_path: Path) -> None:
    program = tmp_path / "permissions.py"
    program.write_text(block("python"), encoding="utf-8")
    for asked, said in (
        (("area.pool", "C-000123"), "granted\n"),
        (("area.gym", "C-000123"), "refused\n"),
        (("area.pool", "C-000124"), "refused\n"),
    ):
        run = subprocess.run(
            [sys.executable, str(program), *asked],
            env=environment(service),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (run.returncode, run.stdout, run.stderr) == (0, said, "")


@pytest.mark.parametrize("listening", [False, True])
def test_python_class_keeps_answers(service: Service, member: str, listening: bool) -> None:
    names: dict[str, Any] = {"__name__": "permissions"}
    exec(compile(block("python"), "permissions.py", "exec"), names)
    key = service.key_with(Scope.PERMISSIONS_READ)
    permissions = names["Permissions"](service.url, key, listening=listening)
    assert permissions.granted("area.pool", customer_id=member) is True
    service.patch(f"/v1/customers/{member}", state="banned")
    assert permissions.granted("area.pool", customer_id=member) is True  # kept
    permissions.forget()
    assert permissions.granted("area.pool", customer_id=member) is False
    permissions._http.close()


def test_python_class_asks_again_when_it_ends(service: Service, member: str) -> None:
    names: dict[str, Any] = {"__name__": "permissions"}
    exec(compile(block("python"), "permissions.py", "exec"), names)
    key = service.key_with(Scope.PERMISSIONS_READ)
    permissions = names["Permissions"](service.url, key, listening=True)
    service.clock.advance(days=21, hours=11, milliseconds=-1)  # a millisecond before it ends
    assert permissions.granted("area.pool", customer_id=member) is True
    service.clock.advance(milliseconds=1)
    waited = names["time"].monotonic() + 0.002
    while names["time"].monotonic() < waited:
        pass
    assert permissions.granted("area.pool", customer_id=member) is False
    permissions._http.close()


def test_curl_line_and_its_answer(service: Service, member: str) -> None:
    words = shlex.split(block("sh").strip())
    assert words[0] == "curl"
    header = words[words.index("-H") + 1]
    assert header == "Authorization: Bearer $MEMBERSHIP_KEY"
    path = words[-1].removeprefix("$MEMBERSHIP_URL")
    answer = service.call("GET", path)
    assert answer.status_code == 200
    shown = json.loads(block("json"))
    assert set(shown) == set(answer.json())
    assert set(shown["via"][0]) == set(answer.json()["via"][0])
