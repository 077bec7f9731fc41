"""Old numbers in files: recognised, kept, found, added and never a proof."""

from typing import Any

import pytest

from tests.membership.data.imports.test_awkward import read
from tests.membership.data.imports.test_imports import imported, outcomes
from tests.membership.support import Service

HEADER = "given_name,family_name,email,former_numbers\n"
UPDATE: dict[str, Any] = {"action": "update"}

HEADINGS = [
    "former_numbers", "former_number", "Former number", "Old number", "Old member no.",
    "Previous number", "Legacy number", "Alte Nummer", "Alte Mitgliedsnummer",
    "Alte Mitglieds-Nr.", "Frühere Nummer", "Fruehere Mitgliedsnummer", "Bisherige Nummer",
    "Ehemalige Nummer", "ALTE NR",
]  # fmt: skip

CELLS: dict[str, tuple[str, Any]] = {
    "letters": ("M-1234", ("M-1234",)),
    "slash": ("12/34", ("12/34",)),
    "several": ('"M-1234\n12/34\nm-1234"', ("M-1234", "12/34")),
    "zeros": ("00123", ("00123",)),
    "marked": ("'00123", ("00123",)),
    "formula": ('"=""00124"""', ("00124",)),
    "marked-decimal": ("'126.0", ("126.0",)),
    "prefix": ("]C0M-7", ("M-7",)),
    "nothing": ("-", None),
    "not-there": ("#NV", None),
    "empty": ("", None),
    "rewritten": ("126.0", "former_numbers: 126.0 is a number that a spreadsheet rewrote"),
    "large": ("1.23457E+12", "former_numbers: 1.23457E+12 is a number that a spreadsheet"),
    "error": ("#REF!", "former_numbers: #REF! is an error of a spreadsheet"),
    "ours": ("C-000123", "former_numbers: has the form of a number or code of this service"),
    "signs": ("/", "former_numbers: a former number has a letter or a digit"),
    "long": ("7" * 81, "former_numbers: a former number is one line of at most 80"),
    "too-many": ('"' + "\n".join(f"N{each}x" for each in range(21)) + '"',
                 "former_numbers: one line of a file has at most 20"),
}  # fmt: skip


@pytest.mark.parametrize("place", range(len(HEADINGS)))
def test_headings_of_other_programs(place: int) -> None:
    begun, lines = read(f"Vorname;{HEADINGS[place]}\nA;M-1\n", "customers", "DE")
    assert begun.header == ["given_name", "former_numbers"]
    assert lines == [{"given_name": "A", "former_numbers": ("M-1",)}]


@pytest.mark.parametrize("title", [pytest.param(title, id=title) for title in CELLS])
def test_cells(title: str) -> None:
    cell, expected = CELLS[title]
    (line,) = read(f"given_name,former_numbers\nA,{cell}\n", "customers", "DE")[1]
    if isinstance(expected, str):
        assert line.startswith(expected)
    elif expected is None:
        assert line == {"given_name": "A"}
    else:
        assert line == {"given_name": "A", "former_numbers": expected}


def test_a_number_of_another_system_in_the_wrong_column_says_where_it_belongs() -> None:
    (line,) = read("given_name,number\nA,M-1234\n", "customers", "DE")[1]
    assert line.startswith("number: ")
    assert "former_number" in line


def test_they_are_found_and_scanned_and_referred_to(service: Service) -> None:
    service.plan("Gold")
    _, report = imported(service, HEADER + "Anna,Berg,,M-1234\nLars,Wolf,,12/34\nEva,Ott,,2\n")
    anna, lars, eva = (each["id"] for each in report)
    for text, who in {"m-1234": anna, "12/34": lars, "]C02": eva}.items():
        assert service.scan(text)["customer"]["id"] == who
    for query, who in {"M-1234": anna, "M1234": anna, "Wolf 12/34": lars}.items():
        hits = service.get("/v1/customers", q=query)["items"]
        assert [each["customer"]["id"] for each in hits] == [who], query
    # In the other files of the old system people are named by its numbers.
    sold = "plan,customer,starts_on\nGold,M-1234,2027-01-01\nGold,12/34,2027-01-01\nGold,2,\n"
    _, report = imported(service, sold, "memberships")
    assert [each["outcome"] for each in report] == ["created", "created", "refused"]
    # C-000002 is Lars, and 2 was Eva.
    assert report[2]["message"].startswith("customer: 2 of this name")
    assert service.scan("M-1234")["outcome"] == "active"


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("action", ["skip", "update"])
def test_the_same_file_again_changes_nothing(service: Service, action: str, dry_run: bool) -> None:
    file = "given_name,family_name,former_numbers\nAnna,Berg,M-1\nLars,Berg,M-1\nAnna,Ott,M-2\n"
    _, report = imported(service, file)
    ids = [each["id"] for each in report]
    assert [each["outcome"] for each in report] == ["created"] * 3
    assert [each["note"] for each in report] == [None] * 3
    _, report = imported(service, file, duplicates={"action": action}, dry_run=dry_run)
    assert [each["id"] for each in report] == ids
    taken = {"skip": "skipped", "update": "unchanged"}[action]
    assert [each["outcome"] for each in report] == [taken] * 3


def test_an_update_adds_numbers_and_takes_none_away(service: Service) -> None:
    _, report = imported(service, HEADER + "Anna,Berg,a@x.example,M-1\n")
    (anna,) = (each["id"] for each in report)
    skipped = HEADER + "Anna,Berg,a@x.example,M-2\n"
    _, report = imported(service, skipped)
    assert outcomes(report) == [(2, "skipped", "email: is there already; left out: former_numbers")]
    for dry_run in (True, False):
        _, report = imported(service, skipped, duplicates=UPDATE, dry_run=dry_run)
        assert outcomes(report) == [(2, "updated", "former_numbers")]
    assert service.get(f"/v1/customers/{anna}")["former_numbers"] == ["M-1", "M-2"]
    # The former number and the name are enough to know somebody by.
    changed = HEADER + "Anna,Berg,new@x.example,m-2\n"
    _, report = imported(service, changed, duplicates=UPDATE)
    assert [(each["id"], each["message"]) for each in report] == [(anna, "email")]
    assert service.get(f"/v1/customers/{anna}")["former_numbers"] == ["M-1", "M-2"]


def test_two_lines_about_one_person_give_them_both_numbers(service: Service) -> None:
    file = HEADER + "Anna,Berg,a@x.example,M-1\nAnna,Berg,a@x.example,M-2\n"
    _, report = imported(service, file, duplicates=UPDATE)
    assert [(each["outcome"], each["note"]) for each in report] == [
        ("created", None), ("updated", "merged")
    ]  # fmt: skip
    profile = service.get(f"/v1/customers/{report[0]['id']}")
    assert profile["former_numbers"] == ["M-1", "M-2"]
    other = service.fresh()
    _, report = imported(other, file)
    assert outcomes(report)[1] == (3, "skipped", "same as in line 2; left out: former_numbers")
