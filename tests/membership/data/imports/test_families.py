"""People who share an address stay people; cards are added; what is left out is counted."""

from typing import Any

import pytest
from sqlalchemy import update

from membership.store.models import Import, ImportReport
from tests.generated import sampled
from tests.membership.data.imports.test_imports import imported, outcomes
from tests.membership.support import Service, arranging

HEADER = "number,given_name,family_name,email,phone,birth_date,card_code\n"
UPDATE: dict[str, Any] = {"action": "update"}
SKIP: dict[str, Any] = {"action": "skip"}


def people(service: Service) -> list[str]:
    """Names of all customers."""
    hits = service.get("/v1/customers", limit=100)["items"]
    return sorted(hit["customer"]["name"] for hit in hits)


def holder(service: Service, code: str) -> str:
    """Whose card says a code; empty if it is unknown."""
    found = service.scan(code)
    return str(found["customer"]["name"]) if found["customer"] else ""


FAMILIES = {
    "numbers": (
        "101,Anna,Berg,berg@home.example,,,OLD-101\n102,Lars,Berg,berg@home.example,,,OLD-102\n",
        {"OLD-101": "Anna Berg", "OLD-102": "Lars Berg"},
    ),
    "names": (
        ",Anna,Berg,berg@home.example,,,F-1\n,Lars,Berg,BERG@home.example,,,F-2\n",
        {"F-1": "Anna Berg", "F-2": "Lars Berg"},
    ),
    "birth-dates": (
        ",Hans,Berg,h@home.example,,1950-01-01,G-1\n,Hans,Berg,h@home.example,,1980-01-01,G-2\n",
        {"G-1": "Hans Berg", "G-2": "Hans Berg"},
    ),
    "landline": (
        ",Anna,Berg,,030 1234567,,H-1\n,Lars,Wolf,,+49 30 1234567,,H-2\n",
        {"H-1": "Anna Berg", "H-2": "Lars Wolf"},
    ),
    "twins-of-one-name": (
        "101,Eva,Berg,,,1990-02-28,J-1\n102,Eva,Berg,,,1990-02-28,J-2\n",
        {"J-1": "Eva Berg", "J-2": "Eva Berg"},
    ),
}
"""Lines about two people of one address, and whose card says which code then."""


@pytest.mark.parametrize(("family", "action"), sampled(FAMILIES, ["skip", "update"]))
def test_a_shared_address_makes_no_person_of_two(
    service: Service, family: str, action: str
) -> None:
    lines, expected = FAMILIES[family]
    _, tried = imported(service, HEADER + lines, dry_run=True, duplicates={"action": action})
    shown, report = imported(service, HEADER + lines, duplicates={"action": action})
    for each in (tried, report):
        assert [line["outcome"] for line in each] == ["created", "created"], each
        assert [line["note"] for line in each] == [None, "maybe_same"]
        assert each[1]["message"].startswith("maybe the same as in line 2 (")
    assert shown["maybe_same"] == 1
    assert {code: holder(service, code) for code in expected} == expected
    assert len(people(service)) == 2
    # With those who are there already it is the same.
    again, _ = imported(service, HEADER + lines, duplicates={"action": action})
    assert again["counts"]["created"] == 0
    assert len(people(service)) == 2
    assert {code: holder(service, code) for code in expected} == expected


def test_who_shares_an_address_with_somebody_there_is_told(service: Service) -> None:
    service.customer("Anna", family_name="Berg", email="berg@home.example")
    line = HEADER + ",Lars,Berg,berg@home.example,,,\n"
    left, report = imported(service, line, duplicates={"action": "skip", "maybe_same": "skip"})
    assert outcomes(report) == [(2, "skipped", "maybe the same as C-000001 (email)")]
    assert left["maybe_same"] == 1
    noted = service.get(f"/v1/imports/{left['id']}/report", note="maybe_same")["items"]
    assert noted == report
    assert service.get(f"/v1/imports/{left['id']}/report", note="merged")["items"] == []
    assert people(service) == ["Anna Berg"]
    imported(service, line, duplicates={"action": "update", "maybe_same": "same"})
    assert people(service) == ["Lars Berg"]


