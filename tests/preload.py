"""Imports what processes of tests need, once, in the server that forks them.

Also what service and scanner import when it is first used: a forked process would import it each
time.
"""

import sys
import threading
from importlib import import_module

from membership.routers import ROUTERS
from membership.web.lazy_routes import LazyRouter

for name in (
    "main",
    "membership.commands.cli",
    "membership.data.demo",
    "membership.serve",
    "alembic.command",
    "alembic.context",
    "alembic.op",
    "PIL.BmpImagePlugin",
    "PIL.PpmImagePlugin",
    "psycopg",
    "scanner.capture",
    "scanner.decode",
    "scanner.demo_camera",
    "scanner.worker",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.lifespan.off",
    "uvicorn.loops.auto",
):
    import_module(name)
for router in ROUTERS:
    if isinstance(router, LazyRouter):
        router.load()

if threading.active_count() > 1 or "PySide6" in sys.modules:
    raise RuntimeError("nothing may be forked that has threads or windows")
