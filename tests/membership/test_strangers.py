"""Another organization's things are not there: every route with their ids says 404.

A parameter in a path that ``Rows`` cannot fill fails here: whoever adds one says how a stranger
would come by such an id.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from api_client.messages.billing import InvoiceStatus
from membership.billing.inbox.queue import store_event
from membership.billing.stripe.gateway import ProviderEvent
from membership.members.payers.provider_queue import ask_provider
from membership.store.models import (
    BillingInvoice,
    Event,
    ProviderTaskKind,
    Role,
    StaffAccount,
    WebhookDelivery,
)
from tests.fakes.stripe_server import StripeServer
from tests.membership.application import api_document
from tests.membership.conftest import Databases
from tests.membership.every_route import AnyRoute, Document, replaced
from tests.membership.members.customers.test_customers import picture, put_photo
from tests.membership.needs import ANYBODY, CALLER, NEEDS, STAFF
from tests.membership.support import NOON, Service, arranging, running_service
from tests.membership.test_matrix import send, sign_in

pytestmark = pytest.mark.long

ED25519 = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
"""A public key of RFC 8037."""


@dataclass
class Rows:
    """One of everything that an organization can have, by the name of its parameter."""

    service: Service
    stripe: StripeServer
    ids: dict[str, str] = field(default_factory=dict)

    def fill(self) -> "Rows":
        """Make them."""
        at = self.service
        ids = self.ids
        ids["customer_id"] = at.customer("Quirin", family_name="Fremdling", email="q@example.net")
        put_photo(at, ids["customer_id"], picture())
        ids["other_id"] = at.customer("Quirina", family_name="Fremdling")
        ids["company_id"] = at.company("Fremdling Ltd")
        at.link(ids["company_id"], ids["customer_id"], "Boss of strangers")
        ids["plan_id"] = at.plan("Fremdling Plan", "area.fremdling")
        ids["key"], ids["domain"] = "area.fremdling", "example.net"
        ids["membership_id"] = at.member(ids["plan_id"], customer_id=ids["customer_id"])
        cash = {"method": "cash", "amount_minor": 4900}
        paid = at.post(f"/v1/memberships/{ids['membership_id']}/payments", cash)
        ids["payment_id"] = paid["id"]
        self._bill()
        self._design()
        issued = at.card(ids["customer_id"], "Fremdling card")
        ids["card_id"], ids["card"] = issued["card"]["id"], issued["code"]
        ids["visit_id"] = str(uuid4())
        at.scan(issued["code"], ids["visit_id"])
        made = at.post("/v1/keys", {"name": "Fremdling key", "scopes": ["scans:write"]})
        ids["key_id"] = made["id"]
        jwk = {"kty": "OKP", "crv": "Ed25519", "kid": "fremdling", "x": ED25519}
        (stored,) = at.post("/v1/signup/keys", {"jwks": {"keys": [jwk]}})["items"]
        ids["embed_key_id"] = stored["id"]
        hook = {"url": "http://127.0.0.1:1/fremdling", "description": "Fremdling hook"}
        ids["webhook_id"] = at.post("/v1/webhooks", hook)["id"]
        made = at.call("POST", "/v1/imports", json={"kind": "customers"})
        ids["import_id"] = made.json()["id"]
        ids["kind"] = "customers"
        sign_in(at, Role.ADMIN)
        self._look_up()
        return self

    def _bill(self) -> None:
        """An account at Stripe, a plan that is ordered through it, and what Stripe told."""
        at, ids = self.service, self.ids
        keys = {
            "secret_key": self.stripe.secret_key,
            "webhook_secret": self.stripe.webhook_secret,
        }
        assert at.call("PUT", "/v1/billing/stripe", json=keys).ok
        ids["plan_id"] = at.plan("Fremdling Premium", price_minor=4900)
        order = {"plan_id": ids["plan_id"], "customer_id": ids["customer_id"]}
        ids["order_id"] = at.post("/v1/billing/orders", order)["order_id"]
        told = ProviderEvent("evt_fremdling", "invoice.paid", "in_fremdling", NOON, livemode=False)
        ids["billing_event_id"] = told.event_id
        with arranging(at.database) as session:
            store_event(session, at.tenant.id, told, NOON)
            ids["invoice_id"] = "in_fremdling"
            session.add(
                BillingInvoice(
                    organization_id=at.tenant.id,
                    id=ids["invoice_id"],
                    order_id=UUID(ids["order_id"]),
                    status=InvoiceStatus.OPEN,
                    amount_minor=4900,
                    currency="EUR",
                    created_at=NOON,
                )
            )
            ids["object_id"], kind = "cus_fremdling", ProviderTaskKind.UPDATE_PAYER
            ids["task_kind"] = kind.value
            ask_provider(session, at.tenant.id, kind, [ids["object_id"]], NOON)

    def _design(self) -> None:
        """A design of cards with a picture, edited once."""
        at, path = self.service, "/v1/card-designs"
        image = at.call("POST", f"{path}/images", params={"role": "icon"}, data=picture(side=90))
        self.ids["tag"] = image.json()["tag"]
        design = {
            "title": {"en": "Fremdling club"},
            "description": {"en": "Fremdling card"},
            "images": {"icon": self.ids["tag"]},
        }
        new = {"key": "fremdling", "name": "Fremdling design", "design": design}
        self.ids["design_id"] = at.post(path, new)["id"]
        edited = {"name": "Fremdling", "design": {**design, "background": "#000000"}, "version": 1}
        answer = at.call("PUT", f"{path}/{self.ids['design_id']}", json=edited)
        assert answer.ok, answer.text
        self.ids["version"] = "1"

    def _look_up(self) -> None:
        """Ids that no answer told, and a delivery of an event."""
        at, here = self.service, self.service.tenant.id
        with arranging(at.database) as session:
            staff = session.scalars(
                select(StaffAccount.id).where(StaffAccount.organization_id == here)
            ).first()
            event = session.scalars(select(Event).where(Event.organization_id == here)).first()
            assert event is not None
            self.ids["staff_id"], self.ids["event_id"] = str(staff), str(event.id)
            hook = UUID(self.ids["webhook_id"])
            told = session.get(WebhookDelivery, (here, hook, event.seq))
            if told is None:
                session.add(
                    WebhookDelivery(organization_id=here, endpoint_id=hook, event_seq=event.seq)
                )


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service that may send webhooks to this machine, where nobody listens."""
    settings = databases.new(
        backend,
        tmp_path_factory.mktemp("data"),
        webhook_allow_http=True,
        webhook_allowed_private="127.0.0.1",
        public_url="https://club.example",
    )
    with running_service(settings) as service:
        yield service


