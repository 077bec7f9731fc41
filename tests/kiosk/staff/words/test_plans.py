"""Plans and permissions as rows of their lists."""

from uuid import UUID

import pytest

from api_client.messages.scan import PermissionView
from kiosk.staff.words.plans import carried_words, permission_rows, plan_rows
from kiosk.texts import Texts
from tests.kiosk.answers import NOON
from tests.kiosk.staff.messages import plan

EN = Texts("en")
POOL, GYM = PermissionView(key="area.pool", label="Pool"), PermissionView(key="gym", label="gym")


@pytest.mark.parametrize(
    ("customers", "companies", "public", "who"),
    [
        (None, None, False, ""),
        (0, 0, False, "0 people"),
        (1, 0, False, "1 person"),
        (0, 2, False, "2 companies"),
        (128, 1, True, "128 people · 1 company · open for sign-up"),
    ],
)
def test_who_has_a_plan(
    customers: int | None, companies: int | None, public: bool, who: str
) -> None:
    (row,) = plan_rows([plan(customers=customers, companies=companies, public=public)], EN)
    assert (row.name, row.price, row.who) == ("Gold", "€49.00 every month", who)
    assert row.permissions == ("Pool",)


def test_archived_plans_come_last() -> None:
    old = plan(id=UUID(int=1), name="Abba", archived_at=NOON)
    rows = plan_rows([old, plan(id=UUID(int=2), name="Zeta", billing=None, price_minor=0)], EN)
    assert [(row.name, row.archived) for row in rows] == [("Zeta", False), ("Abba", True)]
    assert rows[0].price == "€0.00"


def test_permissions_name_the_plans_that_carry_them() -> None:
    plans = [plan(), plan(name="Old", archived_at=NOON)]
    gym, pool = permission_rows([POOL, GYM], plans)
    assert (gym.label, gym.plans, carried_words(gym, EN)) == ("gym", (), "in no plan")
    assert (pool.label, pool.plans, carried_words(pool, EN)) == (
        "Pool",
        ("Gold", "Old"),
        "Gold, Old",
    )
