"""Imports over HTTP: prepared, sent, started, reported, cancelled; and each fault of a file."""

from typing import Any

import pytest

from membership.base.scopes import Scope
from membership.base.vault import open_vault
from membership.data.imports.run.worker import ImportWorker
from membership.store.background import Work
from tests.generated import sampled
from tests.membership.support import Service


def work_of(service: Service) -> Work:
    """What the job of imports is given."""
    return Work(service.settings, service.database, open_vault(service.settings), service.clock)


def finish_all(service: Service, worker: ImportWorker | None = None) -> None:
    """Do all that there is to do of imports."""
    worker = worker or ImportWorker()
    work = work_of(service)
    while worker.step(work.database, work.clock):
        pass


def prepare(service: Service, content: str | bytes, kind: str = "customers", **fields: Any) -> str:
    """Prepare an import and send its file; returns the id."""
    made = service.post("/v1/imports", {"kind": kind, **fields})
    data = content.encode() if isinstance(content, str) else content
    answer = service.call("PUT", f"/v1/imports/{made['id']}/file", data=data)
    assert answer.status_code == 200, answer.text
    return str(made["id"])


def imported(
    service: Service,
    content: str | bytes,
    kind: str = "customers",
    *,
    worker: ImportWorker | None = None,
    **fields: Any,
) -> tuple[Any, list[Any]]:
    """Import a file; returns how it ended and its report."""
    import_id = prepare(service, content, kind, **fields)
    service.post(f"/v1/imports/{import_id}/start", status=200)
    finish_all(service, worker)
    shown = service.get(f"/v1/imports/{import_id}")
    report = service.get(f"/v1/imports/{import_id}/report", limit=100)["items"]
    assert sum(shown["counts"].values()) == shown["lines_done"] == shown["lines_total"]
    assert shown["state"] == "finished", shown
    return shown, report


def outcomes(report: list[Any]) -> list[tuple[int, str, str]]:
    """Line, outcome and message of each line of a report."""
    return [(each["line"], each["outcome"], each["message"]) for each in report]


def test_customers_are_created_found_and_scanned(service: Service) -> None:
    company = service.company("Northwind", email_domains=["northwind.example"])
    shown, report = imported(
        service,
        "number,Given name,family-name,email,phone,birth_date,"
        "language,state,desk_note,card_code\r\n"
        "C-000017,Amara,Okafor,Amara@Northwind.example,030 1234567,1990-02-28,de,banned,"
        '"two\nlines",OLD-4711\r\n'
        ",Jörg,,,,,,,,\r\n",
    )
    assert shown["counts"] == {
        "created": 2, "updated": 0, "unchanged": 0, "skipped": 0, "refused": 0
    }  # fmt: skip
    amara = service.get(f"/v1/customers/{report[0]['id']}")
    assert amara["customer"]["number"] == "C-000017"
    assert (amara["email"], amara["phone"]) == ("Amara@northwind.example", "+49301234567")
    assert (amara["desk_note"], amara["birth_date"]) == ("two\nlines", "1990-02-28")
    assert [each["company_id"] for each in amara["companies"]] == [company]
    jorg = service.get(f"/v1/customers/{report[1]['id']}")
    assert jorg["customer"]["number"] == "C-000018"
    hits = service.get("/v1/customers", q="kafo")["items"]
    assert [hit["customer"]["id"] for hit in hits] == [report[0]["id"]]
    assert service.scan("OLD-4711")["customer"]["id"] == report[0]["id"]
    assert service.scan("C-000018")["customer"]["id"] == report[1]["id"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "Line 1: the file is empty."),
        ("\n\n", "Line 1: the file is empty."),
        ("given_name,shoe_size\nA,4\n", "Line 1: unknown column 'shoe_size'"),
        ("email\na@b.example\n", "Line 1: the column family_name or given_name is missing."),
        ("given_name,Given Name\nA,B\n", "Line 1: the column 'given_name' is there twice."),
        ('"given_name\nA\n', "Line 1: a quote is opened and never closed."),
        ("given_name,\nA,B\n", "Line 1: column 2 has no name."),
    ],
)
def test_headers_that_cannot_be_used(service: Service, content: str, told: str) -> None:
    import_id = prepare(service, content)
    answer = service.call("POST", f"/v1/imports/{import_id}/start", json={})
    assert (answer.status_code, answer.json()["code"]) == (422, "header_invalid")
    assert told in answer.json()["detail"]
    assert service.get(f"/v1/imports/{import_id}")["state"] == "ready"


