"""Two processes take tasks from one queue: each task is carried out once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from membership.billing.outbox.jobs import OutboxWorker
from tests.membership.billing.billing_club import BillingClub, without_retries

ORDERS = 6


def test_two_workers_carry_out_each_task_once(club: BillingClub) -> None:
    plan = club.gold_plan()
    customers = [club.service.customer(f"P{number}") for number in range(ORDERS)]
    for each in customers:
        assert club.order_as_staff(plan, customer_id=each).ok
        club.service.patch(f"/v1/customers/{each}", state="banned")
    work = club.work

    def empty_queue(worker: OutboxWorker) -> None:
        while worker.run(work):
            pass

    workers = [OutboxWorker(without_retries) for _ in range(2)]
    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(empty_queue, workers))
    asked = Counter(each.path for each in club.stripe.requests if each.path.endswith("/expire"))
    assert len(asked) == ORDERS
    assert set(asked.values()) == {1}
    assert club.service.get("/v1/billing/tasks")["items"] == []
