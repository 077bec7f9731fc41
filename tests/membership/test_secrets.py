"""What a service process logs at its most talkative: no key, no secret, no person."""

import json
import signal
from pathlib import Path
from typing import Any
from uuid import uuid4

from membership.base.settings import ServiceSettings
from membership.commands.database import create_key
from tests.membership.service_process import ServiceProcess, service_process

PERSON = {
    "given_name": "Zebulon",
    "family_name": "Quattlebaum",
    "email": "zebulon.q@example.com",
    "phone": "+4930123456789",
    "desk_note": "Allergic to walnuts",
}
PASSWORDS = ("seven tired herons", "eight awake herons")
STAFF = {"name": "Philomena Oddly", "email": "philomena@example.com"}


class Tour:
    """A tour of the API that notes every secret and every personal value it meets."""

    def __init__(self, service: ServiceProcess) -> None:
        self.service = service
        self.secrets: set[str] = {service.event["key"], *PERSON.values(), *PASSWORDS}
        self.secrets |= {*STAFF.values(), "Zebulo", "uattlebau", "mk_live_", "Bearer"}
        self.answered: list[int] = []

    def ask(self, method: str, path: str, body: Any = None, status: int = 0) -> Any:
        """Ask; returns the JSON of the answer. ``status`` 0 takes any but a 5xx."""
        answer = self.service.request(method, path, body)
        assert answer.status_code == status or (not status and answer.status_code < 500), (
            path, answer.text,
        )  # fmt: skip
        self.answered.append(answer.status_code)
        return (
            answer.json() if answer.content and "json" in answer.headers["Content-Type"] else None
        )

    def of_customers(self) -> str:
        """Create, find, scan and change somebody; returns the id."""
        customer = self.ask("POST", "/v1/customers", PERSON, 201)["customer"]["id"]
        self.secrets.add(customer)
        card = self.ask("POST", "/v1/cards", {"customer_id": customer, "label": "Card"}, 201)
        self.secrets.add(card["code"])
        self.ask("POST", "/v1/scans", {"visit_id": str(uuid4()), "text": card["code"]}, 200)
        self.ask("POST", "/v1/scans", {"visit_id": str(uuid4()), "text": PERSON["email"]}, 200)
        for query in ("zebulon", PERSON["email"], PERSON["phone"].replace("+", "%2B")):
            self.ask("GET", f"/v1/customers?q={query}", status=200)
            self.ask("GET", f"/v1/access?email={query}")
            self.ask("GET", f"/v1/Zebulon/Quattlebaum?q={query}", status=404)
        self.ask("GET", f"/v1/access?card={card['code']}")
        self.ask("PATCH", f"/v1/customers/{customer}", {"email": "zebulon.q@"}, 422)
        self.ask("PATCH", f"/v1/customers/{customer}", {"given_name": "Zebulon\x00"}, 422)
        self.ask("POST", "/v1/customers", {**PERSON, "birth_date": "1999-99-99"}, 422)
        twin = self.ask("POST", "/v1/customers", PERSON, 201)["customer"]["id"]
        self.ask("POST", f"/v1/customers/{customer}/merge", {"other_id": twin})
        self.ask("GET", f"/v1/customers/{customer}/personal-data")
        return str(customer)

    def of_keys_and_hooks(self) -> None:
        """Make, use and rotate secrets."""
        made = self.ask("POST", "/v1/keys", {"name": "Door", "scopes": ["scans:write"]}, 201)
        self.secrets.add(made["key"])
        hook = {"url": "http://127.0.0.1:1/hook?token=hush-hush-token"}
        self.secrets.add("hush-hush-token")
        made = self.ask("POST", "/v1/webhooks", hook, 201)
        self.secrets.add(made["secret"].removeprefix("whsec_"))
        rotated = self.ask("POST", f"/v1/webhooks/{made['id']}/rotate-secret", {})
        self.secrets.add(rotated["secret"].removeprefix("whsec_"))
        self.ask("POST", f"/v1/webhooks/{made['id']}/test")

    def of_staff(self) -> None:
        """Sign in, wrongly and well, and ask for a new password."""
        self.ask("POST", "/v1/staff/first-account", {**STAFF, "password": PASSWORDS[0]})
        who = {"organization": "my-club", "email": STAFF["email"]}
        self.ask("POST", "/v1/staff/sessions", {**who, "password": PASSWORDS[1]}, 401)
        signed_in = self.ask("POST", "/v1/staff/sessions", {**who, "password": PASSWORDS[0]}, 201)
        self.secrets.add(signed_in["token"])
        self.ask("POST", "/v1/staff/password-resets", who, 202)
        self.ask(
            "POST", "/v1/staff/password-resets/confirm", {"token": "mr_x" * 9, "password": "x"}
        )
        key, self.service.event["key"] = self.service.event["key"], signed_in["token"]
        self.ask("GET", "/v1/staff/me", status=200)
        change = {"current_password": PASSWORDS[0], "new_password": PASSWORDS[1]}
        self.ask("POST", "/v1/staff/me/password", change)
        self.service.event["key"] = key

    def of_strangers(self) -> None:
        """Show what is no key, and what is another's."""
        for wrong in ("mk_live_wrong-but-typed", "ms_wrong-but-typed", "Zebulon"):
            key, self.service.event["key"] = self.service.event["key"], wrong
            self.ask("GET", "/v1/desk", status=401)
            self.service.event["key"] = key
        self.secrets.add("wrong-but-typed")


def test_nothing_secret_or_personal_is_logged(tmp_path: Path) -> None:
    settings = ServiceSettings(data_dir=tmp_path)
    more = ("log_level=debug", "webhook_allow_http=1", "webhook_allowed_private=127.0.0.1")
    with service_process(tmp_path, "--desk-key", *(f"--set={each}" for each in more)) as service:
        desk_key = service.event["key"]
        service.event["key"] = create_key(settings, organization="my-club", name="test")
        tour = Tour(service)
        tour.secrets.add(desk_key)
        customer = tour.of_customers()
        tour.of_keys_and_hooks()
        tour.of_staff()
        tour.of_strangers()
        tour.ask("POST", f"/v1/customers/{customer}/erase", {})
        service.popen.send_signal(signal.SIGTERM)
        code, log = service.end()
    assert code == 0
    found = {secret for secret in tour.secrets if secret.lower() in log.lower()}
    assert found == set()
    lines = [json.loads(line) for line in log.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) == len(tour.answered)
    told = {"event", "level", "timestamp", "request_id", "method", "route", "status", "ms"}
    assert {name for line in requests for name in line} == told | {"api_key", "staff"}
    assert "my-club" not in log
