"""Files as spreadsheets and other programs write them: read, or refused by one clear line."""

from datetime import date
from typing import Any

import pytest

from membership.data.imports.arrive.decoding import Encoding, FileDecoder
from membership.data.imports.parse.beginning import Beginning, find_beginning
from membership.data.imports.parse.columns import LineParser, ParseRules
from membership.data.imports.parse.records import RecordReader
from membership.data.imports.run.survey import Survey
from membership.store.models import ImportKind

_HEAD = 64 * 1024
_BORN = date(1990, 12, 31)


def read(data: str | bytes, kind: str, country: str | None, **rules: Any) -> tuple[Beginning, Any]:
    """What a file is read as: its beginning, and of each line its values or why it is refused."""
    decoder = FileDecoder(Encoding.AUTO)
    raw = data.encode() if isinstance(data, str) else data
    stored = decoder.decode(raw) + decoder.finish()
    begun = find_beginning(
        ImportKind(kind),
        stored[:_HEAD],
        decoder.encoding,
        columns=rules.pop("columns", {}),
        delimiter=None,
    )
    rest = [stored[begun.place.position :]]

    def records() -> RecordReader:
        return RecordReader(rest, begun.place, encoding=decoder.encoding, delimiter=begun.delimiter)

    judged = Survey(begun.header)
    for record in records():
        judged.look_at(record)
    check = LineParser(
        ImportKind(kind), begun.header, ParseRules(country, judged.orders, 2027, **rules)
    )
    found: list[Any] = []
    for record in records():
        try:
            found.append(record.error or check(record.fields))
        except ValueError as error:
            found.append(str(error))
    return begun, found


def names(*given: str) -> list[dict[str, str]]:
    """People of these given names."""
    return [{"given_name": each} for each in given]


