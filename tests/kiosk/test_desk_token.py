"""The desk's token is stored for its owner only, by service; no broken file stops a desk."""

import json
from pathlib import Path

import pytest

from kiosk.desk_token import DeskTokenStore

TOKEN, OTHER = "md_" + "A" * 43, "md_" + "B" * 43


def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    DeskTokenStore(tmp_path / "desk", "").save(TOKEN)
    assert DeskTokenStore(tmp_path / "desk", "").token == TOKEN


def test_each_service_has_its_own(tmp_path: Path) -> None:
    a, b = "http://a.example", "http://b.example"
    DeskTokenStore(tmp_path, a).save(TOKEN)
    assert DeskTokenStore(tmp_path, b).token == ""
    DeskTokenStore(tmp_path, b).save(OTHER)
    assert DeskTokenStore(tmp_path, a).token == TOKEN
    for number in range(40):
        DeskTokenStore(tmp_path, f"http://{number}.example").save(OTHER)
    assert len(json.loads((tmp_path / "desk-token.json").read_text())) == 16


@pytest.mark.parametrize(
    "token", ["", "ms_" + "A" * 43, "md_", "md_" + "Ä" * 43, TOKEN + "\n", "md_" + "A" * 999]
)
def test_what_is_no_token_is_not_stored(tmp_path: Path, token: str) -> None:
    store = DeskTokenStore(tmp_path, "")
    store.save(TOKEN)
    store.save(token)
    assert store.token == DeskTokenStore(tmp_path, "").token == TOKEN


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[]", b"null", b'{"": 7}', b'{"": "ms_x"}', b"[" * 100_000, b'{"": '],
    ids=["empty", "bytes", "list", "null", "number", "other", "deep", "half"],
)
def test_a_broken_file_is_no_token_and_is_mended(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "desk-token.json").write_bytes(content)
    store = DeskTokenStore(tmp_path, "")
    assert store.token == ""
    store.save(TOKEN)
    assert DeskTokenStore(tmp_path, "").token == TOKEN


def test_a_folder_that_cannot_be_written_costs_the_memory_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    store = DeskTokenStore(tmp_path / "file", "")
    store.save(TOKEN)
    assert store.token == TOKEN
