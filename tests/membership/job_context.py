"""What a job is given, in the tests that call it themselves."""

from typing import Any

from membership.base.vault import open_vault
from membership.store.background import Work
from tests.membership.support import Service


def work_of(service: Service, **settings: Any) -> Work:
    """A job's work on a service's database, with some settings of its own."""
    own = service.settings.model_copy(update=settings)
    return Work(own, service.database, open_vault(own), service.clock)