FILES: dict[str, tuple[str | bytes, list[Any]]] = {
    "trailing empty columns": ("given_name;;;\r\nA;;;\r\nB;;;\r\n", names("A", "B")),
    "more delimiters than the header": ("given_name,email\nA,,,,\n", names("A")),
    "short rows": ("given_name,family_name,email\nA\nB,C\n",
                   [{"given_name": "A"}, {"given_name": "B", "family_name": "C"}]),
    "rows of delimiters": ("given_name,email\n,\nA,\n , \n\"\",\"\"\n", names("A")),
    "sep line": ("sep=;\r\ngiven_name;email\r\nA;a@x.example\r\n",
                 [{"given_name": "A", "email": "a@x.example"}]),
    "sep line in quotes": ('"sep=;"\r\ngiven_name;email\r\nA;\r\n', names("A")),
    "sep line of tabs": ("sep=\t\r\ngiven_name\temail\r\nA\t\r\n", names("A")),
    "title row": ("Members of Club,,\ngiven_name,email\nA,a@x.example\n",
                  [{"given_name": "A", "email": "a@x.example"}]),
    "title and empty rows": ("Mitglieder\n\n;;\nStand: 1.3.2027;\nVorname;Nachname\nA;B\n",
                             [{"given_name": "A", "family_name": "B"}]),
    "German headings": ("Vorname;Name;E-Mail-Adresse;Geb.-Datum;Mitglieds-Nr.\nA;B;;31.12.1990;\n",
                        [{"given_name": "A", "family_name": "B", "birth_date": _BORN}]),
    "English headings": ("First Name|Surname|Mobile number|D.O.B.\nA|B||1990-12-31\n",
        [{"given_name": "A", "family_name": "B", "birth_date": _BORN}]),
    "pipes": ("given_name|family_name\nA|B\n", [{"given_name": "A", "family_name": "B"}]),
    "Windows-1252": ("Vorname;Nachname\r\nJörg;Müller\r\n".encode("cp1252"),
                     [{"given_name": "Jörg", "family_name": "Müller"}]),
    "UTF-16": ("\ufeffgiven_name\tfamily_name\nZoë\tB\n".encode("utf-16-le"),
               [{"given_name": "Zoë", "family_name": "B"}]),
    "line breaks of old Macs": (b"given_name,email\rA,\rB,\r", names("A", "B")),
    "day first by one value": ("given_name,birth_date\nA,31/12/1990\nB,01/02/1990\n",
                               [{"given_name": "A", "birth_date": _BORN},
                                {"given_name": "B", "birth_date": date(1990, 2, 1)}]),
    "month first by one value": ("given_name,birth_date\nB,01/02/1990\nA,12/31/1990\n",
                                 [{"given_name": "B", "birth_date": date(1990, 1, 2)},
                                  {"given_name": "A", "birth_date": _BORN}]),
    "both orders": ("given_name,birth_date\nA,31/12/1990\nB,12/31/1990\n",
                    [{"given_name": "A", "birth_date": _BORN},
                     "birth_date: there is no such day: the other days of the column are "
                     "day, month, year"]),
    "spellings of a day": (
        "given_name,birth_date\n" + "".join(
            f"A,{each}\n" for each in (
                "31.12.90", "31.12.1990", "31-12-1990", "1990/12/31", "1990-12-31 00:00:00",
                "1990-12-31T00:00:00Z", "19901231", "31. Dezember 1990", '"Dec 31, 1990"',
                "31-Dec-90", "31.12.1990 00:00", "31. 12. 1990", "33238", "33238.0",
                "31/12/1990 12:00:00 AM",
            )
        ),
        [{"given_name": "A", "birth_date": _BORN}] * 15,
    ),
    "serials of 1900": ("given_name,birth_date\nA,33237\n",
                        [{"given_name": "A", "birth_date": date(1990, 12, 30)}]),
    "no days": ("given_name,birth_date\n" + "".join(
        f"A,{each}\n" for each in ("N/A", "#N/A", "#NV", "-", "NULL", "0000-00-00", "00.00.0000",
                                   "0")), names(*"AAAAAAAA")),
    "what is no day": (
        "given_name,birth_date\nA,1990\nB,30.2.1990\nC,1990-12-31 17:30\nD,1899-12-30\nE,soon\n",
        ["birth_date: a day is written like 2027-03-10 or 10.3.2027",
         "birth_date: there is no such day", "birth_date: has a time of day; a day is wanted",
         "birth_date: is what spreadsheets write for an empty cell",
         "birth_date: a day is written like 2027-03-10 or 10.3.2027"],
    ),
    "years of two digits": ("given_name,birth_date\nA,1.2.27\nB,1.2.28\n",
                            [{"given_name": "A", "birth_date": date(2027, 2, 1)},
                             {"given_name": "B", "birth_date": date(1928, 2, 1)}]),
    "codes marked as texts": ("given_name,card_code\nA,'00123\nB,\"=\"\"00124\"\"\"\nC,=\"0125\"\n"
                              "D,'126.0\n",
                              [{"given_name": "A", "card_code": "00123"},
                               {"given_name": "B", "card_code": "00124"},
                               {"given_name": "C", "card_code": "0125"},
                               {"given_name": "D", "card_code": "126.0"}]),
    "several codes, each a cell by itself": (
        'given_name,other_card_codes\nA,"=""00124"""\nB,-\nC,#N/A\nD,#REF!\n'
        "E,\"'00123\n=\"\"0125\"\"\r\n-\n\n'126.0\nFOB 1\"\n"
        'F,"FOB 1\n#REF!"\nG,"FOB 1\n126.0"\nH,"]C0FOB 2\nFOB 2"\n',
        [{"given_name": "A", "other_card_codes": ("00124",)}, *names("B", "C"),
         "other_card_codes: #REF! is an error of a spreadsheet",
         {"given_name": "E", "other_card_codes": ("00123", "0125", "126.0", "FOB 1")},
         "other_card_codes: #REF! is an error of a spreadsheet",
         "other_card_codes: 126.0 is a number that a spreadsheet rewrote; make the column a text",
         {"given_name": "H", "other_card_codes": ("FOB 2",)}],
    ),
    **{f"a name beside {given}": (f"{given};Name\nA;B\n", [{"given_name": "A", "family_name": "B"}])
       for given in ("Rufname", "Forename", "First name", "Vorname", "given_name")},
    "codes that were rewritten": (
        "given_name;card_code\nA;126.0\nB;1.23457E+12\nC;1,23457E+12\nD;1E+12\nE;#REF!\nF;12E4\n",
        [*(f"card_code: {each} is a number that a spreadsheet rewrote; make the column a text"
           for each in ("126.0", "1.23457E+12", "1,23457E+12", "1E+12")),
         "card_code: #REF! is an error of a spreadsheet",
         {"given_name": "F", "card_code": "12E4"}],
    ),
    "numbers with decimals": ("given_name,number\nA,126.0\nB,'127\nC,C-000128\n",
                              [{"given_name": "A", "number": 126},
                               {"given_name": "B", "number": 127},
                               {"given_name": "C", "number": 128}]),
    "apostrophes": ("given_name,family_name,phone,email\nA,'t Hooft,'0301234567,'a@x.example\n",
                    [{"given_name": "A", "family_name": "'t Hooft",
                      "phone": ("+49301234567", "301234567"), "email": "a@x.example"}]),
    "telephones": (
        "given_name,phone\n" + "".join(f"A,{each}\n" for each in (
            "+49 (0)171 2345678", "0049 171 2345678", "0171/2345678", "171 2345678",
            "tel:+491712345678", "0171 2345678 (work)", "Mobil: 0171-2345678",
            "0171 2345678 privat",
        )),
        [{"given_name": "A", "phone": ("+491712345678", "1712345678")}] * 8,
    ),
    "what is no telephone": (
        "given_name,phone\n" + "".join(f"A,{each}\n" for each in (
            "+4.91712E+11", "112", "491712345678", "0171 2345678 oder 030 1234567",
            "1-800 FLOWERS", "030 12345678901234567",
        )) + "A,030 1234567 ext. 12\nA,030 1234567 x12\n",
        ["phone: This is not a complete phone number."] * 6
        + ["phone: has an extension, which cannot be kept"] * 2,
    ),
    "words for states": ("given_name,state\nA,aktiv\nB,GESPERRT\nC,N/A\n",
                         [{"given_name": "A", "state": "active"},
                          {"given_name": "B", "state": "banned"}, {"given_name": "C"}]),
    "addresses": ("given_name,email\nA,mailto:a@x.example\nB, b@x.example \nC,none\n",
                  [{"given_name": "A", "email": "a@x.example"},
                   {"given_name": "B", "email": "b@x.example"}, {"given_name": "C"}]),
    "a value without a heading, far down": (
        "given_name,\n" + "A,\n" * 30000 + "B,x\n",
        [*names(*"A" * 30000), "column 2 has no name, and holds 'x'"],
    ),
    "a name that is none": ("given_name,family_name\nN/A,Null\n#N/A,-\n",
                            [{"family_name": "Null"}, {"family_name": "-"}]),
    "quotes": ('given_name,desk_note\nA,"said ""hi"", left\nearly"\nB,"open\n',
               [{"given_name": "A", "desk_note": 'said "hi", left\nearly'},
                "a quote is opened and never closed"]),
    "spaces": (" Given Name , Family-Name \n  A  ,\u00a0B\u00a0\n",
               [{"given_name": "A", "family_name": "B"}]),
}  # fmt: skip