@pytest.fixture
def rows(service: Service, databases: Databases) -> Rows:
    """The things of an organization."""
    return Rows(service, databases.stripe).fill()


@pytest.fixture
def document() -> Document:
    """What the application says of its routes."""
    return api_document()


def with_ids(rows: Rows, body: Any) -> Any:
    """A body in which every id that it names is of the organization's things."""
    if isinstance(body, dict):
        for name in body:
            if name.endswith("_id") and body[name] is not None:
                body = replaced(body, (name,), rows.ids.get(name, body[name]))
    return body


def asked(rows: Rows, document: Document, route: AnyRoute) -> dict[str, Any]:
    """A call of a route with ids of the organization's things wherever there are ids."""
    missing = [name for name in route.path_names if name not in rows.ids]
    assert not missing, f"{route.name}: say in Rows what {missing} is filled with"
    more: dict[str, Any] = {"path": route.path.format(**rows.ids)}
    if route.name == "POST /v1/scans":
        more["json"] = {"visit_id": str(uuid4()), "text": rows.ids["card"]}
    elif route.takes_bytes:
        more["data"] = picture()
    elif route.body is not None:
        more["json"] = with_ids(rows, BODIES.get(route.name) or document.example(route.body))
    named = [name for name in route.query_names() if name in rows.ids]
    if named:
        # Some routes take just one of several.
        more["params"] = {name: rows.ids[name] for name in named[:1]}
    return more