def test_another_number_or_birth_date_is_another_person_whatever_is_asked(service: Service) -> None:
    lines = (
        "101,Anna,Berg,b@home.example,,1990-01-01,\n102,Anna,Berg,b@home.example,,1990-01-01,\n"
        ",Anna,Berg,b@home.example,,1991-01-01,\n"
    )
    same = {"action": "update", "maybe_same": "same"}
    _, report = imported(service, HEADER + lines, duplicates=same)
    assert [line["outcome"] for line in report] == ["created"] * 3
    assert len(people(service)) == 3
    # A line that may mean one or the other changes neither of them.
    unclear = HEADER + ",Anna,Berg,b@home.example,,1990-01-01,NEW-1\n"
    _, report = imported(service, unclear, duplicates=UPDATE)
    assert outcomes(report) == [
        (2, "refused",
         "email: is that of C-000101 and C-000102; give the number or the birth_date")
    ]  # fmt: skip
    assert holder(service, "NEW-1") == ""


@pytest.mark.parametrize("action", ["skip", "update"])
def test_one_person_in_two_lines_has_two_cards(service: Service, action: str) -> None:
    lines = (
        ",Anna,Berg,anna@x.example,,,KEYFOB-1\n,Anna,Berg,anna@x.example,,,CARD-2\n"
        ",Anna,Berg,anna@x.example,,,\n"
    )
    _, tried = imported(service, HEADER + lines, dry_run=True, duplicates={"action": action})
    shown, report = imported(service, HEADER + lines, duplicates={"action": action})
    third = "skipped" if action == "skip" else "unchanged"
    assert [line["outcome"] for line in report] == ["created", "updated", third]
    assert [line["outcome"] for line in tried][:2] == ["created", "updated"]
    assert [line["note"] for line in report] == [None, "merged", "merged"]
    assert shown["merged"] == 2
    assert people(service) == ["Anna Berg"]
    assert {holder(service, code) for code in ("KEYFOB-1", "CARD-2")} == {"Anna Berg"}


def test_what_a_line_says_and_is_not_taken_is_told(service: Service) -> None:
    service.customer("Anna", family_name="Berg", email="anna@x.example")
    lines = ",Anna,Berg,anna@x.example,030 1234567,,NEW-1\n"
    _, report = imported(service, HEADER + lines, duplicates=SKIP)
    assert report[0]["message"] == "email: is there already; left out: phone, card_code"
    # The number of a customer stays: another one is another person's, or told.
    lines = "7,Eva,Wolf,eva@x.example,,,\n7,Eva,Wolf,,030 7654321,,\n7,Udo,Wolf,,,,\n"
    _, report = imported(service, HEADER + lines, duplicates=UPDATE)
    assert [line["outcome"] for line in report] == ["created", "updated", "refused"]
    assert report[2]["message"] == "number: C-000007 is somebody else's"
    _, report = imported(service, HEADER + ",Ida,Ott,ida@x.example,,,\n12,Ida,,ida@x.example,,,\n",
                         duplicates=UPDATE)  # fmt: skip
    assert report[1]["message"] == "same as in line 2; left out: number"


def test_an_update_adds_a_card_and_takes_none(service: Service) -> None:
    imported(service, HEADER + ",Anna,Berg,anna@x.example,,,FIRST-1\n")
    _, report = imported(service, HEADER + ",Anna,Berg,anna@x.example,,,SECOND-2\n",
                         duplicates=UPDATE)  # fmt: skip
    assert outcomes(report) == [(2, "updated", "card_code")]
    assert {holder(service, code) for code in ("FIRST-1", "SECOND-2")} == {"Anna Berg"}
    _, report = imported(service, HEADER + ",Udo,Wolf,udo@x.example,,,FIRST-1\n",
                         duplicates=UPDATE)  # fmt: skip
    assert report[0]["outcome"] == "refused"


