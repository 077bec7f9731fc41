"""The desk's list: what was put in is found, by its key only, and a list is replaced as a whole."""

import random
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.offline.files import open_database
from kiosk.offline.key import desk_key
from kiosk.offline.sealing import KEY_BYTES, Sealer, Unreadable
from kiosk.offline.store import RosterStore
from tests.kiosk.answers import NOON
from tests.kiosk.offline.rosters import EPOCH, card_code, page, plain_row, row

KEY = bytes(range(KEY_BYTES))


@pytest.fixture
def store(tmp_path: Path) -> RosterStore:
    return RosterStore(tmp_path, Sealer(KEY))


def names(store: RosterStore, code: str) -> list[str]:
    """Who has a code."""
    return [each.customer.name for each in store.find(code) if each.customer is not None]


def test_every_code_of_a_row_finds_it_and_no_other_text_does(store: RosterStore) -> None:
    amara = row()
    store.put(page([amara]))
    for each in amara.codes:
        assert store.find(each.text) == (amara,)
        assert store.find(each.text + "0") == ()
    assert store.state is not None
    assert (store.state.loaded, store.cursor) == (1, "c1")


def test_what_was_put_in_last_is_found_after_random_changes(tmp_path: Path) -> None:
    chance = random.Random(17)
    store = RosterStore(tmp_path, Sealer(KEY))
    store.put(page([]))
    expected: dict[int, str] = {}
    for turn in range(60):
        numbers = chance.sample(range(40), 5)
        items = []
        for each in numbers:
            if chance.random() < 0.3:
                items.append(row(each, removed=True))
                expected.pop(each, None)
            else:
                expected[each] = f"Name {turn}"
                items.append(plain_row(each, card_code(each + 100 * (turn % 2)), f"Name {turn}"))
        store.put(page(items, next_cursor=f"c{turn}"))
        if turn % 20 == 19:
            store.close()
            store = RosterStore(tmp_path, Sealer(KEY))
    for each in range(40):
        held = names(store, card_code(each)) + names(store, card_code(each + 100))
        assert held == ([expected[each]] if each in expected else [])


def test_a_new_list_serves_only_once_it_is_whole_and_goes_on_after_a_break(tmp_path: Path) -> None:
    store = RosterStore(tmp_path, Sealer(KEY))
    store.put(page([plain_row(1, card_code(1), "Old")]))
    store.begin_anew()
    assert store.cursor == ""
    other = UUID(int=7)
    store.put(
        page([plain_row(1, card_code(1), "New")], epoch=other, complete=False, next_cursor="n1")
    )
    assert names(store, card_code(1)) == ["Old"]
    store.close()
    store = RosterStore(tmp_path, Sealer(KEY))
    assert (names(store, card_code(1)), store.cursor) == (["Old"], "n1")
    store.put(page([plain_row(2, card_code(2), "Two")], epoch=other, next_cursor="n2"))
    assert (names(store, card_code(1)), names(store, card_code(2))) == (["New"], ["Two"])
    assert store.state is not None
    assert (store.state.epoch, store.state.loaded, store.cursor) == (other, 2, "n2")


def test_a_first_list_that_breaks_off_answers_nothing_and_goes_on(tmp_path: Path) -> None:
    store = RosterStore(tmp_path, Sealer(KEY))
    store.put(page([plain_row(1, card_code(1))], complete=False, next_cursor="n1"))
    assert (store.state, names(store, card_code(1))) == (None, [])
    store.close()
    again = RosterStore(tmp_path, Sealer(KEY))
    assert (again.state, again.cursor) == (None, "n1")
    again.put(page([], next_cursor="n2"))
    assert names(again, card_code(1)) == ["Member 1"]


def test_a_page_of_another_epoch_is_left_out_and_all_is_loaded_anew(store: RosterStore) -> None:
    store.put(page([plain_row(1, card_code(1), "Old")]))
    store.put(page([plain_row(1, card_code(1), "Restored")], epoch=UUID(int=5)))
    assert (names(store, card_code(1)), store.cursor) == (["Old"], "")
    store.put(page([plain_row(1, card_code(1), "Restored")], epoch=UUID(int=5)))
    assert names(store, card_code(1)) == ["Restored"]


