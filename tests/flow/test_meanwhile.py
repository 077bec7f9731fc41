"""Two people who edit one record: the desk sends what it saw, and neither's change is lost."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from api_client.management import ManagementClient
from kiosk.staff.forms.company import company_form
from kiosk.staff.forms.customer import customer_form
from kiosk.staff.forms.links import Company, person_form, unlink_form
from kiosk.staff.forms.meanwhile import CHANGED
from kiosk.staff.forms.numbers import numbers_form
from kiosk.staff.forms.plan import plan_form
from kiosk.staff.forms.request import Filled
from kiosk.staff.forms.seats import seats_form
from kiosk.staff.pages.form import Form, Value
from kiosk.texts import Texts
from membership.base.settings import ServiceSettings
from membership.store.database import open_database
from membership.store.migrate import migrate
from tests.flow.proxy import proxy
from tests.membership.support import Service, running_service

EN = Texts("en")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("data")
    settings = ServiceSettings(data_dir=folder, key_requests_per_second=0, failures_per_second=0)
    database = open_database(settings)
    migrate(database)
    database.engine.dispose()
    with running_service(settings) as service:
        yield service


@dataclass
class Case:
    """A record with its form, what staff type, and what somebody else stores meanwhile."""

    path: str
    open: Callable[[ManagementClient], tuple[Form, Filled[Any]]]
    typed: Mapping[str, Value]
    theirs: dict[str, Any]
    said: str
    after: dict[str, Any]
    beside: dict[str, Any]
    """What somebody else stores that this form does not edit."""


def customer(service: Service) -> Case:
    who = UUID(service.customer("Amara", family_name="Okafor", phone="+49301234567"))
    return Case(
        f"/v1/customers/{who}",
        lambda client: customer_form(EN, client.customer(who)),
        {"desk_note": "Has a dog"},
        {"phone": "+4930999999", "birth_date": "1990-02-03", "state": "banned"},
        "Phone: “+4930999999”; Born: Feb 3, 1990; State: blocked",
        {"phone": "+4930999999", "desk_note": "Has a dog", "birth_date": "1990-02-03"},
        {"language": "de"},
    )


def company(service: Service) -> Case:
    which = UUID(service.company(billing_name="Ann", seat_cap=5))
    return Case(
        f"/v1/companies/{which}",
        lambda client: company_form(EN, client.company(which)),
        {"name": "Southwind"},
        {"seat_cap": None, "billing_name": "Ben", "archived": True},
        "Seats (empty: no limit): empty; Invoices to: “Ben”; Archived: yes",
        {"name": "Southwind", "billing_name": "Ben", "seat_cap": None},
        {},
    )


def plan(service: Service) -> Case:
    which = UUID(service.plan("Gold", "area.pool", price_minor=4900))
    return Case(
        f"/v1/plans/{which}",
        lambda client: plan_form(EN, client.plan(which), "EUR"),
        {"description": "All of it"},
        {"price_minor": 5950, "length": {"unit": "month", "count": 3}, "public": True},
        "Price in EUR: 59.50; Lasts: 3 × month; The public may join: yes",
        {"description": "All of it", "price_minor": 5950, "public": True},
        {},
    )


def numbers(service: Service) -> Case:
    return Case(
        "/v1/organization",
        lambda client: numbers_form(EN, client.organization()),
        {"numbers_prove": "on"},
        {"numbers_prove": True},
        "Shown as: green, like a card",
        {"numbers_prove": True},
        {"name": "Harbour"},
    )


def seats(service: Service) -> Case:
    return Case(
        "/v1/organization",
        lambda client: seats_form(EN, client.organization()),
        {"all_take_seats": "on"},
        {"all_take_seats": True},
        "Seats are taken by: all who are linked",
        {"all_take_seats": True},
        {"name": "Harbour"},
    )


CASES = {
    "customer": customer,
    "company": company,
    "plan": plan,
    "numbers": numbers,
    "seats": seats,
}


def filled_in(form: Form, typed: Mapping[str, Value]) -> dict[str, Value]:
    """The values of a form in which something was typed."""
    return {**form.values(), **typed}


@pytest.mark.parametrize("name", list(CASES))
def test_what_somebody_else_changed_is_said_and_stays(
    qtbot: QtBot, shared: Service, name: str
) -> None:
    service = shared.fresh()
    case = CASES[name](service)
    client = ManagementClient(service.url, service.key, deadline_s=10)
    form, filled = case.open(client)
    qtbot.addWidget(form)
    call = filled(filled_in(form, case.typed))
    service.patch(case.path, **case.theirs)
    with pytest.raises(Refused) as refused:
        call(client, str(uuid4()))
    assert refused.value.problem.code == CHANGED
    assert f"It now says: {case.said}. " in str(refused.value)
    now = service.get(case.path)
    assert {key: now[key] for key in case.theirs if key in now} == {
        key: value for key, value in case.theirs.items() if key in now
    }
    filled(filled_in(form, case.typed))(client, str(uuid4()))
    now = service.get(case.path)
    assert {key: now[key] for key in case.after} == case.after
    client.close()


@pytest.mark.parametrize("name", [each for each in CASES if each not in {"company", "plan"}])
def test_what_this_form_does_not_edit_is_no_reason_to_ask(
    qtbot: QtBot, shared: Service, name: str
) -> None:
    service = shared.fresh()
    case = CASES[name](service)
    client = ManagementClient(service.url, service.key, deadline_s=10)
    form, filled = case.open(client)
    qtbot.addWidget(form)
    service.patch(case.path, **case.beside)
    filled(filled_in(form, case.typed))(client, str(uuid4()))
    now = service.get(case.path)
    assert {key: now[key] for key in case.typed} == {key: case.after[key] for key in case.typed}
    assert all(now[key] == value for key, value in case.beside.items() if key in now)
    client.close()


def test_settings_of_the_signup_and_of_the_camera(qtbot: QtBot, shared: Service) -> None:
    service = shared.fresh()
    client = ManagementClient(service.url, service.key, deadline_s=10)
    seen, formats = client.signup(), client.code_formats()
    assert seen.etag
    assert formats.etag
    service.call("PUT", "/v1/signup", json={"open": True})
    service.patch("/v1/organization", code_formats=["QRCode"])
    with pytest.raises(Refused, match="changed by somebody else"):
        client.set_signup({"open": False}, if_match=seen.etag)
    with pytest.raises(Refused, match="changed by somebody else"):
        client.set_code_formats(["Aztec"], if_match=formats.etag)
    client.close()


def role_of(service: Service, company: str, person: str) -> Any:
    """The role of a link; None if there is none."""
    state = service.get(f"/v1/companies/{company}/customers/{person}")
    return state["role"] if state["linked"] else None


def test_a_link_is_made_as_it_was_seen(qtbot: QtBot, shared: Service) -> None:
    service = shared.fresh()
    company, person = service.company(), service.customer("Amara", family_name="Okafor")
    client = ManagementClient(service.url, service.key, deadline_s=10)
    number = client.customer(UUID(person)).customer.number

    def opened() -> Filled[None]:
        asked = person_form(EN, Company(UUID(company), "Northwind"))
        qtbot.addWidget(asked.form)
        return asked.filled

    def press(filled: Filled[None], role: str) -> str:
        try:
            filled({"who": person, "role": role})(client, str(uuid4()))
        except Refused as refused:
            return refused.problem.title
        return ""

    assert press(opened(), "Trainer") == ""
    # A customer who is linked already is named, and only the second press changes the role.
    again = opened()
    assert press(again, "Head").startswith(f"Amara Okafor, {number}, is linked already; role: Tr")
    assert role_of(service, company, person) == "Trainer"
    # Meanwhile somebody else changes it: what is there now is said, and the third press is over it.
    service.link(company, person, "Owner")
    assert "It now says: Role: “Owner”." in press(again, "Head")
    assert role_of(service, company, person) == "Owner"
    assert press(again, "Head") == ""
    assert role_of(service, company, person) == "Head"
    # Of two desks that have both seen nobody linked, the second one reads what the first has done.
    service.unlink(company, person)
    state = client.link_state(UUID(company), UUID(person))
    service.link(company, person, "Coach")
    with pytest.raises(Refused) as refused:
        client.link(UUID(company), UUID(person), "Head", str(uuid4()), if_match=state.etag)
    assert refused.value.problem.code == CHANGED
    assert "role: Coach" in press(opened(), "Head")
    client.close()


def test_a_link_is_ended_as_it_was_seen(qtbot: QtBot, shared: Service) -> None:
    service = shared.fresh()
    company, person = service.company("Northwind"), service.customer("Amara")
    service.link(company, person, "Trainer")
    client = ManagementClient(service.url, service.key, deadline_s=10)

    def asked() -> tuple[Form, Filled[None]]:
        linked = client.people_of(UUID(company)).items[0]
        there = Company(UUID(company), "Northwind")
        return unlink_form(EN, there, linked.customer, linked.role, linked.etag)

    def press() -> None:
        filled(form.values())(client, str(uuid4()))

    form, filled = asked()
    qtbot.addWidget(form)
    service.link(company, person, "Owner")
    with pytest.raises(Refused) as refused:
        press()
    assert refused.value.problem.code == CHANGED
    assert role_of(service, company, person) == "Owner"
    form, filled = asked()
    qtbot.addWidget(form)
    press()
    assert role_of(service, company, person) is None
    client.close()


PROXIES: dict[str, Callable[[str], str]] = {
    "weakens": lambda tag: f"W/{tag}",
    "adds gzip": lambda tag: tag[:-1] + '-gzip"',
    "makes it of the bytes": lambda _: '"of-the-bytes"',
    "drops it": lambda _: "",
}


def test_saving_behind_a_proxy_that_changes_tags(qtbot: QtBot, shared: Service) -> None:
    with proxy(shared.url) as between:
        for name, spelling in PROXIES.items():
            service, between.spelling = shared.fresh(), spelling
            case = customer(service)
            client = ManagementClient(between.url, service.key, deadline_s=10)
            form, filled = case.open(client)
            qtbot.addWidget(form)
            filled(filled_in(form, {"desk_note": "Has a dog"}))(client, str(uuid4()))
            assert service.get(case.path)["desk_note"] == "Has a dog", name
            form, filled = case.open(client)
            qtbot.addWidget(form)
            service.patch(case.path, phone="+4930999999")
            call = filled(filled_in(form, {"desk_note": "Has a cat"}))
            if name != "drops it":
                with pytest.raises(Refused, match=r"It now says: Phone: “.4930999999”"):
                    call(client, str(uuid4()))
            client.close()