def test_each_bad_line_is_refused_and_no_other(service: Service) -> None:
    lines = [
        b"given_name,email,phone,birth_date",
        b"A,no address,,",
        b"B,,call me,",
        b"C,,,31.13.1990",
        b"D,,,1990-02-30",
        b",,,",
        b"F,,,,x",
        b'"G,,,',
        b"H\x00,,,",
        b"\xff,,,",
        b",i@example.com,,",
        b"J" * 300_000 + b",,,",
        b"K" * 121 + b",,,",
        b'"L"x,,,',
        "Ö,,,".encode(),
    ]
    shown, report = imported(service, b"\n".join(lines), encoding="utf-8")
    told = {line: message for line, _, message in outcomes(report)}
    assert shown["counts"]["created"] == 1
    assert report[-1]["outcome"] == "created"
    for line, part in {
        2: "email: ", 3: "phone: ", 4: "birth_date: ", 5: "birth_date: there is no such day",
        7: "has 5 fields", 8: "a quote",
        9: "NUL", 10: "byte 1 of the line is not utf-8", 11: "family_name or given_name",
        12: "longer than", 13: "given_name: ", 14: "a quote inside a field",
    }.items():  # fmt: skip
        assert part in told[line], (line, told[line])
    assert len(service.get("/v1/customers")["items"]) == 1


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252")


@pytest.mark.parametrize(("encoding", "delimiter"), sampled(ENCODINGS, [",", ";", "\t"]))
def test_encodings_and_delimiters_are_told_from_the_file(
    service: Service, encoding: str, delimiter: str
) -> None:
    text = f"given_name{delimiter}family_name\rŽoë{delimiter}Müller\r\nB{delimiter}C"
    data = text.encode(encoding)
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    _, report = imported(service, data)
    assert service.get(f"/v1/customers/{report[0]['id']}")["family_name"] == "Müller"
    assert [each["line"] for each in report] == [2, 3]


def test_duplicates_in_the_database_and_in_the_file(service: Service) -> None:
    known = service.customer("Amara", email="amara@example.com", phone="+49301234567")
    content = (
        "given_name,family_name,email,phone,birth_date\n"
        "Amara,,AMARA@example.com,,\n"
        "AMARA,,,+49 30 1234567,\n"
        "Ben,Ng,ben@example.com,,1990-01-01\n"
        "BEN,NG,other@example.com,,1990-01-01\n"
    )
    _, tried = imported(service, content, dry_run=True)
    _, report = imported(service, content)
    expected = ["skipped", "skipped", "created", "skipped"]
    assert [each["outcome"] for each in tried] == [each["outcome"] for each in report] == expected
    assert [each["id"] for each in report[:2]] == [known, known]
    assert report[3]["id"] == report[2]["id"]
    again, _ = imported(service, content, duplicates={"action": "create"})
    assert again["counts"]["created"] == 4


def test_updates_are_told_and_audited(service: Service) -> None:
    known = service.customer("Amara", family_name="Okafor", email="amara@example.com")
    content = (
        "given_name,family_name,email,phone\nAmara,Miller,amara@example.com,+49301234567\n"
        "Amara,,amara@example.com,\nNew,Person,new@example.com,\nNew,Human,new@example.com,\n"
    )
    update = {"action": "update", "maybe_same": "same"}
    _, tried = imported(service, content, dry_run=True, duplicates=update)
    assert [each["outcome"] for each in tried][:1] == ["updated"]
    assert service.get(f"/v1/customers/{known}")["family_name"] == "Okafor"
    _, report = imported(service, content, duplicates=update)
    assert [each["outcome"] for each in report] == ["updated", "unchanged", "created", "updated"]
    assert report[0]["message"] == "family_name, phone"
    shown = service.get(f"/v1/customers/{known}")
    assert (shown["family_name"], shown["phone"]) == ("Miller", "+49301234567")
    assert service.get("/v1/customers", q="okafor")["items"] == []
    assert len(service.get("/v1/customers", q="mille")["items"]) == 1
    assert service.get(f"/v1/customers/{report[2]['id']}")["family_name"] == "Human"
    entries = service.get("/v1/audit", subject_id=known)["items"]
    changed = next(each for each in entries if each["action"] == "customer.changed")
    assert changed["before"]["family_name"] == "Okafor"
    assert changed["after"]["family_name"] == "Miller"


def test_a_dry_run_stores_nothing_and_is_then_done_in_earnest(service: Service) -> None:
    import_id = prepare(service, "given_name,email\nA,a@example.com\nA,a@example.com\n",
                        dry_run=True)  # fmt: skip
    service.post(f"/v1/imports/{import_id}/start", status=200)
    finish_all(service)
    tried = service.get(f"/v1/imports/{import_id}")
    assert (tried["state"], tried["counts"]["created"]) == ("finished", 1)
    assert service.get("/v1/customers")["items"] == []
    service.post(f"/v1/imports/{import_id}/start", {"dry_run": False}, status=200)
    finish_all(service)
    assert service.get(f"/v1/imports/{import_id}")["counts"]["created"] == 1
    assert len(service.get("/v1/customers")["items"]) == 1
    again = service.call("POST", f"/v1/imports/{import_id}/start", json={})
    assert (again.status_code, again.json()["code"]) == (409, "import_done")


