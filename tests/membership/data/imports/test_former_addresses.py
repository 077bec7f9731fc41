"""Former addresses in files: kept, found by, added, and never what makes one person of two."""

from typing import Any

import pytest

from tests.membership.data.imports.test_awkward import read
from tests.membership.data.imports.test_imports import imported, outcomes
from tests.membership.portal.login.visitors import ticket
from tests.membership.support import Service

HEADER = "given_name,family_name,email,phone,former_emails,former_phones\n"
UPDATE: dict[str, Any] = {"action": "update"}
TAKEN = "left out: 1 that somebody else has now"

CELLS: dict[str, tuple[str, str, Any]] = {
    "address": ("former_emails", "Old@X.example", ("Old@x.example",)),
    "several": ("former_emails", '"a@x.example\nb@x.example\nA@x.example"',
                ("A@x.example", "b@x.example")),
    "marked": ("former_emails", "'+a@x.example", ("+a@x.example",)),
    "nothing": ("former_emails", "-", None),
    "no address": ("former_emails", "a@x.example; b", "former_emails: "),
    "telephone": ("former_phones", "030 1234567", (("+49301234567", "301234567"),)),
    "telephones": ("former_phones", "\"'+49301234567\n'+4989123456\n\"",
                   (("+49301234567", "301234567"), ("+4989123456", "89123456"))),
    "extension": ("former_phones", "030 1234567 ext. 4", "former_phones: has an extension"),
    "too many": ("former_emails", '"' + "\n".join(f"a{each}@x.example" for each in range(201))
                 + '"', "former_emails: one line of a file has at most 200"),
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_cells_are_read(name: str) -> None:
    column, cell, expected = CELLS[name]
    (line,) = read(f"given_name,{column}\nA,{cell}\n", "customers", "DE")[1]
    if isinstance(expected, str):
        assert line.startswith(expected)
    else:
        assert line == {"given_name": "A"} | ({} if expected is None else {column: expected})


def test_headings_are_recognised() -> None:
    begun, _ = read("Vorname,Alte E-Mail,Frühere Telefonnummer\nA,,\n", "customers", "DE")
    assert begun.header == ["given_name", "former_emails", "former_phones"]


def _offered(service: Service, address: str) -> list[str]:
    """Whose page a code to an address opens."""
    service.call("PUT", "/v1/signup", json={"open": True})
    return [str(each["id"]) for each in ticket(service, address)["customers"]]


def test_they_lead_to_the_customer(service: Service) -> None:
    line = "Anna,Berg,anna@x.example,,old@x.example,+4989123456\n"
    _, report = imported(service, HEADER + line)
    assert outcomes(report) == [(2, "created", "")]
    (anna,) = (each["id"] for each in report)
    for query in ("old@x.example", "89123456"):
        hits = service.get("/v1/customers", q=query)["items"]
        assert [each["customer"]["id"] for each in hits] == [anna], query
    assert _offered(service, "old@x.example") == [anna]
    sections = service.get(f"/v1/customers/{anna}/personal-data")["sections"]
    assert {each["old_number"] for each in sections["customer_aliases"]} == {None}
    service.post(f"/v1/customers/{anna}/erase", {"confirm": "C-000001"}, status=200)
    assert _offered(service, "old@x.example") == []


@pytest.mark.parametrize("action", ["skip", "update"])
def test_they_never_make_one_person_of_two(service: Service, action: str) -> None:
    two = "Anna,Berg,a@x.example,,old@x.example,\nAnna,Berg,b@x.example,,old@x.example,\n"
    for dry_run in (True, False):
        _, report = imported(service, HEADER + two, duplicates={"action": action}, dry_run=dry_run)
        assert outcomes(report) == [(2, "created", ""), (3, "created", "")]
    assert len(set(_offered(service, "old@x.example"))) == 2
    _, report = imported(service, HEADER + "Anna,Berg,c@x.example,,a@x.example,\n",
                         duplicates={"action": action})  # fmt: skip
    assert outcomes(report) == [(2, "created", f"former_emails: {TAKEN}")]


def test_what_somebody_has_is_not_taken(service: Service) -> None:
    lars = service.customer("Lars", email="lars@x.example", phone="+49301234567")
    file = (
        "Anna,Berg,anna@x.example,,LARS@x.example,+49301234567\n"
        "Eva,Ott,eva@x.example,,\"kim@x.example\nanna@x.example\",\n"
        "Kim,Ott,kim@x.example,,,\n"
    )  # fmt: skip
    both = f"former_emails: {TAKEN}; former_phones: {TAKEN}"
    for dry_run in (True, False):
        state, report = imported(service, HEADER + file, dry_run=dry_run)
        one = f"former_emails: {TAKEN}"
        assert outcomes(report) == [(2, "created", both), (3, "created", one), (5, "created", "")]
        assert [each["note"] for each in report] == ["left_out", "left_out", None]
        assert state["left_out"] == 2
    # Who stands further down with an address of their own is found by it alone.
    assert _offered(service, "kim@x.example") == [report[2]["id"]]
    # Nor later, when they have it no longer.
    assert _offered(service, "lars@x.example") == [str(lars)]
    service.patch(f"/v1/customers/{lars}", email="new@x.example")
    assert _offered(service, "lars@x.example") == []


def test_an_update_adds_them_and_takes_none_away(service: Service) -> None:
    anna = str(service.customer("Anna", family_name="Berg", email="anna@x.example"))
    line = HEADER + "Anna,Berg,anna@x.example,,ANNA@x.example,\n"
    _, report = imported(service, line, duplicates=UPDATE)
    assert outcomes(report) == [(2, "unchanged", "")]
    first = HEADER + "Anna,Berg,anna@x.example,,old@x.example,\n"
    _, report = imported(service, first)
    assert outcomes(report) == [(2, "skipped", "email: is there already; left out: former_emails")]
    second = HEADER + "Anna,Berg,anna@x.example,,other@x.example,+4989123456\n"
    for file, fields in ((first, "former_emails"), (second, "former_emails, former_phones")):
        for dry_run in (True, False):
            _, report = imported(service, file, duplicates=UPDATE, dry_run=dry_run)
            assert outcomes(report) == [(2, "updated", fields)]
    for file in (first, second):
        _, report = imported(service, file, duplicates=UPDATE)
        assert outcomes(report) == [(2, "unchanged", "")]
    for address in ("old@x.example", "other@x.example"):
        assert _offered(service, address) == [anna]
    hits = service.get("/v1/customers", q="89123456")["items"]
    assert [each["customer"]["id"] for each in hits] == [anna]


@pytest.mark.parametrize("dry_run", [False, True])
def test_lines_about_one_person_give_them_all(service: Service, dry_run: bool) -> None:
    file = HEADER + "Anna,Berg,a@x.example,,o@x.example,\nAnna,Berg,a@x.example,,p@x.example,\n"
    _, report = imported(service, file + file.removeprefix(HEADER), duplicates=UPDATE,
                         dry_run=dry_run)  # fmt: skip
    same = "same as in line 2"
    assert outcomes(report) == [
        (2, "created", ""), (3, "updated", same), (4, "unchanged", same), (5, "unchanged", same)
    ]  # fmt: skip
    if not dry_run:
        assert _offered(service, "o@x.example") == _offered(service, "p@x.example")
        other = service.fresh()
        _, report = imported(other, file)
        assert outcomes(report)[1] == (3, "skipped", f"{same}; left out: former_emails")
