"""Exports: what was exported and is imported again is the same; cells that stay texts."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.base.scopes import Scope
from membership.data.exports.cells import is_escaped, needs_quotes, safe_cell
from membership.data.imports.parse.columns import LineParser, ParseRules
from membership.store.models import ImportKind
from passes.characters import check_line
from tests.membership.data.imports.test_imports import imported
from tests.membership.support import Service

HEADER = (
    "number,given_name,family_name,email,phone,birth_date,language,state,desk_note,"
    "card_code,other_card_codes,former_numbers,merged_numbers,former_emails,former_phones\r\n"
)


def test_an_export_imported_elsewhere_gives_the_same(service: Service) -> None:
    content = HEADER + (
        "C-000003,=1+1,O'Neil,a@example.com,+49301234567,1990-02-28,de,banned,"
        '"\'quoted\nand, more",OLD 1,,\'=7,"C-000002\nC-000012",old@x.example,+49301234568\r\n'
        "C-000009,Ünal,-,,,,,inactive,@home,,,12/34,,"
        "\"''O@x.example\np@x.example\",\"'+4989123456\n'+4989123457\"\r\n"
    )
    imported(service, content)
    imported(service, "name,seat_cap,email_domains\n+Plus,3,b.example;a.example\n", "companies")
    imported(service, "company,customer,role\n+Plus,C-000003,Boss\n", "links")
    service.plan("Gold", "pool", length={"unit": "year", "count": 1})
    sold = "plan,customer,company,starts_on,last_day,payment_overdue,former_periods\n"
    imported(service, sold + "Gold,C-000009,,2027-01-05,,yes,2025-01-01/2025-12-31\n"
             "Gold,,+Plus,2026-01-01,,no,\n",
             "memberships")  # fmt: skip
    first = _exports(service)
    other = service.fresh()
    other.plan("Gold", "pool", length={"unit": "year", "count": 1})
    for kind, text in first.items():
        shown, report = imported(other, text.encode(), kind)
        assert shown["counts"]["refused"] == 0, report
        assert shown["counts"]["created"] == shown["lines_done"]
    again = _exports(other)
    assert {kind: sorted(text.splitlines()) for kind, text in again.items()} == {
        kind: sorted(text.splitlines()) for kind, text in first.items()
    }
    assert (
        "\r\nC-000009,Ünal,'-,,,,,inactive,'@home,,,12/34,,\"''O@x.example\np" in first["customers"]
    )
    assert ",+49301234567," in first["customers"]


def test_all_codes_of_other_makers_go_along(service: Service) -> None:
    ada = service.customer("Ada", family_name="Moreau")
    fobs = ["FOB 77120", "0036000291452", "=FOB, 2"]
    for code in fobs:
        body = {"customer_id": ada, "code": code, "confirm_product": True}
        service.post("/v1/cards/foreign", body)
    revoked = service.post("/v1/cards/foreign", {"customer_id": ada, "code": "LOST 1"})
    service.post(f"/v1/cards/{revoked['id']}/revoke", status=200)
    service.clock.advance(minutes=1)
    phone = service.card(ada)["code"]
    exported = _export(service, "customers")
    assert phone in exported
    assert "LOST" not in exported
    other = service.fresh()
    shown, report = imported(other, exported.encode(), "customers")
    assert shown["counts"]["created"] == 1, report
    for code in [*fobs, phone]:
        assert other.scan(code)["customer"]["id"] == report[0]["id"], code
    # Into the same club again: nothing is new.
    update = {"action": "update", "match": ["number"]}
    _, again = imported(service, exported.encode(), "customers", duplicates=update)
    assert [each["outcome"] for each in again] == ["unchanged"], again
    taken = exported.replace("Moreau", "Brandt").replace("C-000001", "C-000002").encode()
    _, refused = imported(other, taken, "customers")
    assert [(each["outcome"], each["message"]) for each in refused] == [
        ("refused", "card_code: a card of somebody else says the same")
    ]


def _exports(service: Service) -> dict[str, str]:
    """What can be imported again, by kind."""
    kinds = ("customers", "companies", "links", "memberships")
    return {kind: _export(service, kind) for kind in kinds}


def _export(service: Service, kind: str, **params: str) -> str:
    """An export as text."""
    answer = service.call("GET", f"/v1/exports/{kind}.csv", params=params)
    assert answer.status_code == 200, answer.text
    return answer.content.decode()


def test_visits_marks_scopes_and_the_audit(service: Service) -> None:
    customer = service.customer("Amara")
    service.scan("C-000001")
    rows = list(csv.DictReader(io.StringIO(_export(service, "visits"))))
    assert [row["customer"] for row in rows] == ["C-000001"]
    assert _export(service, "customers", bom="true").startswith("\ufeffnumber,")
    assert customer
    key = service.key_with(Scope.CUSTOMERS_READ)
    assert service.call("GET", "/v1/exports/customers.csv", key=key).status_code == 403
    assert service.call("GET", "/v1/exports/shoes.csv").status_code == 422
    entries = service.get("/v1/audit")["items"]
    assert [each["action"] for each in entries].count("export.downloaded") == 2
    assert "Amara" not in _export(service.fresh(), "customers")


def is_allowed(text: str) -> bool:
    """Whether a line has no character that is refused today; stored ones may have some."""
    try:
        return check_line(text) == text
    except ValueError:
        return False


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))))
def test_the_import_gives_back_what_a_cell_was(text: str) -> None:
    cell = safe_cell(text.strip())
    if not text.strip().startswith("+"):
        assert not cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    check = LineParser(ImportKind.LINKS, ["company", "customer", "role"], ParseRules(None))
    try:
        values = check(["A", "B", cell])
    except ValueError:
        assert len(text.strip()) > 120 or not is_allowed(text.strip())
        return
    assert values.get("role", "") == text.strip()


@pytest.mark.parametrize("text", ["+49301234567", "plain", "", "it's"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *(f"{sign}1+1" for sign in "=+-@"),
        *(f"{sign}1+1" for sign in "＝＋－＠"),
        *(f"{sign}1+1" for sign in "﹦﹢﹣﹫⁼⁺₌₊−‐‑"),
        *(
            f"{lead}=1+1"
            for lead in ("\t", "\r", "\n", "\0", " ", "\u00a0", "\u3000", "\u200b", "\ufeff")
        ),
        "\tplain",
        "\rplain",
        "\r\n＝1",
        "+49 30 1",
        "＋49301234567",
        '=HYPERLINK("http://evil.example","x")',
        "@SUM(1+1)*cmd|' /C calc'!A0",
    ],
)
def test_what_a_spreadsheet_may_compute_is_text(text: str) -> None:
    assert safe_cell(text) == "'" + text
    # An apostrophe that was there is kept apart from one that was added.
    assert safe_cell("'" + text) == "''" + text
    assert is_escaped(safe_cell(text))


@pytest.mark.parametrize(
    "text", ["a=1", "a＝1", "(=1)", "'plain", "Ünal", "名前", "1-2", "–", "„=“"]
)
def test_signs_elsewhere_are_left_alone(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize(
    ("cells", "quoted"),
    [(("a", "b"), False), (("a,b",), False), (("a;=1+1", "b"), True), (("a\t=1",), True)],
)
def test_a_line_that_other_separators_would_part_is_quoted(
    cells: tuple[str, ...], quoted: bool
) -> None:
    assert needs_quotes(cells) is quoted


def test_a_semicolon_in_a_cell_makes_no_formula(service: Service) -> None:
    service.customer("Amara;=1+1", family_name="＝1+1")
    answer = service.call("GET", "/v1/exports/customers.csv")
    (line,) = answer.content.decode().splitlines()[1:]
    assert '"Amara;=1+1"' in line
    assert '"\'＝1+1"' in line
    (row,) = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert row["given_name"] == "Amara;=1+1"