@pytest.mark.parametrize("action", ["skip", "update"])
def test_a_card_and_the_name_tell_who_it_is(service: Service, action: str) -> None:
    lines = (
        ",Anna,Berg,,,,FOB-1\n,Lars,Berg,,,,FOB-2\n,Anna,Berg,,,,FOB-3\n,Ida,,,,,5901234123457\n"
        ",Max,,,,,036000291452\n"
    )
    first, report = imported(service, HEADER + lines, duplicates={"action": action})
    assert first["counts"]["created"] == 5
    before = people(service)
    for dry_run in (True, False):
        _, lines_again = imported(
            service, HEADER + lines, dry_run=dry_run, duplicates={"action": action}
        )
        outcome = {"skip": "skipped", "update": "unchanged"}[action]
        assert [line["outcome"] for line in lines_again] == [outcome] * 5, lines_again
        assert [line["id"] for line in lines_again] == [line["id"] for line in report]
    assert people(service) == before
    # Of another name, number or date of birth it is somebody else, whose card it cannot be.
    taken = "card_code: a card of somebody else says the same"
    others = ",Udo,Berg,,,,FOB-1\n,Anna,Wolf,,,,FOB-1\n77,Anna,Berg,,,,FOB-1\n"
    _, report = imported(service, HEADER + others, duplicates={"action": action})
    assert outcomes(report) == [(line, "refused", taken) for line in (2, 3, 4)]
    # One line with the cards of two people changes neither of them.
    both = HEADER.replace("card_code", "other_card_codes") + ',Anna,Berg,,,,"FOB-1\nFOB-3"\n'
    _, report = imported(service, both, duplicates={"action": action})
    assert report[0]["outcome"] == "refused"


def test_a_line_with_two_notes_is_found_by_each_of_them(service: Service) -> None:
    file = (
        "given_name,family_name,email,birth_date\nAnna,Berg,b@home.example,\n"
        "Lars,Berg,b@home.example,soon\nEva,Ott,,soon\n"
    )
    shown, report = imported(service, file, bad_values="leave_out")
    assert (shown["maybe_same"], shown["left_out"]) == (1, 2)
    assert [each["notes"] for each in report] == [[], ["maybe_same", "left_out"], ["left_out"]]
    assert [each["note"] for each in report] == [None, "maybe_same", "left_out"]
    for note, lines in {"maybe_same": [3], "left_out": [3, 4], "merged": []}.items():
        found = service.get(f"/v1/imports/{shown['id']}/report", note=note)["items"]
        assert [each["line"] for each in found] == lines, note
        rows = service.call("GET", f"/v1/imports/{shown['id']}/report.csv", params={"note": note})
        assert rows.text.count("\n") == 1 + len(lines)


def test_reports_of_earlier_versions_have_one_note_or_none(service: Service) -> None:
    shown, _ = imported(service, "given_name\nAnna\nEva\nUdo\n")
    before = [[2, "created", None, "", "maybe_same"], [3, "created", None, "", None],
              [4, "created", None, ""]]  # fmt: skip
    with arranging(service.database) as session:
        here = ImportReport.organization_id == service.tenant.id
        session.execute(update(ImportReport).where(here).values(outcomes=before))
        guessed = {"said": ["the header is line 2"]}
        same = Import.organization_id == service.tenant.id
        session.execute(update(Import).where(same).values(guesses=guessed))
    report = service.get(f"/v1/imports/{shown['id']}/report")["items"]
    assert [each["notes"] for each in report] == [["maybe_same"], [], []]
    assert service.get(f"/v1/imports/{shown['id']}")["guesses"] == guessed["said"]
