"""Staff against a real service process: from the embedded desk's key to a mailed token.

Afterwards neither the log nor the database holds any of the secrets that were sent or told.
"""

import re
import time
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import MetaData, select

from membership.store.database import Database, open_database
from tests.membership.accounts.staff.people import problem
from tests.membership.conftest import Databases
from tests.membership.service_process import ServiceProcess, service_process
from tests.membership.support import TIMEOUT

FIRST, SECOND, WRONG = "four quiet herons", "five loud magpies", "six shy swallows"
ADA = {"name": "Ada Moreau", "email": "ada@example.com"}
PATIENCE_SECONDS = 30


def send(
    service: ServiceProcess, method: str, path: str, body: Any, key: str = ""
) -> requests.Response:
    """A request with another key than the desk's, or none."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    url = service.event["url"] + path
    return requests.request(method, url, json=body, headers=headers, timeout=TIMEOUT)


def mailed_token(folder: Path) -> str:
    """The token in the one mail that the service's job writes."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := list(folder.glob("*.eml"))):
        assert time.monotonic() < end
        time.sleep(0.05)
    (file,) = found
    text = file.read_text(encoding="utf-8").replace("=\n", "")
    (token,) = set(re.findall(r"mr_[A-Za-z0-9_-]{43}", text))
    file.unlink()
    return str(token)


def dump(database: Database) -> str:
    """Every value of every table, sealed mails too, as text."""
    metadata = MetaData()
    with database.engine.connect() as connection:
        metadata.reflect(connection)
        rows = [connection.execute(select(table)).all() for table in metadata.sorted_tables]
    return repr(rows)


def test_no_secret_is_left_in_the_log_or_the_database(
    backend: str, databases: Databases, tmp_path: Path
) -> None:
    settings = databases.new(backend, tmp_path)
    url = settings.url().render_as_string(hide_password=False)
    secrets = [FIRST, SECOND, WRONG]
    with service_process(tmp_path, "--desk-key", "--database-url", url) as service:
        secrets.append(service.event["key"])
        first = service.request("POST", "/v1/staff/first-account", ADA | {"password": FIRST})
        assert first.status_code == 201, first.text
        again = service.request("POST", "/v1/staff/first-account", ADA | {"password": FIRST})
        assert problem(again) == (409, "staff_exists")
        token = first.json()["token"]
        secrets.append(token)
        where = {"organization": "my-club", "email": ADA["email"]}
        wrong = send(service, "POST", "/v1/staff/sessions", where | {"password": WRONG})
        assert problem(wrong) == (401, "credentials_wrong")
        bad = send(service, "POST", "/v1/staff/sessions", where | {"password": [FIRST]})
        assert problem(bad) == (422, "invalid_request")
        right = send(service, "POST", "/v1/staff/sessions", where | {"password": FIRST})
        secrets.append(right.json()["token"])
        assert send(service, "POST", "/v1/staff/password-resets", where).status_code == 202
        mailed = mailed_token(tmp_path / "mail")
        secrets.append(mailed)
        confirm = "/v1/staff/password-resets/confirm"
        body = {"token": mailed, "password": SECOND}
        assert send(service, "POST", confirm, body | {"password": "short"}).status_code == 422
        assert send(service, "POST", confirm, body).status_code == 204
        # The same request again is a repeat of the network's; another password is not.
        assert send(service, "POST", confirm, body).status_code == 204
        assert send(service, "POST", confirm, body | {"password": FIRST}).status_code == 422
        assert send(service, "GET", "/v1/staff/me", None, token).status_code == 401
        new = send(service, "POST", "/v1/staff/sessions", where | {"password": SECOND}).json()
        secrets.append(new["token"])
        path = "/v1/staff/sessions/current"
        assert send(service, "DELETE", path, None, new["token"]).status_code == 204
        service.popen.terminate()
        code, log = service.end()
    assert code == 0
    database = open_database(settings)
    stored = dump(database)
    database.engine.dispose()
    assert "mail_written" in log
    assert "staff.password_reset" in stored
    for secret in secrets:
        assert secret not in log
        assert secret not in stored
    for personal in (ADA["email"], ADA["name"]):
        assert personal not in log
