"""The same file again changes nothing; a changed line is an update and is shown as one."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests.generated import sampled
from tests.membership.data.imports.test_imports import imported, outcomes
from tests.membership.support import NOON, Service

HISTORY = (
    "plan,customer,company,starts_on,last_day\nGold,C-000001,,,\nGold,2,,,\n"
    "Old 2019,1,,2019-01-01,2019-12-31\ngold,1,,2020-01-01,\nGold,fam@x.example,,2021-01-01,\n"
    "Gold,,acme gmbh,,\nGold,,Acme GmbH ,,\nGold,1,,2022-05-01,2022-04-30\nGold,1,,1899-12-30,\n"
)


def held(service: Service, customer: str) -> list[tuple[str, str | None]]:
    """First instants and last days of the memberships of a customer."""
    found = service.get(f"/v1/customers/{customer}")["memberships"]
    return sorted((each["starts_at"], each["last_day"]) for each in found)


@pytest.mark.parametrize("action", ["skip", "update"])
def test_a_file_without_dates_read_twice_sells_nothing_twice(service: Service, action: str) -> None:
    first = service.customer("Anna", email="fam@x.example")
    second = service.customer("Ben", email="fam@x.example")
    company = service.company("Acme GmbH")
    service.plan("Gold", length={"unit": "month", "count": 1})
    duplicates = {"action": action}
    _, report = imported(service, HISTORY, "memberships", duplicates=duplicates)
    created, skipped, refused = "created", "skipped", "refused"
    expected = [created, created, refused, created, refused, created, skipped, refused, refused]
    assert [each["outcome"] for each in report] == expected
    assert "2 of this name" in report[4]["message"]
    before = [held(service, each) for each in (first, second)]
    # Long after, the memberships have ended: the file still means them.
    service.clock.advance(days=90)
    for dry_run in (True, False):
        shown, again = imported(
            service, HISTORY, "memberships", duplicates=duplicates, dry_run=dry_run
        )
        assert shown["counts"]["created"] == shown["counts"]["updated"] == 0
        taken = "unchanged"
        assert [each["outcome"] for each in again] == [
            taken, taken, refused, taken, refused, taken, taken, refused, refused
        ]  # fmt: skip
    assert [held(service, each) for each in (first, second)] == before
    sold = service.get("/v1/memberships", company_id=company)["items"]
    assert len(sold) == 1
    # Who wants another one says so.
    shown, _ = imported(service, HISTORY, "memberships", duplicates={"action": "create"})
    assert shown["counts"]["created"] == 5


def test_a_changed_line_is_an_update_and_shown_as_one(service: Service) -> None:
    anna = service.customer("Anna")
    service.plan("Gold", length={"unit": "month", "count": 1})
    header = "plan,customer,starts_on,last_day,payment_overdue\n"
    imported(service, header + "Gold,1,2027-03-01,,\n", "memberships")
    changed = header + "GOLD,1,2027-03-01,2027-06-30,yes\n"
    _, report = imported(service, changed, "memberships")
    assert outcomes(report) == [
        (2, "skipped", "plan: Gold was sold to them before; left out: last_day, payment_overdue")
    ]
    update: dict[str, Any] = {"action": "update"}
    for dry_run in (True, False):
        _, report = imported(service, changed, "memberships", duplicates=update, dry_run=dry_run)
        assert outcomes(report) == [(2, "updated", "last_day, payment_overdue")]
    ((_, last_day),) = held(service, anna)
    assert last_day == "2027-06-30"
    _, report = imported(service, changed, "memberships", duplicates=update)
    assert report[0]["outcome"] == "unchanged"
    earlier = header + "Gold,1,2027-03-01,2027-05-31,\n"
    _, report = imported(service, earlier, "memberships", duplicates=update)
    assert outcomes(report) == [
        (2, "refused", "last_day: ends 2027-06-30; end it early at the desk")
    ]
    entries = service.get("/v1/audit", subject_id=service.get(
        f"/v1/customers/{anna}")["memberships"][0]["id"])["items"]  # fmt: skip
    assert {"membership.extended", "membership.payment_changed"} <= {
        each["action"] for each in entries
    }


def test_people_with_a_name_only_are_not_doubled(service: Service) -> None:
    text = "given_name,family_name,desk_note\nAnna,,\nAnna,,\nBen,Ott,Locker 7\n"
    first, report = imported(service, text)
    assert first["counts"]["created"] == 3
    for dry_run in (True, False, False):
        again, lines = imported(service, text, dry_run=dry_run)
        assert again["counts"]["unchanged"] == 3
        assert sorted(each["id"] for each in lines) == sorted(each["id"] for each in report)
    # A third of that name is somebody else; so is everybody, if that is asked for.
    more, _ = imported(service, text + "Anna,,\n")
    assert (more["counts"]["created"], more["counts"]["unchanged"]) == (1, 3)
    # Who was erased is not brought back to life by the memory of a file.
    number = service.get(f"/v1/customers/{report[2]['id']}")["customer"]["number"]
    service.post(f"/v1/customers/{report[2]['id']}/erase", {"confirm": number}, status=200)
    after, _ = imported(service, text)
    assert after["counts"]["created"] == 1
    other, _ = imported(service, text, duplicates={"action": "create"})
    assert other["counts"]["created"] == 3


@pytest.mark.parametrize(
    ("change", "action"), sampled(["none", "renewed-late", "moved", "ended"], ["skip", "update"])
)
def test_a_membership_is_known_by_its_first_day_whatever_became_of_it(
    service: Service, action: str, change: str
) -> None:
    service.clock.now = NOON - timedelta(days=60)
    anna, ben = service.customer("Anna"), service.customer("Ben")
    late = change == "renewed-late"
    plan = service.plan("Gold", length={"unit": "month", "count": 1 if late else 6})
    header = "plan,customer,starts_on,last_day\n"
    imported(service, header + "Gold,1,2027-01-05,\n", "memberships")
    # At noon, at the desk, and once for the day after.
    sold = service.member(plan, customer_id=ben)
    service.member(plan, customer_id=ben, starts_on="2027-01-10")
    old = exported(service)
    service.clock.now = NOON
    if late:
        for each in service.get("/v1/memberships")["items"]:
            service.post(f"/v1/memberships/{each['id']}/renew", {}, status=200)
    if change == "moved":
        service.patch("/v1/organization", time_zone="America/New_York")
    if change == "ended":
        service.post(f"/v1/memberships/{sold}/end", {"why": "moved"}, status=200)
    before = [held(service, each) for each in (anna, ben)]
    for text in (old, header + "Gold,1,2027-01-05,\n", exported(service)):
        for dry_run in (True, False):
            shown, report = imported(
                service, text, "memberships", duplicates={"action": action}, dry_run=dry_run
            )
            assert shown["counts"]["created"] == 0, report
    assert [line["outcome"] for line in report] == ["unchanged"] * len(report)
    assert [held(service, each) for each in (anna, ben)] == before


def exported(service: Service) -> str:
    """The memberships of the club as a file."""
    return service.call("GET", "/v1/exports/memberships.csv").text


def test_names_that_were_read_before_lead_to_whom_they_are_now(service: Service) -> None:
    file = "given_name\n" + "Eva\n" * 3
    _, report = imported(service, file)
    first, second, third = (each["id"] for each in report)
    service.post(f"/v1/customers/{first}/merge", {"other_id": second}, status=200)
    _, report = imported(service, file)
    assert sorted(each["id"] for each in report) == sorted([first, first, third])
    assert {each["outcome"] for each in report} == {"unchanged"}


@pytest.mark.both_databases(reason="each has statements of its own for many rows")
def test_a_batch_asks_as_often_for_many_lines_as_for_few(service: Service) -> None:
    counted: list[int] = []
    for lines in (3, 60):
        file = "given_name\n" + "".join(f"P{lines}{each}\n" for each in range(lines))
        imported(service, file)
        asked: list[str] = []

        def note(*arguments: Any, asked: list[str] = asked) -> None:
            asked.append(arguments[2])

        event.listen(service.database.engine, "before_cursor_execute", note)
        _, report = imported(service, file)
        event.remove(service.database.engine, "before_cursor_execute", note)
        assert {each["outcome"] for each in report} == {"unchanged"}
        counted.append(len(asked))
    assert counted[0] == counted[1]
