"""Lets the benches run in a checkout from before the modules were moved to their storeys.

``tools.compare`` copies the benches into an old commit. There, a module that a bench imports by its
present name is found by the one it had.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy.orm import Session

ROOT = Path(__file__).parent.parent

FORMER = {
    "api_client.messages.management": "api_client.management_schemas",
    "membership.accounts.organizations": "membership.organizations",
    "membership.base.actors": "membership.actors",
    "membership.base.clock": "membership.app",
    "membership.base.scopes": "membership.scopes",
    "membership.base.settings": "membership.settings",
    "membership.commands.import_": "membership.imports.command",
    "membership.data.imports.schemas": "membership.imports.schemas",
    "membership.store.database": "membership.database",
    "membership.store.migrate": "membership.migrate",
    "membership.store.models": "membership.models",
    "membership.store.upsert": "membership.inserts",
    "membership.web.access": "membership.access",
}
"""Present names of the modules that the benches of scans import, and former ones."""

_DATABASE = "membership.store.database"
_PACKAGES = {name.rpartition(".")[0] for name in FORMER} | {"membership.data"}


class Moved(MetaPathFinder, Loader):
    """Imports a module by its present name where only the former one exists."""

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec of a module that was moved, or of a package that is new."""
        if fullname not in FORMER and fullname not in _PACKAGES:
            return None
        return ModuleSpec(fullname, self, is_package=fullname in _PACKAGES)

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module with what the former one holds."""
        former = FORMER.get(module.__name__)
        if former is not None:
            held = vars(import_module(former)).items()
            vars(module).update((name, value) for name, value in held if name[:2] != "__")


def find_moved() -> None:
    """Import moved modules from where they were, if this is such a checkout."""
    if not (ROOT / "membership" / "base").is_dir():
        sys.meta_path.append(Moved())


def writing(database: Any, actor: Any, clock: Any) -> AbstractContextManager[tuple[Any, datetime]]:
    """``Database.writing``, or what stood for it before."""
    if hasattr(database, "writing"):
        opened: AbstractContextManager[tuple[Any, datetime]] = database.writing(actor, clock)
        return opened
    return _writing_before(database, clock)


@contextmanager
def _writing_before(database: Any, clock: Any) -> Iterator[tuple[Any, datetime]]:
    # An old checkout has no Database.writing; its engine takes the same option as today's.
    engine = database.engine.execution_options(**{import_module(_DATABASE).WRITES: True})
    with Session(engine) as session, session.begin():
        yield session, clock()
