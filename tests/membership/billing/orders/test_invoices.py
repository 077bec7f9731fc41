"""Invoices, what was paid back, and what a bank contests: shown, and nothing is taken away."""

from typing import Any

from tests.membership.billing.billing_club import Shop


def flagged(shop: Shop) -> list[Any]:
    """Invoices that need somebody's eye."""
    return list(shop.service.get("/v1/billing/invoices", flagged=True)["items"])


def newest(shop: Shop) -> Any:
    """The club's newest invoice."""
    return shop.service.get("/v1/billing/invoices")["items"][0]


def test_a_customer_sees_invoices_in_their_language(shop: Shop) -> None:
    customer = shop.service.customer(email="amara@example.com")
    sold = shop.bought(customer, shop.gold(price_minor=123456))
    shop.go_on(days=32)
    shop.catch_up()
    shown = shop.customer_call(customer, "GET", "/me/invoices").json()
    assert [each["amount"] for each in shown["items"]] == ["€1,234.56"] * 2
    newest_one, first = shown["items"]
    assert first["period_start"] == "2027-03-10T11:00:00Z"
    assert first["period_end"] == newest_one["period_start"] == "2027-04-10T11:00:00Z"
    assert {each["membership_id"] for each in shown["items"]} == {sold["id"]}
    assert all(each["number"] and each["status"] == "paid" for each in shown["items"])
    german = shop.customer_call(customer, "GET", "/me/invoices", params={"language": "de"}).json()
    assert german["items"][0]["amount"] == "1.234,56\xa0€"
    page = shop.customer_call(customer, "GET", "/me/invoices", params={"limit": 1}).json()
    rest = shop.customer_call(
        customer, "GET", "/me/invoices", params={"cursor": page["next_cursor"]}
    ).json()
    assert [*page["items"], *rest["items"]] == shown["items"]
    for params in ({"cursor": "x"}, {"language": "fr"}, {"limit": 0}):
        answer = shop.customer_call(customer, "GET", "/me/invoices", params=params)
        assert answer.status_code == 422


def test_refunds_and_disputes_are_flagged_and_take_nothing_away(shop: Shop) -> None:
    members = [shop.service.customer() for _ in range(3)]
    plan = shop.gold()
    invoices = []
    for customer in members:
        shop.bought(customer, plan)
        invoices.append(
            shop.customer_call(customer, "GET", "/me/invoices").json()["items"][0]["id"]
        )
    assert flagged(shop) == []
    shop.stripe.refund(invoices[0], 900)
    dispute = shop.stripe.dispute(invoices[1])
    shop.catch_up()
    found = {each["id"]: (each["refunded_minor"], each["disputed"]) for each in flagged(shop)}
    assert found == {invoices[0]: (900, False), invoices[1]: (0, True)}
    shop.stripe.refund(invoices[0])
    shop.stripe.close_dispute(dispute["id"], won=True)
    shop.catch_up()
    found = {each["id"]: (each["refunded_minor"], each["disputed"]) for each in flagged(shop)}
    assert found == {invoices[0]: (4900, False), invoices[1]: (0, True)}
    assert [shop.held(each)[0]["status"] for each in members] == ["active"] * 3
    # The flags outlast what is heard of the invoice later, without being asked for.
    shop.go_on(days=32)
    shop.catch_up()
    assert {each["id"] for each in flagged(shop)} == set(invoices[:2])
    assert [shop.held(each)[0]["last_day"] for each in members] == ["2027-05-10"] * 3


def test_a_single_payment_that_is_paid_back(shop: Shop) -> None:
    customer = shop.service.customer()
    shop.bought(customer, shop.gold(billing=None, length={"unit": "year"}))
    paid = newest(shop)
    assert paid["id"].startswith("pi_")
    link = shop.customer_call(customer, "POST", f"/me/invoices/{paid['id']}/link")
    assert link.json()["url"].startswith(shop.stripe.url)
    shop.stripe.refund(paid["id"], 100)
    shop.catch_up()
    assert [each["refunded_minor"] for each in flagged(shop)] == [100]
    assert shop.held(customer)[0]["status"] == "active"


def test_a_voided_renewal_is_a_present(shop: Shop) -> None:
    customer = shop.service.customer()
    shop.bought(customer, shop.gold())
    shop.stripe.set_card(shop.stripe.get(shop.subscription())["customer"], "declines")
    shop.go_on(days=32)
    shop.catch_up()
    assert shop.held(customer)[0]["reason"] == "payment_overdue"
    shop.stripe.void_invoice(newest(shop)["id"])
    shop.catch_up()
    assert newest(shop)["status"] == "void"
    (sold,) = shop.held(customer)
    assert (sold["reason"], sold["last_day"]) == (None, "2027-05-10")


def test_the_portal(shop: Shop) -> None:
    customer, plan = shop.service.customer(), shop.gold()
    shop.ordered(customer, plan)
    none = shop.customer_call(customer, "POST", "/me/portal")
    assert (none.status_code, none.json()["code"]) == (409, "nothing_billed")
    shop.bought(customer, plan)
    answer = shop.customer_call(customer, "POST", "/me/portal")
    assert answer.json()["url"].startswith(f"{shop.stripe.url}/p/session/")
    assert answer.headers["Cache-Control"] == "no-store"
    (made,) = shop.stripe.ledger.all("billing_portal.session")
    assert made["return_url"] == f"https://club.example/desk/me/{shop.service.tenant.slug}"
    shop.stripe.fail_next(status=None)
    down = shop.customer_call(customer, "POST", "/me/portal")
    assert (down.status_code, down.json()["code"]) == (503, "payment_provider_unavailable")
    assert shop.service.call("DELETE", "/v1/billing/stripe").status_code == 204
    gone = shop.customer_call(customer, "POST", "/me/portal")
    assert (gone.status_code, gone.json()["code"]) == (409, "billing_not_set_up")


def test_what_is_no_invoice(shop: Shop) -> None:
    customer = shop.service.customer()
    for invoice in ("in_1", "x" * 255):
        answer = shop.customer_call(customer, "POST", f"/me/invoices/{invoice}/link")
        assert (answer.status_code, answer.json()["code"]) == (404, "invoice_not_found")
    for invoice in ("x" * 256, "%00", "in%201"):
        answer = shop.customer_call(customer, "POST", f"/me/invoices/{invoice}/link")
        assert answer.status_code == 422
