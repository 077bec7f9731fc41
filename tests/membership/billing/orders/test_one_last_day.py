"""However a membership ends, everything tells the same last day.

That is the answer to a scan and what the desk makes of it, the profile and the membership as staff
see them, the customer's own page, the card, the export, and the events.
"""

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from api_client.messages.billing import InvoicePage, OrderView
from api_client.messages.scan import MembershipView, ScanAnswer
from kiosk.staff.words.membership import held_line
from kiosk.staff.words.subscription import subscription_words
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from membership.wallet.updates.faces import load_faces
from passes.design import Shows
from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.members import change_as_customer, day_at
from tests.membership.wallet.factories import new_design, wallet_card

MONTH = {"unit": "month"}
BERLIN = "Europe/Berlin"


def sold_by_desk(club: BillingClub, **plan: Any) -> tuple[str, str]:
    """Return a customer and a membership of a month, or another length."""
    customer = club.service.customer()
    plan_id = club.service.plan("Gold", "pool", **{"length": MONTH, **plan})
    return customer, club.service.member(plan_id, customer_id=customer)


def end(club: BillingClub, membership: str, at: str | None = None) -> None:
    """End a membership now, or at an instant."""
    body = {"why": "moved"} if at is None else {"why": "moved", "at": at}
    club.service.post(f"/v1/memberships/{membership}/end", body, status=200)


def paid_until(club: BillingClub) -> tuple[str, str]:
    return sold_by_desk(club)


def open_ended(club: BillingClub) -> tuple[str, str]:
    return sold_by_desk(club, length=None)


def ended_now(club: BillingClub) -> tuple[str, str]:
    customer, sold = sold_by_desk(club)
    end(club, sold)
    return customer, sold


def ended_for_a_later_day(club: BillingClub) -> tuple[str, str]:
    customer, sold = sold_by_desk(club)
    end(club, sold, "2027-03-20T23:00:00Z")  # the midnight after 20 March in Berlin
    return customer, sold


def ended_within_a_later_day(club: BillingClub) -> tuple[str, str]:
    customer, sold = sold_by_desk(club)
    end(club, sold, "2027-03-21T09:00:00Z")
    return customer, sold


def open_ended_and_ended(club: BillingClub) -> tuple[str, str]:
    customer, sold = sold_by_desk(club, length=None)
    end(club, sold, "2027-03-20T23:00:00Z")
    return customer, sold


def end_that_has_come(club: BillingClub) -> tuple[str, str]:
    customer, sold = ended_for_a_later_day(club)
    club.advance_to(day_at(25, 3))
    return customer, sold


def transferred(club: BillingClub) -> tuple[str, str]:
    customer, sold = sold_by_desk(club)
    body = {"plan_id": club.service.plan("Silver"), "at": "2027-03-20T23:00:00Z"}
    club.service.post(f"/v1/memberships/{sold}/transfer", body)
    return customer, sold


def banned(club: BillingClub) -> tuple[str, str]:
    customer, sold = ended_for_a_later_day(club)
    club.service.patch(f"/v1/customers/{customer}", state="banned")
    return customer, sold


def of_a_company(club: BillingClub) -> tuple[str, str]:
    customer, company = club.service.customer(), club.service.company()
    club.service.link(company, customer)
    plan = club.service.plan("Corporate", "pool", length=MONTH)
    sold = club.service.member(plan, company_id=company)
    end(club, sold, "2027-03-20T23:00:00Z")
    return customer, sold


def subscribed(club: BillingClub) -> tuple[str, str]:
    customer = club.service.customer()
    return customer, club.buy(customer, club.gold_plan())["id"]


def order_of(club: BillingClub, customer: str) -> str:
    """Return the id of a customer's only order."""
    (order,) = club.service.get("/v1/billing/orders", customer_id=customer)["items"]
    return str(order["id"])


def cancelled_at_period_end(club: BillingClub) -> tuple[str, str]:
    customer, sold = subscribed(club)
    path = f"/v1/billing/orders/{order_of(club, customer)}/cancel"
    club.service.post(path, {"at": "period_end"}, status=200)
    return customer, sold


def cancelled_and_over(club: BillingClub) -> tuple[str, str]:
    customer, sold = cancelled_at_period_end(club)
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    return customer, sold


def cancelled_now(club: BillingClub) -> tuple[str, str]:
    customer, sold = subscribed(club)
    club.advance_to(day_at(15, 3))
    path = f"/v1/billing/orders/{order_of(club, customer)}/cancel"
    club.service.post(path, {"at": "now"}, status=200)
    return customer, sold


def past_due_with_grace(club: BillingClub) -> tuple[str, str]:
    customer, sold = subscribed(club)
    club.stripe.set_card(club.stripe.get(club.newest_subscription())["customer"], "declines")
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    return customer, sold


def past_due_and_cancelled_by_the_member(club: BillingClub) -> tuple[str, str]:
    customer, sold = past_due_with_grace(club)
    assert change_as_customer(club, customer, sold, "cancel")[0] == 200
    return customer, sold


def past_due_and_cancelled_at_the_desk(club: BillingClub) -> tuple[str, str]:
    customer, sold = past_due_with_grace(club)
    path = f"/v1/billing/orders/{order_of(club, customer)}/cancel"
    club.service.post(path, {"at": "period_end"}, status=200)
    return customer, sold


def past_due_and_ended_at_the_desk(club: BillingClub) -> tuple[str, str]:
    customer, sold = past_due_with_grace(club)
    path = f"/v1/billing/orders/{order_of(club, customer)}/cancel"
    club.service.post(path, {"at": "now"}, status=200)
    return customer, sold


