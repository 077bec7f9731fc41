"""What an import guesses of a file is shown before it is done; what it leaves out is reported."""

from tests.membership.data.imports.test_imports import imported, outcomes
from tests.membership.support import Service


def test_guesses_are_shown_by_a_dry_run(service: Service) -> None:
    content = (
        "Mitglieder;;;\r\nVorname;Nachname;Geburtsdatum;Karte;;\r\n"
        "Jörg;Müller;31/12/1990;'00123;;\r\nZoë;O'Brien;3/4/1990;;;\r\nIda;Ott;33237;;;\r\n"
        "Udo;Ott;12/31/1990;;;\r\n"
    ).encode("cp1252")
    tried, report = imported(service, content, dry_run=True)
    assert tried["guesses"] == [
        "the header is line 2", "Vorname is read as given_name",
        "Nachname is read as family_name", "Geburtsdatum is read as birth_date",
        "Karte is read as card_code", "birth_date: days are read as day, month, year",
    ]  # fmt: skip
    assert outcomes(report)[2:] == [
        (5, "created", "birth_date: 33237 is read as 1990-12-30"),
        (6, "refused", "birth_date: there is no such day: the other days of the column are "
                       "day, month, year"),
    ]  # fmt: skip
    shown, report = imported(service, content)
    assert shown["guesses"] == tried["guesses"]
    born = [service.get(f"/v1/customers/{each['id']}")["birth_date"] for each in report[:3]]
    assert born == ["1990-12-31", "1990-04-03", "1990-12-30"]
    assert service.scan("00123")["customer"]["name"] == "Jörg Müller"
    # Who says which one it is, is not judged.
    content = b"given_name,birth_date\nA,31/12/1990\nB,3/4/1990\n"
    shown, report = imported(service, content, date_order="month_first")
    assert [each["outcome"] for each in report] == ["refused", "created"]
    assert service.get(f"/v1/customers/{report[1]['id']}")["birth_date"] == "1990-03-04"


def test_lines_are_taken_without_a_bad_value_if_asked(service: Service) -> None:
    content = "given_name,phone,email\nAda,call me,ada@x.example\nBea,030 1234567,\n"
    shown, report = imported(service, content, bad_values="leave_out")
    assert shown["left_out"] == 1
    assert [each["note"] for each in report] == ["left_out", None]
    message = "phone: left out: This is not a complete phone number."
    assert outcomes(report)[0] == (2, "created", message)
    assert service.get(f"/v1/customers/{report[0]['id']}")["email"] == "ada@x.example"
    shown, report = imported(service, content.replace("ada", "eda").replace("Ada", "Eda"))
    assert [each["outcome"] for each in report] == ["refused", "skipped"]
