"""Every example of docs/import.md does what the page says."""

import json
import re
import shlex
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from membership.base.settings import ServiceSettings
from membership.commands.cli import app
from membership.commands.database import create_organization
from membership.commands.import_ import columns_of
from membership.data.exports.cells import is_rewritten
from membership.data.imports.parse.cells import number, whole
from membership.data.imports.parse.columns import COLUMNS
from membership.data.imports.parse.days import is_empty_day, parse_day
from membership.data.imports.parse.spreadsheet import Form, cell_text
from membership.store.models import ImportKind
from tests.conftest import ROOT
from tests.membership.conftest import SQLITE, Databases
from tests.membership.data.imports.test_imports import finish_all
from tests.membership.support import Service

PAGE = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
COMMANDS, CURL = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
MEMBERS = "given_name,family_name,email\nAmara,Okafor,amara@example.com\nBen,Ng,nowhere\n"


def test_the_commands(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: ServiceSettings = databases.new(SQLITE, tmp_path)
    create_organization(
        settings, name="My club", slug="my-club", time_zone="Europe/Berlin", currency="EUR"
    )
    monkeypatch.chdir(tmp_path)
    Path("members.csv").write_text(MEMBERS)
    codes = []
    for line in COMMANDS.splitlines():
        _, program, *arguments = shlex.split(line)
        assert program == "main.py"
        if arguments[0] == "export":
            Path("members.csv").unlink()
        done = CliRunner().invoke(app, [*arguments, "--data-dir", str(settings.data_dir)])
        codes.append((arguments[0], done.exit_code))
    # The second line of the file is refused: 1.
    assert codes == [("import", 1), ("import", 1), ("export", 0)]
    assert "C-000001,Amara,Okafor,amara@example.com" in Path("members.csv").read_text()


def test_the_requests(service: Service) -> None:
    import_id, states = "", []
    for line in CURL.splitlines():
        arguments = shlex.split(line)
        path = arguments[-1].replace("$URL", "").replace("$ID", import_id)
        if "-T" in arguments:
            assert service.call("PUT", path, data=MEMBERS.encode()).status_code == 200
        elif "-d" in arguments:
            body = json.loads(arguments[arguments.index("-d") + 1])
            answer = service.post(path, body, status=201 if path == "/v1/imports" else 200)
            import_id = answer["id"]
            finish_all(service)
            states.append(service.get(f"/v1/imports/{import_id}")["state"])
        elif "report.csv" in path:
            text = service.call("GET", path).text
            assert [each[:10] for each in text.splitlines()[1:]] == ["3,refused,"]
        else:
            assert service.get(path)["dry_run"] is True
    assert states == ["waiting_for_file", "finished", "finished"]
    assert len(service.get("/v1/customers")["items"]) == 1


def test_the_columns_are_those_of_the_page() -> None:
    for kind in ImportKind:
        (row,) = re.findall(rf"^\| {kind.value} \| (.*) \|$", PAGE, re.MULTILINE)
        for column in COLUMNS[kind]:
            assert f"`{column}`" in row, (kind, column)


def test_the_cells_are_read_as_the_page_says() -> None:
    (days,) = re.findall(r"^\| days \| (.*) \|$", PAGE, re.MULTILINE)
    spellings = re.findall(r"`([^`]+)`", days.partition(";")[0])
    assert len(spellings) == 5
    for text in spellings:
        assert parse_day(text, day_first=None, newest=2079)[0] == date(2027, 12, 31), text
    assert "33237 is 1990-12-30" in days
    assert parse_day("33237", day_first=None, newest=2027)[0] == date(1990, 12, 30)
    (codes,) = re.findall(r"^\| codes, numbers \| (.*) \|$", PAGE, re.MULTILINE)
    first, second, third, fourth, unclear = re.findall(r"`([^`]+)`", codes)
    assert cell_text(first, Form.VALUE) == cell_text(second, Form.VALUE) == "00123"
    assert is_rewritten(third)
    assert is_rewritten(fourth)
    assert (whole(fourth), whole(unclear)) == (fourth, unclear)
    with pytest.raises(ValueError, match="a customer number is written like"):
        number(unclear)
    (nothing,) = re.findall(r"^\| nothing \| (.*) \|$", PAGE, re.MULTILINE)
    *empty, error = re.findall(r"`([^`]+)`", nothing)
    for text in empty:
        assert not cell_text(text, Form.VALUE) or is_empty_day(text), text
    with pytest.raises(ValueError, match="error of a spreadsheet"):
        cell_text(error, Form.VALUE)
    inline = re.search(r"`columns` \(`(\{[^`]*\})`, or `([^`]*)`", PAGE)
    assert inline is not None
    options = [each for each in shlex.split(inline[2]) if each != "--columns"]
    assert columns_of(options) == json.loads(inline[1])
