"""Years of people who are banned, merged and erased, at random, and what they may pay.

After each step: nothing is left for Stripe to do; who was cancelled pays no more; each payment of
somebody barred has one event, and its order one flag until it is settled; each subscription
charges somebody who lives and is not barred, once for each plan, or staff chose that it goes on.
"""

from collections.abc import Callable
from random import Random

import pytest

from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.orders.people_year import Person, Town
from tests.membership.billing.outbox.test_bans import ban
from tests.membership.billing.outbox.test_merges import merge

ANSWERS = ("cancel_now", "cancel_at_period_end", "keep")


def bar(town: Town, person: Person, answer: str) -> None:
    """Ban a person with an answer."""
    charging = town.charging(person)
    assert ban(town.club, person.id, subscriptions=answer)[0] == 200
    person.banned = True
    if answer == "keep":
        town.chosen.update(charging)
    else:
        town.stop(charging)
    town.refuse(person, "customer_banned")


def ban_of_payer(town: Town, answer: str) -> None:
    """Ban somebody who is charged, and has an open page for something else."""
    person = town.somebody(paying=True)
    town.page_of_another_plan(person)
    status, refused = ban(town.club, person.id)
    assert (status, refused["code"]) == (409, "subscriptions_undecided")
    bar(town, person, answer)


def ban_before_payment(town: Town, _: str) -> None:
    """Ban somebody who pays their open page before Stripe has closed it."""
    person = town.somebody(paying=False)
    page = town.page(person)
    bar(town, person, town.random.choice(ANSWERS))
    town.club.stripe.pay(page)


def ban_after_payment(town: Town, _: str) -> None:
    """Ban somebody who has paid, which the service does not know yet."""
    person = town.somebody(paying=False)
    town.club.stripe.pay(town.page(person))
    bar(town, person, town.random.choice(ANSWERS))


def unban(town: Town, _: str) -> None:
    """Lift a ban, of somebody whose subscription was kept if there is nobody else."""
    banned = [each for each in town.people if each.banned and not each.erased]
    if not banned:
        ban_of_payer(town, "keep")
        town.settle()
        banned = [each for each in town.people if each.banned]
    person = town.random.choice(banned)
    town.club.service.patch(f"/v1/customers/{person.id}", state="active")
    person.banned = False


def join(town: Town, stays: Person, goes: Person, cancelled: list[str]) -> None:
    """Merge two people, and cancel orders of theirs."""
    kept = {*town.charging(stays), *town.charging(goes)} - {*cancelled}
    assert merge(town.club, stays.id, goes.id, cancel_orders=cancelled)[0] == 200
    town.chosen.update(kept)
    town.stop(cancelled)
    stays.banned = stays.banned or goes.banned
    town.people.remove(goes)
    town.payers.update({x: stays for x, person in town.payers.items() if person is goes})


def merge_of_payers(town: Town, which: str) -> None:
    """Merge two who are charged, and cancel the subscription of the first, second, both, none."""
    stays = town.somebody(paying=True)
    goes = town.somebody(paying=True, but=stays)
    status, refused = merge(town.club, stays.id, goes.id)
    assert (status, refused["code"]) == (409, "subscriptions_undecided")
    first = town.charging(stays) if which in {"first", "both"} else []
    second = town.charging(goes) if which in {"second", "both"} else []
    join(town, stays, goes, [*first, *second])


def merge_with_banned(town: Town, which: str) -> None:
    """Merge somebody who is charged with somebody banned, either way round."""
    paying, banned = town.somebody(paying=True), town.newcomer()
    bar(town, banned, "keep")
    pair = (paying, banned) if town.random.random() < 0.5 else (banned, paying)
    assert merge(town.club, pair[0].id, pair[1].id)[1]["code"] == "subscriptions_undecided"
    join(town, *pair, town.charging(paying) if which == "cancel" else [])


