"""Clients that are generated from the descriptions do what they are asked, and no more."""

import importlib
import json
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from membership.events.webhooks.delivery import deliver
from tests.conftest import ROOT
from tests.membership.conftest import SQLITE, Databases
from tests.membership.events.webhooks.receiver import receiving
from tests.membership.job_context import work_of
from tests.membership.support import Service, running_service

pytestmark = pytest.mark.long
PAGE = (ROOT / "docs" / "generated-clients.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def live(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service; which database it has is nothing that a client sees."""
    folder = tmp_path_factory.mktemp("data")
    allowed = {"webhook_allow_http": True, "webhook_allowed_private": "127.0.0.1"}
    with running_service(databases.new(SQLITE, folder, **allowed)) as service:
        yield service


def generate(live: Service, document: str, folder: Path) -> Path:
    """Generate a client as docs/generated-clients.md says; fails at the first warning."""
    from openapi_python_client import generate as write  # noqa: PLC0415 - takes a second
    from openapi_python_client.config import Config, ConfigFile, MetaType  # noqa: PLC0415

    (told,) = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)
    (folder / "config.yaml").write_text(told, encoding="utf-8")
    source = folder / document
    source.write_bytes(live.call("GET", f"/{document}", key="").content)
    chosen = ConfigFile.load_from_path(folder / "config.yaml")
    chosen = chosen.model_copy(update={"post_hooks": []})  # which format the code
    package = folder / f"generated_{source.stem.replace('-', '_')}"
    config = Config.from_sources(
        chosen, MetaType.NONE, source, "utf-8", overwrite=False, output_path=package
    )
    errors = write(config=config)
    assert [f"{each.header}: {each.detail}" for each in errors] == []
    return package


class Generated:
    """A generated package: its models, and its functions by tag and operation."""

    def __init__(self, folder: Path, live: Service) -> None:
        self._package = package = folder.name
        self.document = json.loads((folder.parent / "openapi.json").read_bytes())
        self.models = importlib.import_module(f"{package}.models")
        self.file = importlib.import_module(f"{package}.types").File
        client = importlib.import_module(f"{package}.client").AuthenticatedClient
        self.client = client(base_url=live.url, token=live.key)

    def ask(self, operation: str, *path: Any, **arguments: Any) -> Any:
        """The whole response of an operation, such as ``plans.change_plan``."""
        module = importlib.import_module(f"{self._package}.api.{operation}")
        return module.sync_detailed(*path, client=self.client, **arguments)

    def get(self, operation: str, *path: Any, **arguments: Any) -> Any:
        """What an operation that must succeed answers."""
        answer = self.ask(operation, *path, **arguments)
        assert answer.status_code < 300, answer.content
        return answer.parsed


