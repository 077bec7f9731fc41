"""The bare service that ours is compared with: FastAPI, SQLAlchemy Core, and nothing else.

``python -m bench.bare DATA_DIR [--database-url URL]`` makes its two tables, fills one with
things, tells its address as a line of JSON and serves until standard input closes. It has the
web server, connection pool, transactions and durability of the membership service, but no
keys, no scopes, no error answers, no log, no queue: one indexed SELECT, and one INSERT that is
committed before the answer.
"""

import argparse
import json
import os
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import Column, Engine, MetaData, String, Table, Uuid, insert, select

from membership.base.settings import ServiceSettings
from membership.store.database import WRITES, UtcDateTime, open_database

THINGS = 1000

_tables = MetaData()
_things = Table(
    "bare_things",
    _tables,
    Column("id", Uuid, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
)
_uses = Table(
    "bare_uses",
    _tables,
    Column("id", Uuid, primary_key=True),
    Column("thing_id", Uuid, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
_BY_CODE = select(_things.c.id, _things.c.name)


class Use(BaseModel):
    """That a thing was used."""

    id: UUID
    code: str


class Thing(BaseModel):
    """A thing, and when it was asked for."""

    id: UUID
    name: str
    at: datetime


def code_of(number: int) -> str:
    """The code of the thing of that number."""
    return f"T{number:029d}"


def create_bare(engine: Engine) -> FastAPI:
    """The application, with its two routes."""
    app = FastAPI()
    writing = engine.execution_options(**{WRITES: True})

    @app.get("/things/{code}")
    def read_thing(code: str) -> Thing:
        with engine.connect() as connection:
            row = connection.execute(_BY_CODE.where(_things.c.code == code)).one()
        return Thing(id=row.id, name=row.name, at=datetime.now(UTC))

    @app.post("/uses")
    def record_use(use: Use) -> Thing:
        now = datetime.now(UTC)
        with writing.begin() as connection:
            row = connection.execute(_BY_CODE.where(_things.c.code == use.code)).one()
            connection.execute(insert(_uses), {"id": use.id, "thing_id": row.id, "at": now})
        return Thing(id=row.id, name=row.name, at=now)

    return app


def _fill(engine: Engine) -> None:
    """Make the tables and the things."""
    with engine.raw_connection() as raw:  # outside of a transaction
        if engine.dialect.name == "sqlite":
            raw.cursor().execute("PRAGMA journal_mode = WAL")
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        _tables.create_all(connection)
        things = [
            {"id": UUID(int=number), "code": code_of(number), "name": f"Thing {number}"}
            for number in range(THINGS)
        ]
        connection.execute(insert(_things), things)


def _stop_with_parent(server: uvicorn.Server) -> None:
    """End when standard input closes."""
    while os.read(0, 4096):
        pass
    server.should_exit = True


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--database-url")
    options = parser.parse_args()
    settings = ServiceSettings(data_dir=options.data_dir, database_url=options.database_url)
    engine = open_database(settings).engine
    _fill(engine)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_bare(engine), log_config=None, access_log=False, lifespan="off", ws="none",
        server_header=False, timeout_keep_alive=75,
    )  # fmt: skip
    server = uvicorn.Server(config)
    threading.Thread(target=_stop_with_parent, args=(server,), daemon=True).start()
    ready = {"event": "ready", "url": f"http://127.0.0.1:{listener.getsockname()[1]}"}
    print(json.dumps(ready), flush=True)
    server.run([listener])
    engine.dispose()


if __name__ == "__main__":
    main()