BODIES: dict[str, Any] = {
    "POST /v1/memberships": {"plan_id": "", "customer_id": ""},
    "POST /v1/memberships/{membership_id}/extend": {"days": 7},
    "POST /v1/billing/orders": {"plan_id": "", "customer_id": ""},
    "POST /v1/sales": {"kind": "new", "plan_id": "", "customer_id": ""},
    "POST /v1/sales/preview": {"kind": "new", "plan_id": "", "customer_id": ""},
    "POST /v1/sales/undo": {"payment_id": "", "why": "typo"},
}
"""Bodies for routes whose plainest one would not do; ids are filled in."""

NO_IDS = {"kind", "task_kind", "version", "issuer_id", "domain"}
"""Names in paths and bodies that name nothing of an organization's own rows."""

_UNTOLD = ("remdling", "Quirin", "q@example.net")


def names_ids(route: AnyRoute, more: dict[str, Any]) -> bool:
    """Whether a call names things that somebody must have."""
    if route.name == "POST /v1/scans":
        return False  # its visit is yet to be
    body = more.get("json")
    return bool({*route.path_names} - NO_IDS) or any(
        name.endswith("_id") and name not in NO_IDS
        for name in (body if isinstance(body, dict) else ())
    )


def test_another_organizations_things_are_not_there(
    service: Service, rows: Rows, document: Document
) -> None:
    stranger = service.fresh()
    before = everything(service, document, rows)
    wrong = []
    for route in document.routes:
        if not is_scoped(route):
            continue
        more = asked(rows, document, route)
        answer = send(stranger, route, stranger.key, **more)
        own = {value for name, value in rows.ids.items() if name not in NO_IDS}
        told = [word for word in (*_UNTOLD, *own) if word in answer.text]
        if names_ids(route, more) and answer.status_code != 404:
            wrong.append((route.name, answer.status_code, answer.text))
        elif answer.status_code >= 500 or (told and answer.status_code != 422):
            wrong.append((route.name, answer.status_code, f"{told}: {answer.text}"))
    assert not wrong, "\n".join(map(str, wrong))
    assert everything(service, document, rows) == before


def is_scoped(route: AnyRoute) -> bool:
    """Whether a route is for callers of an organization, and not for staff about themselves."""
    return NEEDS[route.name] not in (ANYBODY, CALLER, STAFF)


def everything(service: Service, document: Document, rows: Rows) -> dict[str, Any]:
    """What all routes that read return to the organization itself.

    Except for what changes by being read: the audit, personal data with its audit, and a signed
    pass, which tells when it was signed.
    """
    told = {}
    changing = {
        "GET /v1/audit",
        "GET /v1/customers/{customer_id}/personal-data",
        "GET /v1/cards/{card_id}/card.pkpass",
    }
    for route in document.routes:
        if route.name not in changing and route.method == "GET" and is_scoped(route):
            answer = send(service, route, service.key, **asked(rows, document, route))
            told[route.name] = (answer.status_code, answer.text)
    return told


_LAST = ("/revoke", "/merge", "/erase", "/end")


def _order(route: AnyRoute) -> tuple[bool, bool, str]:
    return (route.method == "DELETE", route.path.endswith(_LAST), route.path)


def test_the_organization_itself_is_answered(
    service: Service, rows: Rows, document: Document
) -> None:
    """Otherwise the 404s of strangers would say nothing: nobody would have those ids."""
    wrong = []
    for route in sorted(document.routes, key=_order):
        more = asked(rows, document, route)
        if not is_scoped(route) or not names_ids(route, more):
            continue
        answer = send(service, route, service.key, **more)
        if answer.status_code in (401, 403, 404) or answer.status_code >= 500:
            wrong.append((route.name, answer.status_code, answer.text))
    assert not wrong, "\n".join(map(str, wrong))
