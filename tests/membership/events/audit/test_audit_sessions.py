"""Every database that a process opens is audited, once for each change."""

import gc
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from membership.base.actors import ATTRIBUTION, SERVICE, Attribution
from membership.events.audit.recorder import audit_changes
from membership.store.database import Database
from membership.store.models import AuditEntry, Plan
from tests.membership.rows import FREE, organization_row
from tests.membership.support import NOON


def test_session_factories_that_take_each_others_place_in_memory(database: Database) -> None:
    with database.writers.begin() as session:
        session.add(organization_row(id=1))
    plans = {uuid4() for _ in range(20)}
    gc.freeze()  # looks through what is made from here on only: all else takes its time
    for plan in plans:
        writers = sessionmaker(database.engine)
        audit_changes(writers)
        audit_changes(writers)
        with writers.begin() as session:
            session.info[ATTRIBUTION] = Attribution(SERVICE, NOON)
            session.add(Plan(organization_id=1, id=plan, name="Gold", **FREE))
        del writers, session
        gc.collect()
    gc.unfreeze()
    with database.readers.begin() as session:
        audited = session.scalars(select(AuditEntry.subject_id)).all()
    assert sorted(audited) == sorted(str(plan) for plan in plans)