def merge_before_payment(town: Town, other: str) -> None:
    """Merge somebody who pays their open page before Stripe has closed it.

    The ``other`` one of the two is charged already, for that plan or another, or is not.
    """
    goes = town.somebody(paying=False)
    page = town.page(goes)
    stays = town.somebody(paying=other == "charged", but=goes)
    join(town, stays, goes, [])
    if town.charging(stays):
        town.beside.add(town.club.stripe.get(page)["client_reference_id"])
    town.club.stripe.pay(page)


def erase(town: Town, how: str) -> None:
    """Erase somebody with an open page, who pays it before it is closed if ``how`` says so.

    Somebody whom a subscription charges is erased only after it was cancelled.
    """
    person = town.somebody(paying=town.random.random() < 0.5)
    path = f"/v1/customers/{person.id}/erase"
    number = town.club.service.get(f"/v1/customers/{person.id}")["customer"]["number"]
    deletes = "deleting" in how
    body = {"confirm": number, "end_memberships": True, "delete_at_provider": deletes}
    for _ in town.charging(person):
        refused = town.club.service.call("POST", path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "billed_by_provider")
    for order in town.subscriptions(person):
        town.club.service.post(f"/v1/billing/orders/{order}/cancel", {"at": "now"}, status=200)
        town.stop([order])
    town.settle()
    page = town.page(person)
    told = town.club.service.post(path, body, status=200).get("at_provider")
    person.erased = True
    town.refuse(person, "customer_erased")
    if "paid" in how:
        town.club.stripe.pay(page)
    town.settle()
    for known in told["customer_ids"] if told else []:
        assert bool(town.club.stripe.get(known).get("deleted")) is deletes


def settle_flag(town: Town, _: str) -> None:
    """Settle a flag, of somebody who was just banned if there is none."""
    if not town.unsettled:
        ban_after_payment(town, "")
        town.settle()
    order = town.random.choice([each for each in town.payers if each in town.unsettled])
    town.club.service.post(f"/v1/billing/orders/{order}/settle", status=200)
    town.unsettled.remove(order)


def bad_card(town: Town, _: str) -> None:
    """Let the card of somebody decline from now on, so that the next payment is overdue."""
    person = town.somebody(paying=True)
    for each in town.subscriptions(person).values():
        town.club.stripe.set_card(each["customer"], "declines")


Step = tuple[Callable[[Town, str], None], str]
STEPS: tuple[Step, ...] = (
    *((ban_of_payer, answer) for answer in ANSWERS),
    (ban_before_payment, ""),
    (ban_after_payment, ""),
    (unban, ""),
    *((merge_of_payers, which) for which in ("none", "first", "second", "both")),
    *((merge_with_banned, which) for which in ("cancel", "keep")),
    *((merge_before_payment, other) for other in ("", "charged")),
    *((erase, how) for how in ("", "deleting", "paid", "deleting, paid")),
    (settle_flag, ""),
    (bad_card, ""),
)

SHORT = (2, 59)
"""Between them a ban with each answer, bans, merges and an erasure around a payment, an unban."""


def live(club: BillingClub, seed: int, many: int) -> None:
    """Run some of the steps in any order, check what holds after each, and two periods later.

    The seed chooses the steps, the days before each, and the people. A year of many steps takes
    long, so that smaller ones are not looked for as hypothesis would.
    """
    random = Random(seed)
    town = Town(club, random, [club.gold_plan(), club.gold_plan(price_minor=5900)])
    for act, how in random.sample(STEPS, many):
        club.advance(days=random.randrange(26))
        town.settle()
        town.check((seed, "before", act.__name__))
        act(town, how)
        town.settle()
        town.check((seed, act.__name__, how))
    for _ in range(3):
        club.advance(days=20)
        town.settle()
        town.check((seed, "the end"))


@pytest.mark.parametrize("seed", SHORT)
def test_some_months_of_people(club: BillingClub, seed: int) -> None:
    live(club, seed, 6)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(12))
def test_many_years_of_people(club: BillingClub, seed: int) -> None:
    live(club, seed, len(STEPS))