@pytest.mark.parametrize("title", [pytest.param(title, id=title) for title in FILES])
def test_files_of_customers(title: str) -> None:
    data, expected = FILES[title]
    assert read(data, "customers", "DE")[1] == expected


OTHERS: dict[str, tuple[str, str, list[Any]]] = {
    "memberships": (
        "memberships", "Tarif;Mitglied;Beginn;Ende;offen\nGold;7;1.3.2027;;ja\nGold;8;;;nein\n",
        [{"plan": "Gold", "customer": "7", "starts_on": date(2027, 3, 1), "payment_overdue": True},
         {"plan": "Gold", "customer": "8", "payment_overdue": False}],
    ),
    "companies": (
        "companies", "Firma;Plätze;Domains\nAcme GmbH;5.0;acme.example, b.example\n",
        [{"name": "Acme GmbH", "seat_cap": 5, "email_domains": ("acme.example", "b.example")}],
    ),
    "links": ("links", "Firma;Mitglied;Funktion\nAcme;7;-\n",
              [{"company": "Acme", "customer": "7", "role": "-"}]),
    "a day that spreadsheets write for nothing": (
        "memberships", "plan,customer,starts_on\nGold,1,1899-12-30\n",
        ["starts_on: is what spreadsheets write for an empty cell"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", [pytest.param(title, id=title) for title in OTHERS])
def test_files_of_other_kinds(title: str) -> None:
    kind, data, expected = OTHERS[title]
    assert read(data, kind, "DE")[1] == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("given_name,shoe\nA,1\n", "Line 1: unknown column 'shoe'", id="unknown"),
        pytest.param("Club 2027\ngiven_name,shoe\nA,1\n", "Line 2: unknown column", id="below"),
        pytest.param("Telefon;Handy;Vorname\n;;A\n", "'phone' is there twice", id="twice"),
        pytest.param("Name;E-Mail\nA B;\n", "unknown column 'Name'", id="whole-names"),
        pytest.param("A,B\nC,D\n", "Line 1: unknown column 'A'", id="no-header"),
        pytest.param("given_name,,x\nA,,\n", "unknown column 'x'", id="unnamed-and-unknown"),
        pytest.param(",\n,\n", "Line 1: the file is empty", id="only-delimiters"),
    ],
)
def test_headers_that_nobody_can_read(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=r"Line [12]: ") as raised:
        read(text, "customers", "DE")
    assert why in str(raised.value)


def test_what_is_guessed_is_shown() -> None:
    begun, _ = read("Liste\nVorname;Nachname;email\nA;B;\n", "customers", "DE")
    assert begun.guesses == [
        "the header is line 2", "Vorname is read as given_name", "Nachname is read as family_name"
    ]  # fmt: skip
    assert read("given_name\nA\n", "customers", None)[0].guesses == []
    begun, _ = read("Wer;Name\nA;B\n", "customers", None, columns={"Wer": "given_name"})
    assert begun.header == ["given_name", "family_name"]
    begun, _ = read("Name;Old id\nA;7\n", "customers", None,
                    columns={"name": "given_name", "OLD ID": None})  # fmt: skip
    assert (begun.header, begun.guesses) == (["given_name", ""], [])


@pytest.mark.parametrize(
    ("country", "expected"),
    [("DE", date(1990, 4, 3)), ("US", date(1990, 3, 4)), (None, None)],
    ids=["de", "us", "none"],
)
def test_days_that_may_be_two_are_read_by_the_country(
    country: str | None, expected: date | None
) -> None:
    ((line),) = read("given_name,birth_date\nA,3/4/1990\n", "customers", country)[1]
    if expected is None:
        assert "may be day/month or month/day" in line
    else:
        assert line["birth_date"] == expected


def test_bad_values_that_are_not_needed_can_be_left_out() -> None:
    text = "given_name,phone,birth_date,state\nA,call me,soon,\nB,,,gone\n"
    _, lines = read(text, "customers", "DE", leave_out=True)
    assert lines[0] == {"given_name": "A"}
    # Without its state somebody banned would come in.
    assert lines[1].startswith("state: ")
    sold = "plan,customer,last_day\nGold,1,soon\n"
    _, lines = read(sold, "memberships", "DE", leave_out=True)
    assert lines[0].startswith("last_day: ")
