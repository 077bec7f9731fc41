"""Numbers of merged customers in files: kept, found by, added, and nobody's twice."""

from typing import Any

import pytest

from tests.membership.data.imports.test_awkward import read
from tests.membership.data.imports.test_imports import imported, outcomes
from tests.membership.support import Service

HEADER = "number,given_name,family_name,merged_numbers\n"
UPDATE: dict[str, Any] = {"action": "update"}
TAKEN = "merged_numbers: left out: 1 that somebody else has or had"

CELLS: dict[str, tuple[str, Any]] = {
    "one": ("C-000012", (12,)),
    "several": ('"C-000012\n13\nC-12"', (12, 13)),
    "nothing": ("-", None),
    "of another system": ("M-12", "merged_numbers: a customer number is written like C-000123"),
    "too high": ("C-9999999999999", "merged_numbers: "),
    "too many": ('"' + "\n".join(f"C-{each}" for each in range(1, 203)) + '"',
                 "merged_numbers: one line of a file has at most 200"),
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_cells_are_read(name: str) -> None:
    cell, expected = CELLS[name]
    (line,) = read(f"given_name,merged_numbers\nA,{cell}\n", "customers", "DE")[1]
    if isinstance(expected, str):
        assert line.startswith(expected)
    else:
        assert line == {"given_name": "A"} | (
            {} if expected is None else {"merged_numbers": expected}
        )


def found(service: Service, number: str) -> list[str]:
    """Return the numbers of those whom a number finds."""
    hits = service.get("/v1/customers", q=number)["items"]
    return [str(each["customer"]["number"]) for each in hits]


def test_a_merged_number_comes_back_with_the_export(service: Service) -> None:
    stays, goes = service.customer("Anna"), service.customer("Ann")
    service.post(f"/v1/customers/{stays}/merge", {"other_id": goes}, status=200)
    exported = service.call("GET", "/v1/exports/customers.csv").text
    assert "C-000002" in exported
    other = service.fresh()
    for action in ("skip", "update"):
        _, report = imported(other, exported, duplicates={"action": action})
    assert outcomes(report) == [(2, "unchanged", "")]
    assert found(other, "C-000002") == ["C-000001"]
    assert other.call("GET", "/v1/exports/customers.csv").text == exported
    # The number is nobody's again, and a further list may still have it.
    assert other.get(f"/v1/customers/{other.customer('New')}")["customer"]["number"] == "C-000003"
    _, report = imported(other, "number,given_name,desk_note\nC-000002,Anna,x\n", duplicates=UPDATE)
    assert outcomes(report) == [(2, "updated", "desk_note; left out: number")]


def test_what_somebody_has_or_had_is_left_out(service: Service) -> None:
    service.customer("Lars")
    file = HEADER + (
        "C-000005,Anna,Berg,C-000001\n"
        "C-000006,Ben,Berg,C-000005\n"
        'C-000007,Cleo,Berg,"C-000007\nC-000010"\n'
        "C-000008,Dora,Berg,C-000010\n"
        "C-000010,Emil,Berg,\n"
    )
    for dry_run in (True, False):
        state, report = imported(service, file, dry_run=dry_run)
        assert outcomes(report) == [
            (2, "created", TAKEN),
            (3, "created", TAKEN),
            (4, "created", ""),
            (6, "created", TAKEN),
            (7, "refused", "number: C-000010 is somebody else's"),
        ]
        assert state["left_out"] == 3
    assert [found(service, f"C-{each:06}") for each in (1, 5, 10)] == [
        ["C-000001"],
        ["C-000005"],
        ["C-000007"],
    ]
    # Automatic numbers follow the highest of all.
    assert service.get(f"/v1/customers/{service.customer()}")["customer"]["number"] == "C-000011"


def test_an_update_adds_them_and_takes_none_away(service: Service) -> None:
    service.customer("Anna", family_name="Berg")
    line = HEADER + "C-000001,Anna,Berg,C-000020\n"
    _, report = imported(service, line)
    assert outcomes(report) == [
        (2, "skipped", "number: is there already; left out: merged_numbers")
    ]
    for dry_run in (True, False):
        twice = line + line.removeprefix(HEADER)
        _, report = imported(service, twice, duplicates=UPDATE, dry_run=dry_run)
        assert outcomes(report) == [(2, "updated", "merged_numbers"), (3, "unchanged", "")]
    less = HEADER + "C-000001,Anna,Berg,C-000021\n"
    _, report = imported(service, less, duplicates=UPDATE)
    assert outcomes(report) == [(2, "updated", "merged_numbers")]
    assert found(service, "C-000020") == found(service, "C-000021") == ["C-000001"]
    assert service.get(f"/v1/customers/{service.customer()}")["customer"]["number"] == "C-000022"


def test_lines_about_one_person_give_them_all(service: Service) -> None:
    file = HEADER + "C-000003,Anna,Berg,C-000001\nC-000003,Anna,Berg,C-000002\n"
    _, report = imported(service, file, duplicates=UPDATE)
    assert outcomes(report) == [(2, "created", ""), (3, "updated", "same as in line 2")]
    assert found(service, "C-000001") == found(service, "C-000002") == ["C-000003"]
