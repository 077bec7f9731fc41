"""The list of all cards: whole over its pages, found by holder, state and design."""

from datetime import timedelta
from typing import Any

import pytest

from tests.membership.support import Service
from tests.membership.wallet.factories import new_design


def found(service: Service, **wanted: Any) -> list[str]:
    """Ids of all pages of the list, a page being two cards."""
    ids: list[str] = []
    while True:
        page = service.get("/v1/cards", limit=2, **wanted)
        ids += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            return ids
        wanted["cursor"] = page["next_cursor"]


@pytest.fixture
def club(service: Service) -> dict[str, str]:
    """Three people with four cards, issued one after another; one replaced and one revoked."""
    named = {}
    new_design(service)
    amara = service.customer("Amara", family_name="Okafor", phone="+49 30 1234567")
    for name, customer in (
        ("old", amara),
        ("lost", service.customer("Bo", family_name="Chen")),
        ("good", service.customer("Zoë", family_name="Okafor-Lind", email="zoe@lind.example.com")),
    ):
        named[name] = service.card(customer)["card"]["id"]
        service.clock.advance(seconds=60)
    service.post(f"/v1/cards/{named['lost']}/revoke", status=200)
    named["new"] = service.post(f"/v1/cards/{named['old']}/replace")["card"]["id"]
    return named


def test_latest_first_over_all_pages(service: Service, club: dict[str, str]) -> None:
    assert found(service) == [club[each] for each in ("new", "good", "lost", "old")]
    first = service.get("/v1/cards", limit=3)
    assert first["total"] == 4
    later = service.get("/v1/cards", limit=3, cursor=first["next_cursor"])
    assert (later["total"], later["next_cursor"]) == (None, None)


@pytest.mark.parametrize(
    ("state", "wanted"),
    [("active", ["new", "good"]), ("revoked", ["lost"]), ("replaced", ["old"])],
)
def test_by_state(service: Service, club: dict[str, str], state: str, wanted: list[str]) -> None:
    assert found(service, state=state) == [club[each] for each in wanted]
    for each in service.get("/v1/cards", state=state)["items"]:
        assert each["state"] == state
        assert (each["replaced_by"] == club["new"]) is (state == "replaced")


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("okaf", ["new", "good", "old"]),
        ("ZOE okaf", ["good"]),
        ("zoe@lind", ["good"]),
        ("1234567", ["new", "old"]),
        ("C-000002", ["lost"]),
        ("nobody", []),
        ("–", []),
    ],
)
def test_by_holder(service: Service, club: dict[str, str], typed: str, wanted: list[str]) -> None:
    assert found(service, q=typed) == [club[each] for each in wanted]
    assert service.get("/v1/cards", q=typed)["total"] == len(wanted)


def test_by_design(service: Service, club: dict[str, str]) -> None:
    design = new_design(service, key="guest")
    holder = service.customer("Dee")
    body = {"customer_id": holder, "design_id": str(design)}
    card = service.post("/v1/cards", body)["card"]["id"]
    (listed,) = service.get("/v1/cards", design_id=str(design))["items"]
    assert (listed["id"], listed["design_id"]) == (card, str(design))
    assert (listed["customer"]["id"], listed["on_phones"]) == (holder, [])
    assert card in found(service)
    assert club["new"] in found(service)


def test_cursor_of_something_else(service: Service) -> None:
    answer = service.call("GET", "/v1/cards", params={"cursor": "bm9uZQ"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_cursor"


def test_cards_of_another_club_stay_there(service: Service, club: dict[str, str]) -> None:
    other = service.fresh()
    assert found(other) == []
    assert found(other, q="okafor") == []
    assert len(found(service)) == len(club)


def test_many_issued_at_once(service: Service) -> None:
    """Cards of one instant are in the order of their ids, on no page twice."""
    customer = service.customer()
    issued = {service.card(customer)["card"]["id"] for _ in range(5)}
    ids = found(service)
    assert len(ids) == len(set(ids))
    assert set(ids) == issued
    service.clock.now += timedelta(days=1)
    assert found(service) == ids
