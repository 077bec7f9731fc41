"""Which indexes the database uses for what a scan and a search ask."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, event

from api_client.messages.scan import ScanRequest
from bench.build_club import SLUG
from membership.accounts.organizations import tenant_by_slug
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.scopes import Scope
from membership.base.settings import ServiceSettings
from membership.base.vault import open_vault
from membership.checkin.scans.service import ScanRules, answer_scan
from membership.members.customers.lookup import find_by_text
from membership.members.customers.search import search
from membership.store.database import Database, open_database
from membership.web.access import Call
from membership.web.fast_path import FastCall

_SQLITE = re.compile(
    r"SEARCH (\w+) USING (?:COVERING )?(?:INDEX (\w+)|(PRIMARY KEY))|SCAN (?!anon_)(\w+)"
)
_POSTGRESQL = re.compile(r"Index (?:Only )?Scan (?:Backward )?using (\w+)|Seq Scan on (\w+)")
_BITMAP = re.compile(r"Bitmap Index Scan on (\w+)")


def indexes(settings: ServiceSettings, code: str, query: str) -> dict[str, list[str]]:
    """Names of the indexes used by the scan of ``code`` and by the search for ``query``.

    A table that is read from end to end is reported as such, but not what a subquery found. The
    scan is recorded as any other.
    """
    database = open_database(settings)
    with closing(database.engine.connect()) as connection:
        session = database.readers(bind=connection)
        tenant = tenant_by_slug(session, SLUG)
        if tenant is None:
            raise RuntimeError("there is no club")
        call = Call(session, tenant, SERVICE, frozenset(Scope), system_clock())
        request = ScanRequest(visit_id=uuid4(), text=code)

        def scanned() -> None:
            rules = ScanRules(timedelta(minutes=90), open_vault(settings))
            found = find_by_text(connection, tenant, code, call.now)
            answer_scan(FastCall(connection, tenant, call.now), request, rules, found)

        figures = {
            "scan": _used(database, connection, scanned),
            "search": _used(database, connection, lambda: search(call, query, 50, None)),
        }
        session.close()
        connection.rollback()
    database.engine.dispose()
    return figures


def _used(database: Database, connection: Connection, run: Callable[[], Any]) -> list[str]:
    """The indexes of the statements that are sent while something runs."""
    sent: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        sent.append((arguments[2], arguments[3]))

    event.listen(database.engine, "before_cursor_execute", note)
    run()
    event.remove(database.engine, "before_cursor_execute", note)
    found: dict[str, None] = {}
    for statement, values in sent:
        if statement.lstrip().startswith("SELECT"):
            found |= dict.fromkeys(_of_statement(connection, statement, values))
    return list(found)


def _of_statement(connection: Connection, statement: str, values: Any) -> list[str]:
    """The indexes of one statement, in the order of its plan."""
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        steps = [_SQLITE.match(str(row[3])) for row in plan]
        return [
            f"ALL OF {step[4]}" if step[4] else step[2] or f"{step[1]}'s key"
            for step in steps
            if step is not None
        ]
    plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values)
    text = "\n".join(str(row[0]) for row in plan)
    steps_of = [*_POSTGRESQL.finditer(text), *_BITMAP.finditer(text)]
    return [step[1] or f"ALL OF {step[2]}" for step in steps_of]
