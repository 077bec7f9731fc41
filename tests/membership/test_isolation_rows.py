"""Rows that no rule of today lets be written: each job leaves them out, shows it, and goes on.

They are of one club; what must go on is of another one. See ``test_isolation``.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, text

from api_client.messages.billing import OrderState
from api_client.messages.management import ActorKind
from membership.billing.inbox.jobs import InboxWorker
from membership.billing.inbox.queue import store_event
from membership.billing.stripe.gateway import ProviderEvent
from membership.data.imports.run.worker import ImportWorker
from membership.store.models import (
    BillingEvent,
    BillingOrder,
    CardWallet,
    Event,
    ImportState,
    RolloutState,
    StripeAccount,
    WalletState,
)
from membership.wallet.updates.event_consumer import consume_events
from membership.wallet.updates.refresh import refresh
from membership.wallet.updates.rollouts import roll_out
from tests.membership.poisoned import Clubs
from tests.membership.support import NOON, Service, arranging
from tests.membership.test_isolation import a_card, an_import, import_of, state_of
from tests.membership.wallet.factories import wallet_of
from tests.membership.wallet.updates.life import redesign

both_databases = pytest.mark.both_databases(reason="errors of the database")


@pytest.fixture
def clubs(service: Service) -> Clubs:
    other = service.fresh()
    return Clubs(service, other)


@both_databases
@pytest.mark.parametrize("kind", ["membership.created", "company.updated"])
def test_an_event_of_a_company_that_is_not_there_delays_none(clubs: Clubs, kind: str) -> None:
    sick, other = a_card(clubs.sick, "sick"), a_card(clubs.other, "other")
    clubs.run(consume_events)
    clubs.run(refresh)
    before = wallet_of(clubs.other, other).marks
    clubs.sick.patch(f"/v1/customers/{sick.customer_id}", given_name="Ada")
    mine = Event.organization_id == clubs.sick.tenant.id
    data = {"company_id": str(uuid4())}
    clubs.change(Event, mine, Event.type == "customer.updated", type=kind, data=data)
    clubs.other.patch(f"/v1/customers/{other.customer_id}", given_name="Eve")
    clubs.run(consume_events)
    assert wallet_of(clubs.other, other).marks > before


@both_databases
@pytest.mark.parametrize("what", ["time", "state"])
def test_a_card_whose_face_cannot_be_stored_stops_no_other_club(clubs: Clubs, what: str) -> None:
    sick, other = a_card(clubs.sick, "sick"), a_card(clubs.other, "other")
    spoil_card(clubs, what)
    clubs.run(refresh)
    assert wallet_of(clubs.other, other).face_digest
    assert wallet_of(clubs.sick, sick).face_digest is None
    assert clubs.failing("card-refresher")


@both_databases
@pytest.mark.parametrize("what", ["time", "state"])
def test_a_rollout_that_cannot_be_stored_stops_no_other_club(clubs: Clubs, what: str) -> None:
    sick, other = a_card(clubs.sick, "sick"), a_card(clubs.other, "other")
    clubs.run(refresh)
    redesign(clubs.sick, sick.design_id, "#101010")
    clubs.sick.clock.advance(seconds=1)
    redesign(clubs.other, other.design_id, "#202020")
    spoil_card(clubs, what)
    clubs.run(roll_out)
    assert state_of(clubs, clubs.other) is RolloutState.FINISHED
    assert state_of(clubs, clubs.sick) is RolloutState.RUNNING
    assert clubs.failing("card-rollouts")


def spoil_card(clubs: Clubs, what: str) -> None:
    """Let no new face of the sick club's cards be stored."""
    here = clubs.sick.tenant.id
    if what == "time":
        end = datetime.max.replace(tzinfo=UTC, microsecond=0)
        clubs.change(CardWallet, CardWallet.organization_id == here, changed_at=end)
    else:
        with arranging(clubs.work.database) as session:
            session.execute(delete(WalletState).where(WalletState.organization_id == here))


def an_account(clubs: Clubs, service: Service, secrets: bytes, event: str) -> None:
    """An account at the provider with an event that is due."""
    with arranging(clubs.work.database) as session:
        session.add(
            StripeAccount(
                organization_id=service.tenant.id, account="acct", livemode=False, key_hint="x",
                sealed=clubs.work.vault.seal(secrets), grace_days=7, changed_at=NOON,
            )
        )  # fmt: skip
        told = ProviderEvent(event, "invoice.paid", "in_none", NOON, False)
        store_event(session, service.tenant.id, told, NOON)


RIGHT = b'{"secret_key": "sk_test_x", "webhook_secret": "y"}'


@pytest.mark.parametrize("key", [b"null", b"5", b'""', b'["sk_test_x"]'])
def test_a_key_of_another_form_delays_no_account(clubs: Clubs, key: bytes) -> None:
    sick = b'{"secret_key": ' + key + b', "webhook_secret": "y"}'
    an_account(clubs, clubs.sick, sick, "evt_sick")
    an_account(clubs, clubs.other, RIGHT, "evt_other")
    clubs.run(InboxWorker().run)
    with clubs.work.database.readers.begin() as session:
        row = session.get(BillingEvent, (clubs.other.tenant.id, "evt_other"))
        assert row is not None
        assert row.tries == 1, "it was tried"
        row = session.get(BillingEvent, (clubs.sick.tenant.id, "evt_sick"))
        assert row is not None
        assert (row.tries, row.due_at) == (1, NOON + timedelta(seconds=10))
        assert row.error is not None


def test_an_order_that_cannot_be_read_delays_no_account(clubs: Clubs) -> None:
    an_account(clubs, clubs.sick, RIGHT, "evt_sick")
    an_account(clubs, clubs.other, RIGHT, "evt_other")
    plan, customer = clubs.sick.plan(), clubs.sick.customer()
    with arranging(clubs.work.database) as session:
        session.add(
            BillingOrder(
                organization_id=clubs.sick.tenant.id, id=uuid4(), customer_id=UUID(customer),
                plan_id=UUID(plan), plan_name="Gold", price_minor=5, currency="EUR",
                state=OrderState.OPEN, checkout_expires_at=NOON, next_check_at=NOON,
                created_at=NOON, actor_kind=ActorKind.SERVICE, actor_name="x",
            )
        )  # fmt: skip
    state = "UPDATE billing_orders SET state = 'paid twice' WHERE organization_id = :here"
    spoil_text(clubs, state)
    clubs.run(InboxWorker().run)
    assert clubs.failing("billing")
    with clubs.work.database.readers.begin() as session:
        row = session.get(BillingEvent, (clubs.other.tenant.id, "evt_other"))
        assert row is not None
        assert row.tries == 1, "it was tried"


def test_an_import_of_a_kind_that_is_not_known_delays_none(clubs: Clubs) -> None:
    sick, other = an_import(clubs.sick, "utf-8"), an_import(clubs.other, "utf-8")
    spoil_text(clubs, "UPDATE imports SET kind = 'families' WHERE organization_id = :here")
    clubs.run(ImportWorker().run)
    assert import_of(clubs, other).state is ImportState.FINISHED
    assert clubs.work.failing.waiting("imports", NOON) == {sick}


def spoil_text(clubs: Clubs, statement: str) -> None:
    """Change the sick club's rows past all types."""
    with arranging(clubs.work.database) as session:
        session.execute(text(statement), {"here": clubs.sick.tenant.id})
