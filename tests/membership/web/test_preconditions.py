"""ETag and If-Match: all that can be edited is changed only as the caller saw it, if they ask."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import requests

from membership.web.etag import lists
from tests.membership.accounts.staff.people import PASSWORD, problem
from tests.membership.members.customers.test_customers import picture
from tests.membership.statements import statements
from tests.membership.support import Service
from tests.membership.wallet.designs.making import content, make_design
from tests.membership.wallet.issuers.files import apple_body, google_body
from tests.membership.web.test_conditions import ACTS, changing

Body = dict[str, Any] | bytes | None
_LINK = "/v1/companies/{company_id}/customers/{customer_id}"


@dataclass(frozen=True)
class Edit:
    """A change of what ``shown`` shows, and another one."""

    shown: str
    route: str
    path: str
    first: Body
    second: Body


def edits(service: Service, name: str) -> Edit:
    """What is changed, made anew."""
    route = name
    method_path = route.split()[1]
    ids: dict[str, str] = {}
    first: Body
    second: Body
    first, second = {"name": "First"}, {"name": "Second"}
    shown = method_path
    match method_path:
        case "/v1/customers/{customer_id}":
            ids["customer_id"] = service.customer("Amara")
            first, second = {"phone": "+49301234567"}, {"desk_note": "Has a dog"}
        case "/v1/customers/{customer_id}/photo":
            ids["customer_id"] = service.customer("Amara")
            send(service, "PUT", method_path.format(**ids), picture(colour="navy"))
            first, second = picture(colour="salmon"), picture(colour="olive")
        case "/v1/companies/{company_id}" | "/v1/companies/{company_id}/customers/{customer_id}":
            ids = {"company_id": service.company(), "customer_id": service.customer("Amara")}
            field = "role" if method_path == _LINK else "name"
            first, second = {field: "First"}, {field: "Second"}
        case "/v1/plans/{plan_id}":
            ids["plan_id"] = service.plan("Gold")
        case "/v1/permissions/{key}":
            service.plan("Gold", "pool")
            service.patch(f"/v1/plans/{service.plan('Silver', 'sauna')}", permissions=[])
            ids["key"] = "sauna"
            first, second = {"label": "Sauna"}, {"label": "Hot room"}
        case "/v1/memberships/{membership_id}/end" | "/v1/memberships/{membership_id}/payment":
            plan = service.plan("Gold", length={"unit": "month"})
            ids["membership_id"] = service.member(plan, customer_id=service.customer())
            shown = "/v1/memberships/{membership_id}"
            first = {"overdue_since": "2027-03-01T00:00:00Z"}
            second = {"overdue_since": "2027-03-02T00:00:00Z"}
        case "/v1/staff/{staff_id}":
            new = {"name": "Kim", "email": "kim@club.example", "role": "admin"}
            ids["staff_id"] = service.post("/v1/staff", new | {"password": PASSWORD})["id"]
        case "/v1/webhooks/{webhook_id}":
            body: dict[str, Any] = {
                "url": "https://93.184.215.14/hook",
                "types": ["customer.created"],
            }
            ids["webhook_id"] = service.post("/v1/webhooks", body)["id"]
            first, second = {"description": "First"}, {"description": "Second"}
        case "/v1/card-designs/{design_id}":
            ids["design_id"] = str(make_design(service)["id"])
            first = {"name": "First", "design": content(), "version": 1}
            second = {"name": "Second", "design": content(), "version": 1}
        case "/v1/signup":
            first, second = {"open": True}, {"open": True, "accent": "#112233"}
        case "/v1/wallets/apple":
            shown = "/v1/wallets"
            first, second = apple_body(), None
        case "/v1/wallets/google":
            shown = "/v1/wallets"
            first, second = google_body(), google_body(issuer_id="3388000000099999999")
            send(service, "PUT", method_path, google_body(issuer_id="3388000000011111111"))
    return Edit(shown.format(**ids), route, method_path.format(**ids), first, second)


def send(service: Service, method: str, path: str, body: Body, **headers: str) -> requests.Response:
    """A change, with headers."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, bytes):
        sent["Content-Type"] = "image/jpeg"
        return service.call(method, path, data=body, headers=sent)
    if method == "DELETE" or body is None:
        return service.call(method, path, headers=sent)
    return service.call(method, path, json=body, headers=sent)