def test_companies_links_and_memberships(service: Service) -> None:
    customer = service.customer("Amara", email="amara@north.example")
    service.plan("Gold", "pool", length={"unit": "month", "count": 1})
    _, report = imported(
        service,
        "name,billing_email,seat_cap,email_domains\nNorth,b@north.example,5,north.example\n"
        "South,,x,\nWest,,,north.example\nNorth,,,\n",
        "companies",
    )
    assert [each["outcome"] for each in report] == ["created", "refused", "refused", "skipped"]
    assert "seat_cap: " in report[1]["message"]
    assert "north.example" in report[2]["message"]
    assert service.get(f"/v1/companies/{report[0]['id']}")["customers"] == 1
    service.company("East")
    _, linked = imported(
        service,
        "company,customer,role\nEast,amara@north.example,Chef\nEast,C-000001,\nNowhere,C-000001,\n"
        f"{report[0]['id']},{customer},\n",
        "links",
    )
    assert [each["outcome"] for each in linked] == ["created", "skipped", "refused", "skipped"]
    content = (
        "plan,customer,company,starts_on,last_day,payment_overdue\n"
        "Gold,C-000001,,2027-01-31,,\nGold,,East,2027-03-01,2027-03-31,yes\n"
        "Gold,C-000001,East,,,\nLead,C-000001,,,,\nGold,C-000001,,2027-03-01,2027-02-01,\n"
        "Gold,C-000001,,2027-01-31,,\n"
    )
    _, sold = imported(service, content, "memberships")
    expected = ["created", "created", "refused", "refused", "refused", "skipped"]
    assert [each["outcome"] for each in sold] == expected
    first = service.get(f"/v1/memberships/{sold[0]['id']}")
    assert (first["last_day"], first["source"]) == ("2027-02-27", "import")
    second = service.get(f"/v1/memberships/{sold[1]['id']}")
    assert second["payment_overdue_since"] is not None
    assert service.scan("C-000001")["outcome"] == "active"


def test_columns_can_be_named_and_left_out(service: Service) -> None:
    columns = {"Vorname": "given_name", "Schuhe": None, "Geburtstag": "birth_date"}
    _, report = imported(
        service, "Vorname;Schuhe;Geburtstag\nAmara;44;3.10.1990\n",
        columns=columns, day_first_dates=True,
    )  # fmt: skip
    assert service.get(f"/v1/customers/{report[0]['id']}")["birth_date"] == "1990-10-03"


def test_cancelled_and_wrong_orders(service: Service) -> None:
    import_id = service.post("/v1/imports", {"kind": "customers"})["id"]
    path = f"/v1/imports/{import_id}"
    early = service.call("POST", f"{path}/start", json={})
    assert (early.status_code, early.json()["code"]) == (409, "import_without_file")
    service.call("PUT", f"{path}/file", data=b"given_name\nA\n")
    service.post(f"{path}/start", status=200)
    twice = service.call("POST", f"{path}/start", json={})
    assert (twice.status_code, twice.json()["code"]) == (409, "import_running")
    late = service.call("PUT", f"{path}/file", data=b"given_name\nB\n")
    assert (late.status_code, late.json()["code"]) == (409, "import_started")
    assert service.post(f"{path}/cancel", status=200)["state"] == "cancelled"
    finish_all(service)
    assert service.get("/v1/customers")["items"] == []
    assert service.call("POST", f"{path}/cancel").status_code == 409
    other = service.fresh()
    for method, end in (("GET", ""), ("POST", "/cancel"), ("PUT", "/file"), ("GET", "/report")):
        assert other.call(method, path + end).status_code == 404
    reader = service.key_with(Scope.CUSTOMERS_WRITE)
    assert service.call("PUT", f"{path}/file", key=reader, data=b"x").status_code == 403


def test_report_by_pages_and_as_csv(service: Service) -> None:
    content = "given_name,phone\n" + "".join(f"P{each},{each % 2}\n" for each in range(150))
    shown, first = imported(service, content)
    path = f"/v1/imports/{shown['id']}/report"
    second = service.get(path, limit=100,
                         cursor=service.get(path, limit=100)["next_cursor"])["items"]  # fmt: skip
    assert [each["line"] for each in first + second] == list(range(2, 152))
    refused = service.get(path, outcome="refused", limit=100)["items"]
    assert {each["outcome"] for each in refused} == {"refused"}
    text = service.call("GET", f"{path}.csv").text.splitlines()
    assert len(text) == 151
    assert text[0] == "line,outcome,id,message"


def test_files_may_be_larger_than_other_bodies(service: Service) -> None:
    content = "given_name,scan\n" + "".join(f"P{each},{'x' * 200_000}\n" for each in range(12))
    assert len(content) > service.settings.max_body_bytes
    shown, report = imported(service, content, columns={"scan": None})
    assert shown["file_bytes"] == shown["bytes_done"] == len(content)
    assert [each["outcome"] for each in report] == ["created"] * 12
