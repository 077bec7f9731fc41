"""The desk's list of members: sealed row by row, replaced as a whole or changed row by row.

A list is a generation of rows. A new one is filled beside the present one, which serves until the
new one is whole; a load that breaks off goes on at the page that it reached.
"""

import zlib
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from uuid import UUID

from pydantic import AwareDatetime

from api_client.messages.roster import RosterPage, RosterRow
from api_client.messages.scan import Message

from .files import at_once, open_database
from .sealing import Sealer, Unreadable, parsed

_SCHEMA = """
CREATE TABLE IF NOT EXISTS list (gen INTEGER PRIMARY KEY, whole INTEGER NOT NULL, sealed BLOB);
CREATE TABLE IF NOT EXISTS member (id INTEGER PRIMARY KEY, gen INTEGER, place BLOB,
  sealed BLOB NOT NULL, UNIQUE (gen, place));
CREATE TABLE IF NOT EXISTS code (gen INTEGER, print BLOB, member INTEGER,
  PRIMARY KEY (gen, print, member)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS code_member ON code (member);
"""
_FIND = (
    "SELECT member.place, member.sealed FROM code JOIN member "
    "ON member.id = code.member WHERE code.gen = ? AND code.print = ?"
)
_PUT = (
    "INSERT INTO member (gen, place, sealed) VALUES (?, ?, ?) "
    "ON CONFLICT (gen, place) DO UPDATE SET sealed = excluded.sealed RETURNING id"
)
_FASTEST = 1
"""The level of compression: a row is a third of its text already."""


class RosterState(Message):
    """What a list is of: the service's database, how far it was read, and when it was true.

    ``loaded`` counts its rows, ``total`` those of the service.
    """

    epoch: UUID
    cursor: str
    as_of: AwareDatetime
    horizon: AwareDatetime
    time_zone: str
    total: int
    loaded: int = 0
    code_key: str | None = None


class RosterStore:
    """The list in ``folder``. One thread may write while another looks up.

    Raises OSError or sqlite3.Error if it cannot be opened.
    """

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._sealer = sealer
        path = folder / "roster.db"
        self._writes = open_database(path, _SCHEMA, durable=False)
        self._reads = open_database(path, _SCHEMA, durable=False)
        self._lock = Lock()
        self._gen, self.state = self._newest(whole=True)
        self._next_gen, self.loading = self._newest(whole=False)
        self._anew = self.state is None and self.loading is None

    @property
    def cursor(self) -> str:
        """Where to go on reading: at a list that is being loaded, else at the present one."""
        state = self.loading or self.state
        return "" if state is None or self._anew else state.cursor

    def find(self, text: str) -> tuple[RosterRow, ...]:
        """Return the members who have a code, mostly one or none, by its canonical text."""
        with self._lock:
            found = self._reads.execute(_FIND, (self._gen, self._sealer.fingerprint(text)))
            rows = found.fetchall()
        return tuple(
            parsed(RosterRow, zlib.decompress(self._sealer.open(place, sealed)))
            for place, sealed in rows
        )

    def put(self, page: RosterPage) -> None:
        """Store a page that was read at ``cursor``, and where to go on: both or neither.

        One of another epoch, such as of a restored backup, is left out: all is loaded anew.
        """
        present = self.loading or self.state
        if self._anew or present is None:
            self._fill(page, 0)
            self._anew = False
        elif present.epoch != page.epoch:
            self.begin_anew()
        elif self.loading is not None:
            self._fill(page, self.loading.loaded)
        else:
            with at_once(self._writes):
                self._change(page.items, self._gen)
                state = self._note(page, self._gen, present.loaded, whole=True)
            self.state = state

    def begin_anew(self) -> None:
        """Load a whole list next, and use the present one until then."""
        with at_once(self._writes):
            self._drop(self._next_gen)
        self.loading = None
        self._anew = True

    def tidy(self) -> None:
        """Remove lists that nobody reads any more, such as those that another key sealed."""
        kept = (self._gen, self._next_gen)
        for (gen,) in self._writes.execute("SELECT gen FROM list").fetchall():
            if gen not in kept or (gen != self._gen and self.loading is None):
                with at_once(self._writes):
                    self._drop(gen)
        self._writes.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._reads.close()
        self._writes.close()

    def _fill(self, page: RosterPage, loaded: int) -> None:
        """Add a page to a list that is being loaded; a whole one takes the place of the present."""
        gen = self._next_gen
        with at_once(self._writes):
            self._change(page.items, gen)
            state = self._note(page, gen, loaded + len(page.items), whole=page.complete)
        if not page.complete:
            self.loading = state
            return
        with self._lock:
            self._gen, self._next_gen = gen, gen + 1
            self.state, self.loading = state, None
        self.tidy()

    def _change(self, rows: Iterable[RosterRow], gen: int) -> None:
        for row in rows:
            place = self._sealer.fingerprint(f"member {row.id}")
            if row.removed:
                self._remove(gen, place)
                continue
            text = row.model_dump_json(exclude_defaults=True).encode()
            sealed = self._sealer.seal(place, zlib.compress(text, _FASTEST))
            (member,) = self._writes.execute(_PUT, (gen, place, sealed)).fetchone()
            self._writes.execute("DELETE FROM code WHERE member = ?", (member,))
            self._writes.executemany(
                "INSERT OR IGNORE INTO code VALUES (?, ?, ?)",
                [(gen, self._sealer.fingerprint(each.text), member) for each in row.codes],
            )

    def _remove(self, gen: int, place: bytes) -> None:
        gone = "DELETE FROM member WHERE gen = ? AND place = ? RETURNING id"
        for (member,) in self._writes.execute(gone, (gen, place)).fetchall():
            self._writes.execute("DELETE FROM code WHERE member = ?", (member,))

    def _note(self, page: RosterPage, gen: int, loaded: int, *, whole: bool) -> RosterState:
        state = RosterState(
            epoch=page.epoch,
            cursor=page.next_cursor,
            as_of=page.as_of,
            horizon=page.horizon,
            time_zone=page.time_zone,
            total=page.total,
            loaded=loaded,
            code_key=page.code_key,
        )
        sealed = self._sealer.seal(_place_of(gen), state.model_dump_json().encode())
        self._writes.execute("REPLACE INTO list VALUES (?, ?, ?)", (gen, whole, sealed))
        return state

    def _newest(self, *, whole: bool) -> tuple[int, RosterState | None]:
        """Return number and state of the newest list that this key opens."""
        lists = "SELECT gen, sealed FROM list WHERE whole = ? ORDER BY gen DESC"
        for gen, sealed in self._writes.execute(lists, (whole,)).fetchall():
            try:
                return gen, parsed(RosterState, self._sealer.open(_place_of(gen), sealed))
            except Unreadable:
                continue
        return (0 if whole else self._gen + 1), None

    def _drop(self, gen: int) -> None:
        for table in ("list", "member", "code"):
            self._writes.execute(f"DELETE FROM {table} WHERE gen = ?", (gen,))  # noqa: S608 - ours


def _place_of(gen: int) -> bytes:
    return f"list {gen}".encode()