def etag(service: Service, path: str) -> str:
    """The ETag of what a path shows."""
    answer = service.call("GET", path)
    assert answer.status_code == 200, answer.text
    assert re.fullmatch(r'"[0-9a-f]{32,64}"', answer.headers["ETag"]), answer.headers
    return answer.headers["ETag"]


STRIPE = {"PUT /v1/billing/stripe", "DELETE /v1/billing/stripe"}
"""Their tests are in ``tests/membership/billing/stripe``: they ask the provider."""
EDITS = (
    "PATCH /v1/customers/{customer_id}",
    "PUT /v1/customers/{customer_id}/photo",
    "PATCH /v1/companies/{company_id}",
    "PUT /v1/companies/{company_id}/customers/{customer_id}",
    "PATCH /v1/plans/{plan_id}",
    "PATCH /v1/permissions/{key}",
    "PUT /v1/memberships/{membership_id}/payment",
    "PATCH /v1/staff/{staff_id}",
    "PATCH /v1/webhooks/{webhook_id}",
    "PUT /v1/card-designs/{design_id}",
    "PATCH /v1/organization",
    "PUT /v1/signup",
    "PUT /v1/wallets/google",
)
REMOVALS: dict[str, str] = {
    f"DELETE {_LINK}": f"PUT {_LINK}",
    "DELETE /v1/customers/{customer_id}/photo": "PUT /v1/customers/{customer_id}/photo",
    "DELETE /v1/permissions/{key}": "PATCH /v1/permissions/{key}",
    "DELETE /v1/webhooks/{webhook_id}": "PATCH /v1/webhooks/{webhook_id}",
    "DELETE /v1/wallets/google": "PUT /v1/wallets/google",
    "DELETE /v1/wallets/apple": "PUT /v1/wallets/apple",
}
"""Each with the change that comes between."""
ENDS = {"DELETE /v1/memberships/{membership_id}/end"}


def test_every_condition_is_tested() -> None:
    removing = set(REMOVALS) | set(REMOVALS.values())
    assert {*EDITS, *removing, *ENDS, *STRIPE, *ACTS} == changing()


@pytest.mark.parametrize("name", EDITS)
def test_a_change_of_what_somebody_else_changed_is_refused(service: Service, name: str) -> None:
    edit, method = edits(service, name), name.split(maxsplit=1)[0]
    seen = etag(service, edit.shown)
    assert etag(service, edit.shown) == seen
    once = str(uuid4())
    first = send(service, method, edit.path, edit.first, If_Match=seen, Idempotency_Key=once)
    assert first.ok, first.text
    now = etag(service, edit.shown)
    assert now != seen
    assert first.headers["ETag"] == now
    shown = service.call("GET", edit.shown)
    assert "photo" in name or shown.headers["Cache-Control"] == "no-transform"
    before = shown.content
    for stale in (seen, f"W/{seen}", '"other"', f'{seen}, "other"'):
        late = send(service, method, edit.path, edit.second, If_Match=stale)
        assert problem(late) == (412, "changed_meanwhile"), stale
        assert late.headers["ETag"] == now
    assert service.call("GET", edit.shown).content == before
    if "webhooks" not in name and "photo" not in name and "wallets" not in name:
        again = send(service, method, edit.path, edit.first, If_Match=seen, Idempotency_Key=once)
        assert (again.status_code, again.text) == (first.status_code, first.text)
        assert again.headers.get("ETag") == (None if name.endswith(_LINK) else now)
    if "card-designs" in name:
        return  # whose body names the version, too
    last = send(service, method, edit.path, edit.second, If_Match=f'"other", {now}')
    assert last.ok, last.text
    assert send(service, method, edit.path, edit.first, If_Match="*").ok
    assert send(service, method, edit.path, edit.second).ok
    assert etag(service, edit.shown) == last.headers["ETag"]


