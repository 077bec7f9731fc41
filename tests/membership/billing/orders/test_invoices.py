"""Invoices, refunds and disputes: shown and flagged, without a change of memberships."""

from typing import Any

from tests.membership.billing.billing_club import BillingClub


def flagged(club: BillingClub) -> list[Any]:
    """Return the invoices with a refund or dispute."""
    return list(club.service.get("/v1/billing/invoices", flagged=True)["items"])


def newest(club: BillingClub) -> Any:
    """Return the club's newest invoice."""
    return club.service.get("/v1/billing/invoices")["items"][0]


def test_invoices_are_formatted_in_the_language_of_the_customer(club: BillingClub) -> None:
    customer = club.service.customer(email="amara@example.com")
    sold = club.buy(customer, club.gold_plan(price_minor=123456))
    club.advance(days=32)
    club.deliver_and_process()
    shown = club.customer_call(customer, "GET", "/me/invoices").json()
    assert [each["amount"] for each in shown["items"]] == ["€1,234.56"] * 2
    newest_one, first = shown["items"]
    assert first["period_start"] == "2027-03-10T11:00:00Z"
    assert first["period_end"] == newest_one["period_start"] == "2027-04-10T11:00:00Z"
    assert {each["membership_id"] for each in shown["items"]} == {sold["id"]}
    assert all(each["number"] and each["status"] == "paid" for each in shown["items"])
    german = club.customer_call(customer, "GET", "/me/invoices", params={"language": "de"}).json()
    assert german["items"][0]["amount"] == "1.234,56\xa0€"
    page = club.customer_call(customer, "GET", "/me/invoices", params={"limit": 1}).json()
    rest = club.customer_call(
        customer, "GET", "/me/invoices", params={"cursor": page["next_cursor"]}
    ).json()
    assert [*page["items"], *rest["items"]] == shown["items"]
    for params in ({"cursor": "x"}, {"language": "fr"}, {"limit": 0}):
        answer = club.customer_call(customer, "GET", "/me/invoices", params=params)
        assert answer.status_code == 422


def test_refunds_and_disputes_are_flagged_and_change_no_membership(club: BillingClub) -> None:
    members = [club.service.customer() for _ in range(3)]
    plan = club.gold_plan()
    invoices = []
    for customer in members:
        club.buy(customer, plan)
        invoices.append(
            club.customer_call(customer, "GET", "/me/invoices").json()["items"][0]["id"]
        )
    assert flagged(club) == []
    club.stripe.refund(invoices[0], 900)
    dispute = club.stripe.dispute(invoices[1])
    club.deliver_and_process()
    found = {each["id"]: (each["refunded_minor"], each["disputed"]) for each in flagged(club)}
    assert found == {invoices[0]: (900, False), invoices[1]: (0, True)}
    club.stripe.refund(invoices[0])
    club.stripe.close_dispute(dispute["id"], won=True)
    club.deliver_and_process()
    found = {each["id"]: (each["refunded_minor"], each["disputed"]) for each in flagged(club)}
    assert found == {invoices[0]: (4900, False), invoices[1]: (0, True)}
    assert [club.memberships(each)[0]["status"] for each in members] == ["active"] * 3
    # Later synchronizations, which do not read the charges, keep the flags.
    club.advance(days=32)
    club.deliver_and_process()
    assert {each["id"] for each in flagged(club)} == set(invoices[:2])
    assert [club.memberships(each)[0]["last_day"] for each in members] == ["2027-05-10"] * 3


def test_a_refunded_one_time_payment(club: BillingClub) -> None:
    customer = club.service.customer()
    club.buy(customer, club.gold_plan(billing=None, length={"unit": "year"}))
    paid = newest(club)
    assert paid["id"].startswith("pi_")
    link = club.customer_call(customer, "POST", f"/me/invoices/{paid['id']}/link")
    assert link.json()["url"].startswith(club.stripe.url)
    club.stripe.refund(paid["id"], 100)
    club.deliver_and_process()
    assert [each["refunded_minor"] for each in flagged(club)] == [100]
    assert club.memberships(customer)[0]["status"] == "active"


def test_a_voided_invoice_counts_as_paid(club: BillingClub) -> None:
    customer = club.service.customer()
    club.buy(customer, club.gold_plan())
    club.stripe.set_card(club.stripe.get(club.newest_subscription())["customer"], "declines")
    club.advance(days=32)
    club.deliver_and_process()
    assert club.memberships(customer)[0]["reason"] == "payment_overdue"
    club.stripe.void_invoice(newest(club)["id"])
    club.deliver_and_process()
    assert newest(club)["status"] == "void"
    (sold,) = club.memberships(customer)
    assert (sold["reason"], sold["last_day"]) == (None, "2027-05-10")


def test_the_customer_portal(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan()
    club.order_as_customer(customer, plan)
    none = club.customer_call(customer, "POST", "/me/portal")
    assert (none.status_code, none.json()["code"]) == (409, "nothing_billed")
    club.buy(customer, plan)
    answer = club.customer_call(customer, "POST", "/me/portal")
    assert answer.json()["url"].startswith(f"{club.stripe.url}/p/session/")
    assert answer.headers["Cache-Control"] == "no-store"
    (made,) = club.stripe.ledger.all("billing_portal.session")
    assert made["return_url"] == f"https://club.example/desk/me/{club.service.tenant.slug}"
    club.stripe.fail_next(status=None)
    down = club.customer_call(customer, "POST", "/me/portal")
    assert (down.status_code, down.json()["code"]) == (503, "payment_provider_unavailable")
    assert club.service.call("DELETE", "/v1/billing/stripe").status_code == 204
    gone = club.customer_call(customer, "POST", "/me/portal")
    assert (gone.status_code, gone.json()["code"]) == (409, "billing_not_set_up")


def test_unknown_invoices_are_not_found(club: BillingClub) -> None:
    customer = club.service.customer()
    for invoice in ("in_1", "x" * 255):
        answer = club.customer_call(customer, "POST", f"/me/invoices/{invoice}/link")
        assert (answer.status_code, answer.json()["code"]) == (404, "invoice_not_found")
    for invoice in ("x" * 256, "%00", "in%201"):
        answer = club.customer_call(customer, "POST", f"/me/invoices/{invoice}/link")
        assert answer.status_code == 422
