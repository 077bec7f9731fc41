"""Further odd files: pages with headings again, workbooks, code pages, thousands, open quotes."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest

from tests.membership.data.imports.test_awkward import names, read

_BORN = date(1990, 12, 31)
_NO_NUMBER = (
    "number: a customer number is written like C-000123; one of another system is a former_number"
)
_AGAIN = "repeats the headings of the file"
_NUL = "contains a NUL byte; this is no text, or in UTF-16 without a mark"


def addressed(*given: str) -> list[dict[str, str]]:
    """People of these given names with an address each."""
    return [{"given_name": each, "email": f"{each.lower()}@x.example"} for each in given]


FILES: dict[str, tuple[str | bytes, list[Any]]] = {
    "a mark of UTF-8 and a sep line": ("\ufeffsep=;\nVorname;Mail\nA;\n", names("A")),
    "UTF-16 of the other order": (
        b"\xfe\xff" + "given_name\nÄ\n".encode("utf-16-be"), names("Ä")
    ),
    "line breaks of three kinds": ("given_name\r\nA\nB\rC\n", names("A", "B", "C")),
    "headings with line breaks": (
        '"Vor-\nname";"E-Mail\nAdresse"\nA;a@x.example\n', addressed("A")
    ),
    "a title with an open quote": ('Members of "Riverside\ngiven_name;email\nA;\n', names("A")),
    "headings with hard spaces": ("First\xa0name;Last\xa0name\nA;\n", names("A")),
    "headings on every page": (
        "Vorname;Nachname\nA;\nVorname;Nachname\n\nvorname;NACHNAME;\nB;\n",
        [*names("A"), _AGAIN, _AGAIN, *names("B")],
    ),
    "people who are called like headings": ("given_name;family_name;email\nName;;\nName;Nr;\n", [
        *names("Name"), {"given_name": "Name", "family_name": "Nr"}
    ]),
    "blank lines anywhere": ("\n\ngiven_name\n\nA\n   \n\t\nB\n\n", names("A", "B")),
    "everything in quotes": ('"given_name","family_name"\n"A",""\n', names("A")),
    "quotes with backslashes": (
        'given_name,desk_note\nA,"say \\"hi\\""\nB,\n',
        ["a quote inside a field must be doubled (',' expected after '\"')", *names("B")],
    ),
    "a NUL byte": ("given_name\nA\0\nB\n", [_NUL, *names("B")]),
    "code page 850": (
        b"Vorname\nJ\x94rg M\x81ller\nB\n", ["byte 7 of the line is not windows-1252", *names("B")]
    ),
    "hard spaces around values": ("given_name\n\xa0A\xa0\n", names("A")),
    "letters that are not seen": (
        "given_name\nMü\u00adller\nעדה\n",
        ["given_name: Value error, U+00AD at position 3 is not allowed", *names("עדה")],
    ),
    "addresses with names": (
        "given_name,email\nA,Ada <a@x.example>\nB,<b@x.example>\nC,mailto:c@x.example\n",
        addressed("A", "B", "C"),
    ),
    "days of other programs": (
        "given_name;birth_date\nA;31. Dezember 1990\nB;31-Dec-90\nC;Dec 31, 1990\nD;1990.12.31\n"
        "E;1990-12-31T00:00:00Z\nF;12/31/1990 12:00:00 AM\nG;19901231\nH;00.00.0000\n",
        [*({"given_name": each, "birth_date": _BORN} for each in "ABCDEFG"), *names("H")],
    ),
    "numbers with thousands": (
        'given_name,number\nA,1.000\nB,"12,000"\nC,17.0\nD,18.0000\n',
        [_NO_NUMBER, _NO_NUMBER, {"given_name": "C", "number": 17},
         {"given_name": "D", "number": 18}],
    ),
    "old numbers in the column of numbers": (
        "given_name,number\nA,M-1234\nB,12/34\n", [_NO_NUMBER, _NO_NUMBER]
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", [pytest.param(title, id=title) for title in FILES])
def test_they_are_read_or_refused_by_one_clear_line(title: str) -> None:
    data, expected = FILES[title]
    assert read(data, "customers", "DE")[1] == expected


def test_seats_with_thousands_are_refused() -> None:
    found = read("name;seat_cap\nA;1.000\nB;5.0\nC;1000\n", "companies", "DE")[1]
    assert found[0] == "seat_cap: is no whole number from 0 to 1000000"
    assert [each["seat_cap"] for each in found[1:]] == [5, 1000]


def _workbook() -> bytes:
    """The beginning of a workbook, as .xlsx and .ods are packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(_workbook(), "a workbook of a spreadsheet; save it as CSV", id="xlsx"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "save it as CSV", id="xls"),
        pytest.param(b"given_name;email\n".decode().encode("utf-16-le"), _NUL, id="utf-16-bare"),
        pytest.param(
            b"<html><table><tr><td>Vorname</td></tr></table>", "unknown column", id="html"
        ),
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param(b"email\na@x.example\n", "given_name is missing", id="no-names"),
    ],
)
def test_what_is_no_file_of_people_is_refused_as_a_whole(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=r"^Line 1: ") as raised:
        read(data, "customers", "DE")
    assert why in str(raised.value)