@pytest.mark.parametrize("name", REMOVALS)
def test_what_somebody_else_changed_is_not_removed(service: Service, name: str) -> None:
    between = REMOVALS[name]
    edit = edits(service, between)
    seen = etag(service, edit.shown)
    assert send(service, between.split()[0], edit.path, edit.first).ok
    now = etag(service, edit.shown)
    assert problem(send(service, "DELETE", edit.path, None, If_Match=seen)) == (
        412, "changed_meanwhile",
    )  # fmt: skip
    assert etag(service, edit.shown) == now
    assert send(service, "DELETE", edit.path, None, If_Match=now).ok


def test_an_end_that_somebody_else_moved_is_not_withdrawn(service: Service) -> None:
    (name,) = ENDS
    edit = edits(service, name)
    move = edit.path
    service.post(move, {"at": "2027-03-20T00:00:00Z"}, status=200)
    seen = etag(service, edit.shown)
    service.post(move, {"at": "2027-03-21T00:00:00Z"}, status=200)
    assert problem(send(service, "DELETE", move, None, If_Match=seen))[0] == 412
    assert send(service, "DELETE", move, None, If_Match=etag(service, edit.shown)).ok


def test_what_changes_by_itself_is_nobodys_edit(service: Service) -> None:
    """A visit, a card or a membership is no reason to refuse a new telephone."""
    customer, plan = service.customer("Amara"), service.plan("Gold")
    path = f"/v1/customers/{customer}"
    seen = etag(service, path)
    service.scan(service.card(customer)["code"])
    service.member(plan, customer_id=customer)
    service.clock.advance(days=40)
    assert etag(service, path) == seen


SPELLINGS = {
    "as it was": "{}",
    "weak, as nginx makes it": "W/{}",
    "with the name of the compression, as Apache and Caddy": '"{0}-gzip"',
    "the same of a weak one": 'W/"{0}-gzip"',
    "brotli": '"{0}-br"',
    "zstd": '"{0}-zstd"',
    "deflate": '"{0}-deflate"',
    "two hyphens, as Jetty": '"{0}--gzip"',
    "a semicolon": '"{0};gzip"',
    "outside of the quotes": '"{0}"-gzip',
    "twice": 'W/"{0}-gzip-br"',
    "one of several": '"other", W/"{0}-gzip"',
}
"""What proxies that compress answers make of a tag: ``{}`` with its quotes, ``{0}`` in theirs."""


def spelled(tag: str, spelling: str) -> str:
    """A tag as a proxy spells it."""
    return spelling.replace("{}", tag).replace("{0}", tag.strip('"'))


def test_a_tag_is_the_same_in_the_spelling_of_any_proxy(service: Service) -> None:
    stale, path = etag(service, "/v1/organization"), "/v1/organization"
    service.patch(path, name="Before")
    for number, spelling in enumerate(SPELLINGS.values()):
        body: Body = {"name": f"Club {number}"}
        seen = etag(service, path)
        late = send(service, "PATCH", path, body, If_Match=spelled(stale, spelling))
        assert problem(late) == (412, "changed_meanwhile"), spelling
        saved = send(service, "PATCH", path, body, If_Match=spelled(seen, spelling))
        assert saved.status_code == 200, spelling
    for other in ('"other-gzip"', 'W/""', '"-gzip"', "", '"abc-de"', stale):
        assert not lists(other, etag(service, path)), other


COUNTED = {
    "PATCH /v1/companies/{company_id}": ("company_links", "memberships", "customers"),
    "PUT /v1/card-designs/{design_id}": ("cards", "card_design_versions"),
    "PATCH /v1/webhooks/{webhook_id}": ("webhook_deliveries",),
}
"""Tables that are read to show these, and not to compare what can be edited of them."""


