"""Tasks for the payment provider, stored in the transaction that makes them necessary.

A ban, a merge or an erasure must not wait for the provider, nor be undone because it cannot be
reached. ``billing.outbox`` carries the tasks out, and retries what fails.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from membership.store.models import ProviderTask, ProviderTaskKind, StripeAccount
from membership.store.upsert import insert_into

CANCELS = (ProviderTaskKind.CANCEL_NOW, ProviderTaskKind.CANCEL_LATER)
"""What ends a subscription."""


def ask_provider(
    session: Session,
    organization_id: int,
    kind: ProviderTaskKind,
    object_ids: Iterable[str],
    now: datetime,
) -> None:
    """Store a task for each object, due at once; one that is stored already is due anew.

    Does nothing for an organization without an account at the provider.
    """
    wanted = sorted(set(object_ids))
    if not wanted or session.get(StripeAccount, organization_id) is None:
        return
    anew = {"asked_at": now, "tries": 0, "due_at": now, "error": None}
    rows = [
        {"organization_id": organization_id, "kind": kind, "object_id": each, **anew}
        for each in wanted
    ]
    connection = session.connection()
    connection.execute(
        insert_into(connection, ProviderTask)
        .values(rows)
        .on_conflict_do_update(index_elements=["organization_id", "kind", "object_id"], set_=anew)
    )


def withdraw_tasks(
    session: Session,
    organization_id: int,
    kinds: Collection[ProviderTaskKind],
    object_id: str,
) -> None:
    """Delete what was still to be done to an object: it was decided otherwise since."""
    session.execute(
        delete(ProviderTask)
        .where(
            ProviderTask.organization_id == organization_id,
            ProviderTask.kind.in_(kinds),
            ProviderTask.object_id == object_id,
        )
        .execution_options(synchronize_session=False)
    )


def retry_failed_tasks(session: Session, organization_id: int, now: datetime) -> None:
    """Make tasks that failed due again, also those given up: the keys were changed."""
    session.execute(
        update(ProviderTask)
        .where(ProviderTask.organization_id == organization_id, ProviderTask.tries > 0)
        .values(tries=0, due_at=now)
        .execution_options(synchronize_session=False)
    )
