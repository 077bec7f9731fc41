"""An order is brought up to date: what the provider says now becomes what is stored.

Nothing is taken from what an event or a browser claims. The order is read, the provider is
asked, and what it says is stored unless somebody else stored something meanwhile: then all of
it is done again. So events may come late, twice and in any order, and to several processes.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from membership.base.actors import ATTRIBUTION, SERVICE, Attribution
from membership.billing.orders.fulfilment import store_said
from membership.billing.orders.snapshot import Known, Said, ask_about, load_known
from membership.billing.stripe.accounts import Keys
from membership.billing.stripe.gateway import About, Gateway, ProviderUnavailable
from membership.billing.stripe.provider_calls import ask
from membership.store.background import Work
from membership.web.errors import Busy
from membership.web.transactions import Steps

_ROUNDS = 5
_TAKEN = "Others kept changing the order meanwhile."


def sync_order(
    work: Work, gateway: Gateway, keys: Keys, order_id: UUID, heard: About | None = None
) -> bool:
    """Bring an order up to date from a job. False if the organization has no such order.

    Raises ProviderError.
    """
    for _ in range(_ROUNDS):
        with work.database.readers.begin() as session:
            known = load_known(session, keys.organization_id, order_id)
        if known is None:
            return False
        said = ask_about(gateway, known, heard or About(order_id), work.clock())
        with work.database.writers.begin() as session:
            session.connection()  # begins: what happens at `now` is stored in that order
            now = work.clock()
            session.info[ATTRIBUTION] = Attribution(SERVICE, now)
            if store_said(session, known, said, keys.grace_days, now):
                return True
    raise ProviderUnavailable(_TAKEN)


async def sync_in_steps(steps: Steps, keys: Keys, order_id: UUID) -> None:
    """Bring an order up to date from a request.

    Raises Busy, Conflict of ``asking``; Busy if others keep changing it.
    """

    def load(session: Session, now: datetime) -> tuple[Known | None, datetime]:
        return load_known(session, keys.organization_id, order_id), now

    for _ in range(_ROUNDS):
        known, now = await steps.read(load)
        if known is None:
            return
        if await _sync_once(steps, keys, known, now):
            return
    raise Busy("payment_provider_unavailable", _TAKEN)


async def _sync_once(steps: Steps, keys: Keys, known: Known, loaded_at: datetime) -> bool:
    """Ask, and store; False if somebody else was first."""

    def asked(gateway: Gateway) -> Said:
        return ask_about(gateway, known, About(known.order_id), loaded_at)

    said = await ask(steps, keys, asked)
    return await steps.transaction(
        lambda session, now: store_said(session, known, said, keys.grace_days, now)
    )