def test_rows_of_former_lists_are_removed(store: RosterStore, tmp_path: Path) -> None:
    for turn in range(3):
        store.begin_anew()
        store.put(page([plain_row(turn, card_code(turn))], epoch=UUID(int=turn)))
    store.close()
    with sqlite3.connect(tmp_path / "roster.db") as file:
        counts = [
            file.execute(f"SELECT count(*) FROM {each}").fetchone()[0]
            for each in ("list", "member", "code")
        ]
    file.close()
    assert counts == [1, 1, 1]


def test_another_key_opens_nothing_and_loads_anew(tmp_path: Path) -> None:
    store = RosterStore(tmp_path, Sealer(KEY))
    store.put(page([row()]))
    store.close()
    other = RosterStore(tmp_path, Sealer(bytes(KEY_BYTES)))
    assert (other.state, other.cursor, other.find(row().codes[0].text)) == (None, "", ())
    other.put(page([row()]))
    assert other.find(row().codes[0].text) == (row(),)


def test_what_another_version_stored_is_loaded_anew(tmp_path: Path) -> None:
    store = RosterStore(tmp_path, Sealer(KEY))
    store.put(page([row()]))
    store.close()
    with closing(sqlite3.connect(tmp_path / "roster.db")) as file, file:
        (gen,) = file.execute("SELECT gen FROM list").fetchone()
        sealed = Sealer(KEY).seal(f"list {gen}".encode(), b"{}")
        file.execute("UPDATE list SET sealed = ?", (sealed,))
    again = RosterStore(tmp_path, Sealer(KEY))
    assert (again.state, again.cursor) == (None, "")


def test_a_row_of_another_version_is_unreadable_and_not_quoted(tmp_path: Path) -> None:
    store = RosterStore(tmp_path, Sealer(KEY))
    store.put(page([row()]))
    with closing(sqlite3.connect(tmp_path / "roster.db")) as file, file:
        (place,) = file.execute("SELECT place FROM member").fetchone()
        sealed = Sealer(KEY).seal(place, zlib.compress(b'{"id": "Amara"}'))
        file.execute("UPDATE member SET sealed = ?", (sealed,))
    with pytest.raises(Unreadable, match=r"^this is no RosterRow of this version$"):
        store.find(row().codes[0].text)


def test_a_row_opens_at_its_own_place_only() -> None:
    sealer = Sealer(KEY)
    sealed = sealer.seal(b"one", b"text")
    assert sealer.open(b"one", sealed) == b"text"
    for place, key, data in (
        (b"two", KEY, sealed),
        (b"one", bytes(KEY_BYTES), sealed),
        (b"one", KEY, sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (b"one", KEY, b""),
    ):
        with pytest.raises(Unreadable):
            Sealer(key).open(place, data)


def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "roster.db").write_bytes(b"no database at all" * 400)
    store = RosterStore(tmp_path, Sealer(KEY))
    store.put(page([row()]))
    assert store.find(row().codes[0].text) == (row(),)
    assert len(list(tmp_path.glob("roster.db.*.damaged"))) == 1


@pytest.mark.parametrize("found", ["", "ab", "x" * 64, "\udcff"])
def test_the_key_is_kept_and_a_damaged_one_replaced(tmp_path: Path, found: str) -> None:
    path = tmp_path / "offline.key"
    if found:
        path.write_bytes(found.encode("utf-8", "surrogateescape"))
    key = desk_key(tmp_path)
    assert len(key) == KEY_BYTES
    assert desk_key(tmp_path) == key
    assert path.stat().st_mode & 0o777 == 0o600


def test_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    open_database(tmp_path / "desk" / "x.db", "CREATE TABLE IF NOT EXISTS t (a)", durable=True)
    assert {each.stat().st_mode & 0o077 for each in (tmp_path / "desk").iterdir()} == {0}


def test_the_list_says_of_when_it_is(store: RosterStore) -> None:
    store.put(page([], code_key="k"))
    assert store.state is not None
    assert (store.state.as_of, store.state.epoch, store.state.code_key) == (NOON, EPOCH, "k")
