"""What a start loads: little more than a scan needs, and a scan then loads nothing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent

OURS = {"membership", "api_client", "passes", "resources"}
FRAMEWORK = {"fastapi", "starlette", "anyio", "sniffio", "annotated_doc", "opentelemetry"}
FRAMEWORK |= {"uvicorn", "httptools", "uvloop", "click", "idna", "email_validator"}
DATABASE = {"sqlalchemy", "greenlet", "typing_extensions"}
SETTINGS = {"pydantic", "pydantic_core", "pydantic_settings", "annotated_types"}
SETTINGS |= {"typing_inspection", "dotenv", "platformdirs"}
LOGS = {"structlog", "rich", "attr", "pygments", "prometheus_client"}
SECRETS = {"cryptography", "argon2"}
ALLOWED = OURS | FRAMEWORK | DATABASE | SETTINGS | LOGS | SECRETS | {"babel"}
"""Packages that importing the service may load, on SQLite."""

NEVER = {"stripe", "PIL", "fpdf", "psycopg", "alembic", "httpx", "requests", "jinja2", "jwt"}
NEVER |= {"phonenumbers", "qrcode", "google", "standardwebhooks", "urllib3", "zxcvbn"}
"""Packages that only some features need; none of them may be added to those above."""

IMPORTED = """
import json, sys
import membership.serve
loaded = sorted({name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names)
from membership.rules import money
lists = money.known_currencies.cache_info().currsize
import membership.members.customers.routes
print(json.dumps([loaded, lists, "PIL" in sys.modules]))
"""

FIRST_SCAN = """
import asyncio, json, sys
from pathlib import Path
from uuid import uuid4
from membership import serve
from membership.app import create_app
from membership.base.settings import ServiceSettings
from membership.rehearsal import rehearse_scan

settings = ServiceSettings(data_dir=Path(sys.argv[1]))
database = serve._open_database(settings)
vault, key = serve._prepare_database(settings, database, demo=True, desk_key=True)
code = json.loads((settings.data_dir / "demo-deck.json").read_text())["cards"][0]["code"]
app = create_app(settings, database, vault=vault)

async def scan():
    body = json.dumps({"visit_id": str(uuid4()), "text": code, "method": "camera"}).encode()
    head = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    sent = []
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}
    async def send(message):
        sent.append(message)
    await app({
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/v1/scans", "raw_path": b"/v1/scans", "root_path": "", "query_string": b"",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "headers": [(name.encode(), value.encode()) for name, value in head.items()],
    }, receive, send)
    return sent[0]["status"]

async def main():
    await rehearse_scan(app)
    before, routes = set(sys.modules), len(app.router.routes)
    status = await scan()
    print(json.dumps({
        "status": status,
        "modules": sorted(set(sys.modules) - before),
        "routes": len(app.router.routes) - routes,
        "counted": [line for line in app.state.metrics.render().decode().splitlines()
                    if line.startswith("walletdesk_requests_total{")],
    }))

asyncio.run(main())
database.engine.dispose()
"""


def told(code: str, *arguments: str) -> str:
    """The last line that a fresh process prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, check=True, capture_output=True,
        text=True, timeout=120,
    )  # fmt: skip
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def first_scan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the first scan after a rehearsal loaded, and what was counted."""
    found: dict[str, Any] = json.loads(told(FIRST_SCAN, str(tmp_path_factory.mktemp("start"))))
    return found


@pytest.fixture(scope="module")
def imported() -> tuple[list[str], int, bool]:
    """Packages that importing the service loads, how many lists of currencies it reads, and
    whether the routes of customers load Pillow.
    """
    packages, lists, pillow = json.loads(told(IMPORTED))
    return packages, lists, pillow


def test_importing_the_service_loads_only_what_every_start_needs(
    imported: tuple[list[str], int, bool],
) -> None:
    # Parts of packages with a leading underscore, and of the interpreter, come with the others.
    loaded = {name for name in imported[0] if not name.startswith("_")}
    assert not loaded & NEVER
    assert loaded - {"cython_runtime", "sitecustomize", "usercustomize"} <= ALLOWED


def test_importing_the_service_reads_no_list_of_currencies(
    imported: tuple[list[str], int, bool],
) -> None:
    assert imported[1] == 0


def test_routes_that_send_photos_load_no_pillow(imported: tuple[list[str], int, bool]) -> None:
    assert imported[2] is False


def test_a_first_scan_loads_nothing(first_scan: dict[str, Any]) -> None:
    assert first_scan["status"] == 200
    assert first_scan["modules"] == []
    assert first_scan["routes"] == 0


def test_the_rehearsal_is_not_counted(first_scan: dict[str, Any]) -> None:
    (counted,) = first_scan["counted"]
    assert 'route="/v1/scans"' in counted
    assert 'status="200"' in counted
    assert counted.endswith(" 1.0")
