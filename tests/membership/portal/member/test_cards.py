"""Cards on the customer's own page: listed, and the first one made by who has none."""

import pytest

from tests.membership.portal.login.visitors import at_once, erase, fault
from tests.membership.portal.member.club import Member, imported_card, member
from tests.membership.support import Service
from tests.membership.wallet.factories import new_design


def test_a_customer_sees_their_cards_with_their_states(club: Service) -> None:
    new_design(club)
    amara = member(club)
    first = club.card(amara.customer)["card"]["id"]
    second = club.post(f"/v1/cards/{first}/replace")["card"]["id"]
    third = club.card(amara.customer)["card"]["id"]
    club.post(f"/v1/cards/{third}/revoke", status=200)
    told = amara.get("/cards")
    assert told["can_have_one"] is False
    shown = {each["id"]: each for each in told["items"]}
    states = {first: "replaced", second: "good", third: "revoked"}
    assert {key: each["state"] for key, each in shown.items()} == states
    assert [each["live"] for each in shown.values() if each["id"] == second] == [True]
    assert not any(each["live"] for each in shown.values() if each["id"] != second)
    assert shown[second]["install_url"].startswith("https://club.example/desk/")
    assert shown[first]["install_url"] is None
    assert not {"code", "design_id", "customer_id"} & set(shown[second])


def test_who_has_no_card_makes_one_once(club: Service) -> None:
    new_design(club)
    amara = member(club)
    assert amara.get("/cards") == {"items": [], "can_have_one": True}
    made = amara.post("/cards", status=201)
    assert [each["state"] for each in made["items"]] == ["good"]
    assert made["can_have_one"] is False
    assert fault(amara.call("POST", "/cards")) == (409, "card_exists")
    (issued,) = club.get("/v1/audit", action="card.created")["items"]
    assert (issued["actor"]["kind"], issued["actor"]["id"]) == ("customer", amara.customer)


def test_requests_at_once_make_one_card(club: Service) -> None:
    new_design(club)
    amara = member(club)
    answers = at_once(*[lambda: amara.call("POST", "/cards")] * 3)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(amara.get("/cards")["items"]) == 1


def test_a_revoked_card_is_replaced_by_staff_alone(club: Service) -> None:
    new_design(club)
    amara = member(club)
    card = amara.post("/cards", status=201)["items"][0]["id"]
    club.post(f"/v1/cards/{card}/revoke", status=200)
    assert amara.get("/cards")["can_have_one"] is False
    assert fault(amara.call("POST", "/cards")) == (409, "card_exists")


def test_an_imported_card_is_no_hindrance(club: Service) -> None:
    new_design(club)
    amara = member(club)
    old = imported_card(club, amara.customer, "4006381333931")
    told = amara.get("/cards")
    assert [(each["id"], each["live"]) for each in told["items"]] == [(old, False)]
    assert told["can_have_one"] is True
    assert len(amara.post("/cards", status=201)["items"]) == 2


@pytest.mark.parametrize("state", ["banned", "inactive"])
def test_who_is_not_active_gets_no_card(club: Service, state: str) -> None:
    new_design(club)
    amara = member(club)
    club.patch(f"/v1/customers/{amara.customer}", state=state)
    amara = amara.again()
    assert amara.get("/cards")["can_have_one"] is False
    assert fault(amara.call("POST", "/cards")) == (409, "card_refused")


def test_without_a_design_there_is_no_card_to_make(club: Service) -> None:
    amara = member(club)
    assert amara.get("/cards")["can_have_one"] is False
    assert fault(amara.call("POST", "/cards")) == (409, "card_without_design")


def test_nobody_else_sees_or_makes_cards(club: Service) -> None:
    new_design(club)
    amara = member(club)
    club.card(amara.customer)
    other = Member(club, amara.customer, "mc_" + "x" * 43)
    staff = Member(club, amara.customer, club.key)
    stranger = club.fresh()
    answers = [each.call(how, "/cards") for each in (other, staff) for how in ("GET", "POST")]
    answers.append(amara.call("GET", "/cards", slug=stranger.tenant.slug))
    assert {fault(answer) for answer in answers} == {(401, "login_needed")}
    assert amara.call("GET", "/cards").headers["Cache-Control"] == "no-store"
    ben = member(club, "ben@example.com", given_name="Ben")
    assert ben.get("/cards")["items"] == []
    erase(club, amara.customer)
    assert fault(amara.call("GET", "/cards")) == (401, "login_needed")
