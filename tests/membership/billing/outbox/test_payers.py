"""A changed name or address goes to Stripe, through a queue that nothing blocks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from membership.billing.outbox.queue import MAX_TRIES
from membership.members.payers.provider_queue import ask_provider
from membership.store.models import ProviderTaskKind
from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.members import audit_count, buy_gold
from tests.membership.data.imports.test_imports import imported
from tests.membership.support import arranging

Change = Callable[[BillingClub, str], object]


def known(club: BillingClub, payer: str = "") -> tuple[Any, Any]:
    """Return name and address of the only payer at Stripe, or of one by id."""
    found = [x for x in club.stripe.ledger.all("customer") if payer in {"", x["id"]}]
    assert len(found) == 1
    return found[0]["name"], found[0]["email"]


def tasks(club: BillingClub, **wanted: Any) -> list[Any]:
    """Return what Stripe is still to do."""
    return list(club.service.get("/v1/billing/tasks", **wanted)["items"])


def by_file(club: BillingClub, customer: str) -> None:
    """Change the address by an import."""
    number = club.service.get(f"/v1/customers/{customer}")["customer"]["number"]
    lines = f"number,given_name,family_name,email\n{number},Amara,Okafor,ada@example.org\n"
    imported(club.service, lines, duplicates={"action": "update"})


def patch(**fields: Any) -> Change:
    """Return a change by the API."""
    return lambda club, customer: club.service.patch(f"/v1/customers/{customer}", **fields)


WAYS: dict[str, tuple[Change, tuple[str, str | None] | None]] = {
    # how: what is known afterwards, None if nothing is sent
    "given name": (patch(given_name="Ada"), ("Ada Okafor", "amara@example.com")),
    "family name": (patch(family_name="Berg"), ("Amara Berg", "amara@example.com")),
    "address": (patch(email="ada@example.org"), ("Amara Okafor", "ada@example.org")),
    "no address": (patch(email=None), ("Amara Okafor", None)),
    "file": (by_file, ("Amara Okafor", "ada@example.org")),
    "note": (patch(desk_note="Locker 7"), None),
    "the same": (patch(given_name="Amara"), None),
}


@pytest.mark.parametrize("way", WAYS)
def test_changes_of_a_customer_go_to_stripe(club: BillingClub, way: str) -> None:
    customer = club.service.customer(family_name="Okafor", email="amara@example.com")
    assert club.order_as_staff(club.gold_plan(), customer_id=customer).ok
    change, expected = WAYS[way]
    change(club, customer)
    assert len(tasks(club)) == (expected is not None)
    club.process_tasks()
    assert tasks(club) == []
    assert known(club) == (expected or ("Amara Okafor", "amara@example.com"))


def test_changes_of_a_company_go_to_stripe(club: BillingClub) -> None:
    company = club.service.company("Northwind", billing_email="old@northwind.example")
    assert club.order_as_staff(club.gold_plan(), company_id=company).ok
    path = f"/v1/companies/{company}"
    for fields, expected in (
        ({"name": "Southwind"}, ("Southwind", "old@northwind.example")),
        ({"billing_email": "pay@northwind.example"}, ("Southwind", "pay@northwind.example")),
        ({"billing_name": "Wind AG"}, ("Wind AG", "pay@northwind.example")),
        ({"seat_cap": 5}, ("Wind AG", "pay@northwind.example")),
    ):
        club.service.patch(path, **fields)
        club.process_tasks()
        assert known(club) == expected


def test_nothing_is_asked_of_a_provider_that_nobody_has_or_knows(club: BillingClub) -> None:
    customer = club.service.customer()
    club.service.patch(f"/v1/customers/{customer}", given_name="Ada")
    assert tasks(club) == []
    payer, _ = buy_gold(club)
    club.service.patch(f"/v1/customers/{payer}", given_name="Ada")
    assert len(tasks(club)) == 1
    assert club.service.call("DELETE", "/v1/billing/stripe").status_code == 204
    assert tasks(club) == []
    club.service.patch(f"/v1/customers/{payer}", given_name="Bea")
    assert tasks(club) == []


def test_what_stripe_cannot_do_now_is_done_later_with_what_is_true_then(club: BillingClub) -> None:
    customer, _ = buy_gold(club)
    path = f"/v1/customers/{customer}"
    club.service.patch(path, given_name="Ada")
    club.stripe.fail_next(1, 500)
    club.process_tasks()
    (task,) = tasks(club, failed=True)
    assert (task["kind"], task["tries"]) == ("update_payer", 1)
    assert "internal error" in task["error"]
    club.process_tasks()
    assert known(club)[0] == "Amara", "it waits for its pause"
    club.service.patch(path, given_name="Bea", email="bea@example.org")
    club.process_tasks()
    assert (tasks(club), known(club)) == ([], ("Bea", "bea@example.org"))
    club.service.patch(path, given_name="Cleo")
    club.stripe.fail_next(1, None)
    club.process_tasks()
    club.advance(seconds=10)
    club.process_tasks()
    assert (tasks(club), known(club)[0]) == ([], "Cleo")


def test_a_change_while_stripe_is_told_of_the_one_before_is_told_too(club: BillingClub) -> None:
    customer, _ = buy_gold(club)
    path = f"/v1/customers/{customer}"
    club.service.patch(path, given_name="Ada")
    (payer,) = club.stripe.ledger.all("customer")

    def again() -> None:
        club.service.clock.advance(seconds=1)
        club.service.patch(path, given_name="Bea")

    with club.while_stripe_works(f"/v1/customers/{payer['id']}", again):
        club.process_tasks()
    assert (tasks(club), known(club)[0]) == ([], "Bea")


def test_a_payer_who_is_gone_at_stripe_needs_no_further_try(club: BillingClub) -> None:
    customer, _ = buy_gold(club)
    (payer,) = club.stripe.ledger.all("customer")
    club.stripe.delete_customer(payer["id"])
    club.service.patch(f"/v1/customers/{customer}", given_name="Ada")
    club.process_tasks()
    assert tasks(club) == []


def test_a_poisoned_task_blocks_no_other(club: BillingClub) -> None:
    """One that Stripe refuses, one of an unknown kind, and thirty that are fine."""
    fine = [club.service.customer(f"P{number}") for number in range(3)]
    plan = club.gold_plan()
    for each in fine:
        assert club.order_as_staff(plan, customer_id=each).ok
    first, *others = [each["id"] for each in club.stripe.ledger.all("customer")]
    database, here = club.service.database, club.service.tenant.id
    now = club.service.clock() - timedelta(minutes=1)
    with arranging(database) as session:
        for number in range(30):
            ask_provider(session, here, ProviderTaskKind.CLOSE_PAGE, [f"cs_{number}"], now)
        ask_provider(session, here, ProviderTaskKind.CANCEL_LATER, ["x" * 200], now)
        ask_provider(session, here, ProviderTaskKind.UPDATE_PAYER, ["unknown kind"], now)
        session.execute(
            text("UPDATE provider_tasks SET kind = 'sing' WHERE object_id = 'unknown kind'")
        )
    club.stripe.ledger.things[first]["deleted"] = "perhaps"  # its changes are refused
    for number, each in enumerate(fine):
        club.service.patch(f"/v1/customers/{each}", given_name=f"Q{number}")
    club.stripe.fail_next(1, 402)
    club.process_tasks()
    assert {known(club, each)[0] for each in others} == {"Q1", "Q2"}
    with arranging(database) as session:
        left = session.execute(
            text("SELECT kind, tries, error FROM provider_tasks WHERE organization_id = :here"),
            {"here": here},
        ).all()
    assert {each.kind for each in left} >= {"sing"}
    assert {each.tries for each in left} == {1}
    assert all(each.error for each in left)


def test_a_task_is_given_up_at_last_and_retried_by_staff(club: BillingClub) -> None:
    customer, _ = buy_gold(club)
    club.service.patch(f"/v1/customers/{customer}", given_name="Ada")
    with arranging(club.service.database) as session:
        session.execute(text("UPDATE provider_tasks SET tries = :n"), {"n": MAX_TRIES - 1})
    club.stripe.fail_next(1, 500)
    club.process_tasks()
    (task,) = tasks(club, failed=True)
    assert (task["due_at"], task["tries"]) == (None, MAX_TRIES)
    club.advance(days=9)
    club.process_tasks()
    assert known(club)[0] == "Amara"
    path = f"/v1/billing/tasks/{task['kind']}/{task['object_id']}/retry"
    assert club.service.post(path, status=200)["tries"] == 0
    assert audit_count(club, "billing.task_retried") == 1
    club.process_tasks()
    assert (tasks(club), known(club)[0]) == ([], "Ada")
    assert club.service.call("POST", path).status_code == 404