@pytest.mark.parametrize("name", COUNTED)
def test_nothing_is_counted_to_compare(service: Service, name: str) -> None:
    edit = edits(service, name)
    seen = etag(service, edit.shown)
    with statements(service.database) as sent:
        late = send(service, name.split(maxsplit=1)[0], edit.path, edit.first, If_Match='"other"')
    assert problem(late) == (412, "changed_meanwhile")
    assert late.headers["ETag"] == seen
    with statements(service.database) as shown:
        etag(service, edit.shown)
    for table in COUNTED[name]:
        reads = re.compile(rf"(FROM|JOIN) {table}\b")
        assert any(reads.search(each.sql) for each in shown), table
        assert not [each.sql for each in sent if reads.search(each.sql)], table


def test_a_link_is_changed_as_it_was_seen(service: Service) -> None:
    company, customer = service.company(), service.customer("Amara")
    path = f"/v1/companies/{company}/customers/{customer}"
    nobody, none = service.get(path), etag(service, path)
    assert (nobody["linked"], nobody["role"], nobody["valid_from"]) == (False, "", None)
    assert nobody["customer"]["id"] == customer
    service.link(company, customer, "Trainer")
    (listed,) = service.get(f"/v1/companies/{company}/customers")["items"]
    (first,) = service.get(f"/v1/companies/{company}")["linked"]
    seen = etag(service, path)
    assert listed["etag"] == first["etag"] == seen != none
    shown = service.get(path)
    assert (shown["linked"], shown["role"], shown["source"]) == (True, "Trainer", "manual")
    # Taken out and linked anew with the same role: another link than the one that was seen.
    service.unlink(company, customer)
    assert etag(service, path) == none
    gone = send(service, "DELETE", path, None, If_Match=seen)
    assert problem(gone) == (404, "link_not_found")
    service.link(company, customer, "Trainer")
    assert problem(send(service, "DELETE", path, None, If_Match=seen))[0] == 412
    late = send(service, "PUT", path, {"role": "Head"}, If_Match=none)
    assert problem(late) == (412, "changed_meanwhile")
    assert service.get(path)["role"] == "Trainer"
    # A former id is of the same link.
    other = service.customer("Ama")
    service.post(f"/v1/customers/{customer}/merge", {"other_id": other}, status=200)
    former = f"/v1/companies/{company}/customers/{other}"
    assert etag(service, former) == etag(service, path)
    assert send(service, "DELETE", former, None, If_Match=etag(service, path)).status_code == 204
    for wrong in (f"/v1/companies/{uuid4()}/customers/{customer}", f"{path[:-36]}{uuid4()}"):
        assert service.call("GET", wrong).status_code == 404
        assert send(service, "PUT", wrong, {"role": ""}, If_Match=none).status_code == 404
        assert send(service, "DELETE", wrong, None, If_Match=none).status_code == 404


def test_what_is_not_there_is_not_found(service: Service) -> None:
    path = f"/v1/plans/{uuid4()}"
    answer = send(service, "PATCH", path, {"name": "X"}, If_Match='"x"')
    assert problem(answer) == (404, "plan_not_found")


RACES: dict[str, Callable[[int], Body]] = {
    "PATCH /v1/customers/{customer_id}": lambda number: {"desk_note": f"Note {number}"},
    "PATCH /v1/companies/{company_id}": lambda number: {"name": f"Company {number}"},
    f"PUT {_LINK}": lambda number: {"role": f"Role {number}"},
    "PATCH /v1/plans/{plan_id}": lambda number: {"name": f"Plan {number}"},
    "PATCH /v1/organization": lambda number: {"name": f"Club {number}"},
}


@pytest.mark.both_databases(reason="several change at once")
@pytest.mark.parametrize("name", RACES)
def test_of_several_at_once_one_succeeds(service: Service, name: str) -> None:
    edit, method = edits(service, name), name.split(maxsplit=1)[0]
    seen = etag(service, edit.shown)
    start, answers = threading.Barrier(4), list[int]()

    def change(number: int) -> None:
        start.wait(30)
        body = RACES[name](number)
        answers.append(send(service, method, edit.path, body, If_Match=seen).status_code)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers) == [204 if name.endswith(_LINK) else 200, 412, 412, 412]
