"""Nothing that names one person comes to name another; a file is read as a whole or not at all."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from membership.data.imports import service as imports
from membership.data.imports.arrive.decoding import Encoding, FileDecoder
from membership.store.models import Import, ImportChunk, ImportState
from membership.web.errors import Conflict
from tests.membership.data.imports.test_imports import finish_all, imported, prepare
from tests.membership.support import Service, arranging


def test_automatic_numbers_follow_those_of_the_whole_file(service: Service) -> None:
    lines = [f"P{each}," for each in range(450)]
    content = "given_name,number\n" + "\n".join(lines) + "\nQ,300\nR,C-000007\nS,480\n"
    shown, _ = imported(service, content)
    assert (shown["counts"]["created"], shown["counts"]["refused"]) == (453, 0)
    assert service.scan("C-000300")["customer"]["name"] == "Q"
    assert service.scan("C-000007")["customer"]["name"] == "R"
    assert service.scan("C-000481")["customer"]["name"] == "P0"


@pytest.mark.parametrize(
    "code",
    ["C-000001", "c1", "C-00", "https://x.example/club/gold/", "MC3" + "0" * 26, "]C0C-000001"],
    ids=["number", "short", "half", "link", "alias", "prefixed"],
)  # fmt: skip
def test_codes_in_a_form_of_ours_are_refused(service: Service, code: str) -> None:
    amara = service.customer("Amara")
    code = f"{code}{amara}" if code.endswith("/") else code
    _, report = imported(service, f"given_name,card_code\nBen,{code}\n")
    assert report[0]["outcome"] == "refused", code
    assert "has the form of a code of this service" in report[0]["message"]


def test_an_id_names_its_customer_and_no_other(service: Service) -> None:
    amara = service.customer("Amara")
    _, report = imported(service, f"given_name,card_code\nBen,{amara}\nCleo,{uuid4()}\n")
    assert [each["outcome"] for each in report] == ["refused", "created"]
    assert service.scan(amara)["customer"]["name"] == "Amara"


def test_codes_are_one_behind_all_prefixes(service: Service) -> None:
    spellings = ["OLD 1", "]C0OLD 2", "\\000026OLD 3", "\ufeffOLD 4", "\ufeff]Q1OLD 5"]
    lines = "".join(f"P{each},{code}\n" for each, code in enumerate(spellings, 1))
    shown, report = imported(service, "given_name,card_code\n" + lines)
    assert shown["counts"]["created"] == 5, report
    for each in range(1, 6):
        for prefix in ("", "]C0", "\\000026", "\ufeff"):
            found = service.scan(f"{prefix}OLD {each}")
            assert found["customer"]["name"] == f"P{each}", (prefix, each)
    _, report = imported(service, "given_name,card_code\nQ,]C1OLD 1\n")
    assert report[0]["message"] == "card_code: a card of somebody else says the same"


def test_a_file_that_was_deleted_is_not_the_end_of_one(service: Service) -> None:
    content = "given_name\n" + "".join(f"P{each}\n" for each in range(50))
    import_id = prepare(service, content, dry_run=True)
    path = f"/v1/imports/{import_id}"
    service.post(f"{path}/start", status=200)
    with arranging(service.database) as session:
        session.execute(delete(ImportChunk).where(ImportChunk.import_id == UUID(import_id)))
    finish_all(service)
    shown = service.get(path)
    assert (shown["state"], shown["lines_done"]) == ("failed", 0)
    assert "not there as a whole" in shown["error"]
    again = service.call("POST", f"{path}/start", json={"dry_run": False})
    assert (again.status_code, again.json()["code"]) == (409, "import_without_file")
    # Half of a file is no file either.
    import_id = prepare(service, content)
    path = f"/v1/imports/{import_id}"
    service.post(f"{path}/start", status=200)
    with arranging(service.database) as session:
        chunk = session.scalars(
            select(ImportChunk).where(ImportChunk.import_id == UUID(import_id))
        ).one()
        chunk.data = chunk.data[:100]
    finish_all(service)
    assert service.get(path)["state"] == "failed"
    assert service.get("/v1/customers")["items"] == []


def test_a_late_upload_replaces_nothing(service: Service) -> None:
    import_id = service.post("/v1/imports", {"kind": "customers"})["id"]
    decoder = FileDecoder(Encoding.AUTO)
    data = decoder.decode(b"given_name\nLate\n") + decoder.finish()
    with arranging(service.database) as session:
        row = session.scalars(select(Import).where(Import.id == UUID(import_id))).one()
        late = imports.begin_file(session, row)
        imports.add_chunk(session, row, data, late)
    service.call("PUT", f"/v1/imports/{import_id}/file", data=b"given_name\nFirst\n")
    for state in ("ready", "finished"):
        with arranging(service.database) as session:
            row = session.scalars(select(Import).where(Import.id == UUID(import_id))).one()
            with pytest.raises(Conflict, match="Another file"):
                imports.add_chunk(session, row, data, late)
            with pytest.raises(Conflict, match="Another file"):
                imports.complete_file(row, decoder, late)
        assert service.get(f"/v1/imports/{import_id}")["state"] == state
        if state == "ready":
            service.post(f"/v1/imports/{import_id}/start", status=200)
            finish_all(service)
    assert row.state is ImportState.FINISHED
    names = [each["customer"]["name"] for each in service.get("/v1/customers")["items"]]
    assert names == ["First"]