@pytest.fixture(scope="module")
def api(live: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    """The client of ``/openapi.json``."""
    package = generate(live, "openapi.json", tmp_path_factory.mktemp("client"))
    sys.path.insert(0, str(package.parent))
    try:
        generated = Generated(package, live)
        with generated.client:
            yield generated
    finally:
        sys.path.remove(str(package.parent))
        for name in [each for each in sys.modules if each.split(".")[0] == package.name]:
            del sys.modules[name]


def test_the_public_description_generates_without_warnings(live: Service, tmp_path: Path) -> None:
    package = generate(live, "openapi-public.json", tmp_path)
    assert len(list(package.rglob("*.py"))) > 20


def test_create_change_check_and_webhooks(api: Generated, live: Service) -> None:
    of = api.models
    with receiving() as receiver:
        hook = api.get("webhooks.create_webhook", body=of.NewWebhook(url=receiver.url))
        assert hook.secret.startswith("whsec_")
        record = api.get(
            "customers.create_customer", body=of.NewCustomer(given_name="Zoë", family_name="Ruiz")
        )
        person = record.customer.id
        new = of.NewPlan(
            name="Silver",
            price_minor=4900,
            public=True,
            permissions=[of.NewPermission(key="area.pool", label="Pool")],
        )
        plan = api.get("plans.create_plan", body=new)
        sold = api.get(
            "memberships.assign_membership",
            body=of.NewMembership(plan_id=plan.id, customer_id=person),
        )
        assert (sold.plan_id, sold.customer_id) == (plan.id, person)
        changed = api.get("plans.change_plan", plan.id, body=of.PlanChange(name="Gold"))
        assert (changed.name, changed.price_minor, changed.public) == ("Gold", 4900, True)
        assert [each.key for each in changed.permissions] == ["area.pool"]

        asked = api.get("access_checks.check_access", "area.pool", customer_id=person)
        assert (asked.granted, asked.via[0].membership_id) == (True, sold.id)
        assert not api.get("access_checks.check_access", "area.sauna", customer_id=person).granted

        while deliver(work_of(live)):
            pass
        bodies = [json.loads(got.body) for got in receiver.received]
        kinds = {each: "".join(map(str.capitalize, re.split(r"[._]", each))) for each in KINDS}
        got = [getattr(of, f"{kinds[each['type']]}Event").from_dict(each) for each in bodies]
    assert [each.type_ for each in got] == list(KINDS)
    assert [each.data.plan_id for each in got[1:]] == [plan.id] * 3
    assert got[2].data.customer_id == person
    assert not any(each.data.additional_properties for each in got)


KINDS = ("customer.created", "plan.created", "membership.created", "plan.updated")


def test_files_arrive_as_they_were_sent(api: Generated) -> None:
    of = api.models
    made = api.get("customers.create_customer", body=of.NewCustomer(given_name="Ada"))
    picture = BytesIO()
    Image.new("RGB", (320, 320), "teal").save(picture, "PNG")
    picture.seek(0)
    api.get("customers.store_photo", made.customer.id, body=api.file(payload=picture))
    photo = api.get("customers.customer_photo", made.customer.id)
    assert Image.open(photo.payload).size == (320, 320)

    lines = api.get("exports.export", of.ExportKind.CUSTOMERS)
    assert "Ada" in lines
    wanted = of.NewImport(file_name="people.csv", kind=of.ImportKind.CUSTOMERS)
    run = api.get("imports.prepare_import", body=wanted)
    text = BytesIO("given_name,family_name\nGrace,Hoppër\n".encode())
    sent = api.get("imports.send_file", run.id, body=api.file(payload=text))
    assert sent.id == run.id


def test_errors_and_conditions(api: Generated) -> None:
    of = api.models
    plan = api.get("plans.create_plan", body=of.NewPlan(name="Bronze"))
    seen = api.ask("plans.get_plan", plan.id).headers["etag"]
    api.get("plans.change_plan", plan.id, body=of.PlanChange(price_minor=100), if_match=seen)
    late = api.ask("plans.change_plan", plan.id, body=of.PlanChange(name="Tin"), if_match=seen)
    assert (late.status_code, late.parsed.code) == (412, "changed_meanwhile")
    wrong = api.ask("plans.create_plan", body=of.NewPlan(name="", price_minor=-1))
    assert (wrong.status_code, wrong.parsed.code) == (422, "invalid_request")
    assert {each.field for each in wrong.parsed.errors} == {"body.name", "body.price_minor"}


def test_changes_send_nothing_but_what_is_set(api: Generated) -> None:
    schemas = api.document["components"]["schemas"]
    bodies = [
        operation["requestBody"]["content"].get("application/json", {}).get("schema", {})
        for methods in api.document["paths"].values()
        for method, operation in methods.items()
        if method in ("patch", "put") and "requestBody" in operation
    ]
    names = {str(each.get("$ref", "")).rpartition("/")[2] for each in bodies} - {""}
    changes = [each for each in names if not schemas[each].get("required")]
    assert len(changes) > 6
    sent = {each: getattr(api.models, each)().to_dict() for each in changes}
    assert sent == {each: {} for each in changes}