def past_due_and_cancelled_at_the_provider(club: BillingClub) -> tuple[str, str]:
    customer, sold = past_due_with_grace(club)
    club.stripe.cancel(club.newest_subscription(), at_period_end=True)
    club.deliver_and_process()
    return customer, sold


def carried_on(club: BillingClub) -> tuple[str, str]:
    customer, plan = club.service.customer(), club.gold_plan()
    body = {"plan_id": plan, "customer_id": customer, "last_day": "2027-03-25"}
    club.service.post("/v1/memberships", body)
    sold = club.buy(customer, plan)["id"]
    club.advance_to(day_at(28, 3))
    return customer, sold


def carried_on_and_cancelled(club: BillingClub) -> tuple[str, str]:
    customer, sold = carried_on(club)
    assert change_as_customer(club, customer, sold, "cancel")[0] == 200
    return customer, sold


WAYS: dict[Callable[[BillingClub], tuple[str, str]], str | None] = {
    paid_until: "2027-04-09",
    open_ended: None,
    ended_now: "2027-03-10",
    ended_for_a_later_day: "2027-03-20",
    ended_within_a_later_day: "2027-03-21",
    open_ended_and_ended: "2027-03-20",
    end_that_has_come: "2027-03-20",
    transferred: "2027-03-20",
    banned: "2027-03-20",
    of_a_company: "2027-03-20",
    subscribed: "2027-04-10",
    cancelled_at_period_end: "2027-04-10",
    cancelled_and_over: "2027-04-10",
    cancelled_now: "2027-03-15",
    past_due_with_grace: "2027-04-10",
    past_due_and_cancelled_by_the_member: "2027-04-10",
    past_due_and_cancelled_at_the_desk: "2027-04-10",
    past_due_and_ended_at_the_desk: "2027-04-10",
    past_due_and_cancelled_at_the_provider: "2027-04-10",
    carried_on: "2027-04-25",
    carried_on_and_cancelled: "2027-04-25",
}
"""The ways a membership can end, and its true last day."""


def only(items: list[Any], membership: str, name: str = "id") -> Any:
    """Return the item of a membership."""
    (found,) = [each for each in items if each[name] == membership]
    return found


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_everything_tells_the_same_last_day(
    club: BillingClub, way: Callable[[BillingClub], tuple[str, str]]
) -> None:
    customer, sold = way(club)
    service, expected, texts = club.service, WAYS[way], Texts("en")
    profile = service.get(f"/v1/customers/{customer}")
    told = {
        "profile": only(profile["memberships"], sold)["last_day"],
        "membership": service.get(f"/v1/memberships/{sold}")["last_day"],
    }
    scan = service.scan(service.card(customer)["code"])
    told["scan"] = only(scan["memberships"], sold)["last_day"]
    if way is not banned:  # who cannot log in
        own = club.customer_call(customer, "GET", "/me").json()
        told["own page"] = only(own["memberships"], sold)["last_day"]
        for each in club.customer_call(customer, "GET", "/me/subscriptions").json()["items"]:
            if each["portal"]:
                told["own subscription"] = each["last_day"]
                told["its end"] = each["ends_on"] or expected
    for each in service.get("/v1/billing/orders", membership_id=sold)["items"]:
        told["order"], told["end of order"] = each["last_day"], each["ends_on"] or expected
        words = subscription_words(
            OrderView.model_validate(each), "", InvoicePage(items=()), texts, BERLIN
        )
        assert words.until == texts.day(date.fromisoformat(expected or ""))
    assert told == dict.fromkeys(told, expected)

    card = wallet_card(service, customer, new_design(service))
    with service.database.readers.begin() as session:
        loaded = load_faces(session, service.tenant, [card.card_id], service.clock())
    face = loaded[card.card_id].face
    day = None if expected is None else date.fromisoformat(expected)
    if scan["membership"]["id"] == sold:
        assert face.facts.last_day == day
        shown = [each.value for each in face.fields if _shows_end(face.design, each.key)]
        assert expected is None or shown == [day]
        detail = verdict_of(ScanAnswer.model_validate(scan), texts).detail
        assert way is banned or day is None or texts.day(day) in detail

    view = MembershipView.model_validate(only(profile["memberships"], sold))
    line = held_line(view, (), texts, BERLIN)
    if day is not None:
        assert texts.day(day) in line.period
        assert not line.note or texts.day(day) in line.note


def _shows_end(design: Any, key: str) -> bool:
    return any(each.key == key and each.shows is Shows.VALID_UNTIL for each in design.fields)


def test_the_export_has_the_same_days(club: BillingClub) -> None:
    ended_for_a_later_day(club)
    answer = club.service.call("GET", "/v1/exports/memberships.csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row["last_day"] == "2027-03-20"


def test_days_of_grace_are_not_promised_on_the_own_page(club: BillingClub) -> None:
    customer, sold = past_due_with_grace(club)
    own = club.customer_call(customer, "GET", "/me").json()
    assert only(own["memberships"], sold)["status"] == "active"
    assert [each["until"] for each in own["permissions"]] == [None]


def test_an_end_for_a_later_day_changes_the_card(club: BillingClub) -> None:
    customer, sold = sold_by_desk(club)
    service = club.service
    card = wallet_card(service, customer, new_design(service))

    def face() -> Any:
        with service.database.readers.begin() as session:
            loaded = load_faces(session, service.tenant, [card.card_id], service.clock())
        return loaded[card.card_id].face

    before = face()
    end(club, sold, "2027-03-20T23:00:00Z")
    assert face().digest() != before.digest()
    service.call("DELETE", f"/v1/memberships/{sold}/end")
    assert face().digest() == before.digest()
