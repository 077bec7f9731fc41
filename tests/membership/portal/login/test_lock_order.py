"""Codes of customers lock the counts of attempts in one order, however they end."""

from tests.membership.accounts.staff.people import address
from tests.membership.lock_order import lock_order
from tests.membership.portal.login.visitors import ask, code_for, verify, wrong
from tests.membership.support import Service


def test_asking_and_trying_lock_counts_in_one_order(service: Service) -> None:
    assert service.call("PUT", "/v1/signup", json={"open": True}).status_code == 200
    here = address()
    with lock_order(service.database.engine) as order:
        for _ in range(2):
            assert ask(service, headers=here).status_code == 202
            code = code_for(service)
            assert verify(service, wrong(code), headers=here).status_code == 401
            assert verify(service, code, headers=here).status_code == 200
    assert len(order.pairs) >= 3
    assert order.both_ways == set()
