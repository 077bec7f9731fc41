"""One poisoned item in each job: the others go on, it is put off and shown, and tried again.

What is sick belongs to one club; what must go on is of the same club and of another.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from api_client.messages.management import ActorKind
from membership.billing.inbox.jobs import InboxWorker
from membership.billing.inbox.queue import store_event
from membership.billing.stripe.gateway import ProviderEvent
from membership.data.imports.run.worker import ImportWorker
from membership.events.mail.delivery import send_due_mail
from membership.events.mail.outbox import Mail, queue_mail
from membership.events.webhooks.delivery import deliver
from membership.jobs import JOBS
from membership.members.memberships.expiry_sweeper import sweep
from membership.store.background import Work
from membership.store.models import (
    BillingEvent,
    CardDesignVersion,
    CardRollout,
    Event,
    IdentityKind,
    Import,
    ImportKind,
    ImportState,
    Membership,
    Organization,
    OutgoingMail,
    RolloutState,
    StripeAccount,
    Throttle,
    WalletIdentity,
    WebhookEndpoint,
)
from membership.store.purge import Expired, purge_job, purge_tables
from membership.wallet.apple.push import ApplePusher
from membership.wallet.issuers.daily_check import log_warnings
from membership.wallet.updates.event_consumer import consume_events
from membership.wallet.updates.refresh import refresh
from membership.wallet.updates.rollouts import roll_out
from passes.apple.development import DevelopmentAuthority, ec_key
from tests.membership.mute import mute_neighbour
from tests.membership.poisoned import Clubs
from tests.membership.support import NOON, Service, arranging
from tests.membership.wallet.apple.phones import new_card, phone_with, renew
from tests.membership.wallet.clubs import PASS_TYPE, set_identity, token
from tests.membership.wallet.factories import (
    WalletCard,
    new_design,
    vault_of,
    wallet_card,
    wallet_of,
)
from tests.membership.wallet.updates.life import redesign

both_databases = pytest.mark.both_databases(reason="savepoints, and errors of the database")


@pytest.fixture
def clubs(service: Service) -> Clubs:
    other = service.fresh()
    return Clubs(service, other)


def a_card(service: Service, key: str) -> WalletCard:
    return wallet_card(service, service.customer("Amara"), new_design(service, key=key))


def spoil(clubs: Clubs, design_id: UUID, content: Any) -> None:
    """Store a design as no version of the service would."""
    clubs.change(
        CardDesignVersion,
        CardDesignVersion.organization_id == clubs.sick.tenant.id,
        CardDesignVersion.design_id == design_id,
        content=content,
    )


@both_databases
def test_a_design_that_cannot_be_read_stops_no_other_card(clubs: Clubs) -> None:
    sick, good = a_card(clubs.sick, "sick"), a_card(clubs.sick, "good")
    other = a_card(clubs.other, "other")
    spoil(clubs, sick.design_id, {"kind": 5})
    clubs.run(refresh)
    assert wallet_of(clubs.sick, good).face_digest
    assert wallet_of(clubs.other, other).face_digest
    row = wallet_of(clubs.sick, sick)
    assert (row.face_digest, row.refresh_at) == (None, clubs.sick.clock() + timedelta(minutes=1))
    assert clubs.failing("card-refresher")
    # It is tried again, and once it can be read it is as any other.
    spoil(clubs, sick.design_id, design_content(clubs, good))
    clubs.sick.clock.advance(minutes=1)
    clubs.run(refresh)
    assert wallet_of(clubs.sick, sick).face_digest
    assert not clubs.failing("card-refresher")


def design_content(clubs: Clubs, card: WalletCard) -> Any:
    """The design of a card as it is stored."""
    with clubs.work.database.readers.begin() as session:
        return session.scalars(
            select(CardDesignVersion.content).where(CardDesignVersion.design_id == card.design_id)
        ).one()


def test_a_design_that_a_tightened_rule_refuses_is_still_drawn(clubs: Clubs) -> None:
    card = a_card(clubs.sick, "old")
    content = design_content(clubs, card)
    spoil(clubs, card.design_id, {**content, "title": {"en": "x" * 5000}, "background": "navy"})
    clubs.run(refresh)
    assert wallet_of(clubs.sick, card).face_digest
    assert not clubs.failing("card-refresher")


@both_databases
def test_a_rollout_that_cannot_go_on_stops_no_other(clubs: Clubs) -> None:
    sick, other = a_card(clubs.sick, "sick"), a_card(clubs.other, "other")
    clubs.run(refresh)
    redesign(clubs.sick, sick.design_id, "#101010")
    clubs.sick.clock.advance(seconds=1)
    redesign(clubs.other, other.design_id, "#202020")
    spoil(clubs, sick.design_id, [])
    for _ in range(5):
        roll_out(clubs.work)
    assert state_of(clubs, clubs.sick) is RolloutState.RUNNING
    assert state_of(clubs, clubs.other) is RolloutState.FINISHED
    assert clubs.failing("card-rollouts")


def state_of(clubs: Clubs, service: Service) -> RolloutState:
    """The state of the one rollout of a club."""
    with clubs.work.database.readers.begin() as session:
        here = CardRollout.organization_id == service.tenant.id
        return session.scalars(select(CardRollout.state).where(here)).one()


@both_databases
@pytest.mark.parametrize("data", [{"customer_id": "nobody"}, {"customer_id": 5}, [], "text"])
def test_an_event_that_cannot_be_read_delays_none(clubs: Clubs, data: Any) -> None:
    sick, other = a_card(clubs.sick, "sick"), a_card(clubs.other, "other")
    clubs.run(consume_events)
    clubs.run(refresh)
    before = wallet_of(clubs.other, other).marks
    clubs.sick.patch(f"/v1/customers/{sick.customer_id}", given_name="Ada")
    mine = Event.organization_id == clubs.sick.tenant.id
    clubs.change(Event, mine, Event.type == "customer.updated", data=data)
    clubs.other.patch(f"/v1/customers/{other.customer_id}", given_name="Eve")
    clubs.run(consume_events)
    assert wallet_of(clubs.other, other).marks > before
    # What it may have been about is looked at: all cards of its club.
    assert wallet_of(clubs.sick, sick).refresh_at == clubs.sick.clock()


@both_databases
def test_a_membership_whose_end_cannot_be_announced_delays_none(clubs: Clubs) -> None:
    ends = []
    for service in (clubs.sick, clubs.sick, clubs.other):
        plan = service.plan("Day", length={"unit": "day"})
        ends.append(service.member(plan, customer_id=service.customer()))
    clubs.change(Membership, Membership.id == UUID(ends[0]), time_zone="Nowhere/None")
    clubs.sick.clock.advance(days=2)
    clubs.run(sweep)
    expired = [
        each["data"]["membership_id"]
        for service in (clubs.sick, clubs.other)
        for each in service.get("/v1/events", type="membership.expired")["items"]
    ]
    assert expired == ends[1:]
    assert clubs.failing("expiry-sweeper")
    clubs.change(Membership, Membership.id == UUID(ends[0]), time_zone="Europe/Berlin")
    clubs.sick.clock.advance(minutes=1)
    clubs.run(sweep)
    assert len(clubs.sick.get("/v1/events", type="membership.expired")["items"]) == 2
    assert not clubs.failing("expiry-sweeper")


def test_a_mail_that_cannot_be_read_delays_none(clubs: Clubs) -> None:
    with arranging(clubs.work.database) as session:
        for service in (clubs.sick, clubs.sick, clubs.other):
            mail = Mail("ada@example.com", "Card", "text\n")
            queue_mail(session, clubs.work.vault, service.tenant.id, mail, now=NOON)
    with clubs.work.database.readers.begin() as session:
        mine = OutgoingMail.organization_id == clubs.sick.tenant.id
        first = session.scalars(select(OutgoingMail.id).where(mine)).first()
    clubs.change(OutgoingMail, OutgoingMail.id == first, body=clubs.work.vault.seal(b"\xff"))
    sent: list[Any] = []
    clubs.run(lambda work: send_due_mail(work, sent.append))
    assert len(sent) == 2
    with clubs.work.database.readers.begin() as session:
        row = session.scalars(select(OutgoingMail).where(OutgoingMail.id == first)).one()
        assert (row.next_attempt_at, row.sent_at) == (NOON + timedelta(minutes=1), None)
        assert "UnicodeDecodeError" in str(row.last_error)


def test_a_webhook_that_cannot_be_signed_delays_none(clubs: Clubs) -> None:
    with mute_neighbour() as mute:
        mute.hang_up()
        settings = clubs.work.settings.model_copy(
            update={"webhook_allowed_private": ("127.0.0.0/8",)}
        )
        clubs.work = Work(settings, clubs.work.database, clubs.work.vault, clubs.work.clock)
        with arranging(clubs.work.database) as session:
            for service in (clubs.sick, clubs.other):
                session.add(
                    WebhookEndpoint(
                        organization_id=service.tenant.id,
                        id=uuid4(),
                        url=f"http://{mute.place}/hook",
                        description="",
                        event_types=["plan.created"],
                        secret=clubs.work.vault.seal(b"k" * 32),
                        created_at=NOON,
                    )
                )
        for service in (clubs.sick, clubs.other):
            service.plan()
        mine = Event.organization_id == clubs.sick.tenant.id
        clubs.change(Event, mine, Event.type == "plan.created", data=[1, 2])
        clubs.run(deliver)
    with clubs.work.database.readers.begin() as session:
        tried = session.scalars(
            select(WebhookEndpoint.next_attempt_at).where(
                WebhookEndpoint.organization_id.in_([clubs.sick.tenant.id, clubs.other.tenant.id])
            )
        ).all()
    assert len([at for at in tried if at is not None and at > NOON]) == 2


def test_an_account_at_stripe_that_cannot_be_read_delays_none(clubs: Clubs) -> None:
    right = b'{"secret_key": "sk_test_x", "webhook_secret": "y"}'
    with arranging(clubs.work.database) as session:
        for service, secrets in ((clubs.sick, b"{}"), (clubs.other, right)):
            session.add(
                StripeAccount(
                    organization_id=service.tenant.id, account="acct", livemode=False,
                    key_hint="x", sealed=clubs.work.vault.seal(secrets), grace_days=7,
                    changed_at=NOON,
                )
            )  # fmt: skip
            event = ProviderEvent("evt_1", "invoice.paid", "in_none", NOON, False)
            store_event(session, service.tenant.id, event, NOON)
    clubs.run(InboxWorker().run)
    with clubs.work.database.readers.begin() as session:
        rows = {
            row.organization_id: row
            for row in session.scalars(select(BillingEvent).where(BillingEvent.id == "evt_1"))
        }
    assert "cannot be read" in str(rows[clubs.sick.tenant.id].error)
    assert rows[clubs.sick.tenant.id].due_at == NOON + timedelta(seconds=10)
    assert rows[clubs.other.tenant.id].tries == 1


def test_a_certificate_that_cannot_be_read_delays_no_push(clubs: Clubs) -> None:
    identity = DevelopmentAuthority().issue(PASS_TYPE, "TEAM123456", new_key=ec_key)
    phones = []
    for service in (clubs.sick, clubs.other):
        set_identity(service, vault_of(service), identity)
        card = new_card(service)
        phones.append(phone_with(service, card))
        assert phones[-1].register(token(1)) == 201
        renew(service, card)
    clubs.sick.clock.advance(seconds=10)
    clubs.change(
        WalletIdentity,
        WalletIdentity.organization_id == clubs.sick.tenant.id,
        sealed=clubs.work.vault.seal(b"no certificate"),
        facts={},
    )
    with mute_neighbour() as mute:
        mute.hang_up()
        settings = clubs.work.settings.model_copy(update={"apns_url": f"https://{mute.place}"})
        clubs.work = Work(settings, clubs.work.database, clubs.work.vault, clubs.work.clock)
        pusher = ApplePusher(jitter=lambda: 0.0)
        clubs.run(pusher.run)
        pusher.close()
    sick, other = (phone.registered() for phone in phones)
    assert sick.push_at is not None
    assert sick.push_at > clubs.sick.clock()
    assert "Nothing can be pushed" in str(sick.push_error)
    assert other.push_attempts == 1, "it was tried"


def test_an_import_that_cannot_be_read_delays_none(clubs: Clubs) -> None:
    sick, other = an_import(clubs.sick, "klingon"), an_import(clubs.other, "utf-8")
    worker = ImportWorker()
    clubs.run(worker.run)
    assert import_of(clubs, sick).state is ImportState.RUNNING
    assert import_of(clubs, other).state is ImportState.FINISHED
    assert clubs.failing("imports")
    # At the third time staff see that it failed, and can start it again.
    for _ in range(2):
        clubs.sick.clock.advance(hours=1)
        clubs.run(worker.run)
    row = import_of(clubs, sick)
    assert row.state is ImportState.FAILED
    assert "A fault of this service" in str(row.error)
    assert not clubs.failing("imports")


def an_import(service: Service, encoding: str) -> UUID:
    """An import of nothing that runs."""
    import_id = uuid4()
    with arranging(service.database) as session:
        session.add(
            Import(
                organization_id=service.tenant.id, id=import_id, kind=ImportKind.CUSTOMERS,
                options={}, dry_run=False, state=ImportState.RUNNING, header=["given_name"],
                encoding=encoding, delimiter=",", counts={}, actor_kind=ActorKind.SERVICE,
                actor_name="test", created_at=NOON, started_at=NOON,
            )
        )  # fmt: skip
    return import_id


def import_of(clubs: Clubs, import_id: UUID) -> Import:
    with clubs.work.database.readers.begin() as session:
        return session.scalars(select(Import).where(Import.id == import_id)).one()


@both_databases
def test_rows_that_cannot_be_deleted_keep_no_others(clubs: Clubs) -> None:
    with arranging(clubs.work.database) as session:
        row = {"name": uuid4().hex, "count": 1, "window_began_at": NOON}
        session.execute(insert(Throttle), row)
    gone = Throttle.name == row["name"]
    # Organizations have rows that refer to them.
    expired = Expired(Organization, Organization.id > 0), Expired(Throttle, gone)
    purge_tables(clubs.work, *expired)
    assert clubs.work.failing.waiting("purge", NOON) == {"organizations"}
    with clubs.work.database.readers.begin() as session:
        assert session.scalars(select(Throttle.name).where(gone)).all() == []
        assert session.get(Organization, clubs.sick.tenant.id) is not None
    assert clubs.failing("purge")


def test_a_purge_that_fails_keeps_no_other_of_its_job(clubs: Clubs) -> None:
    ran = []

    def broken(_work: Work) -> bool:
        raise ValueError("broken")

    def good(_work: Work) -> bool:
        ran.append(True)
        return False

    assert purge_job("upkeep", broken, good).run(clubs.work) is False
    assert ran == [True]
    assert clubs.failing("purge")


def test_facts_that_cannot_be_read_keep_no_warning_of_others(clubs: Clubs) -> None:
    for service in (clubs.sick, clubs.other):
        with arranging(service.database) as session:
            session.add(
                WalletIdentity(
                    organization_id=service.tenant.id, kind=IdentityKind.APPLE, facts={},
                    sealed=b"", changed_at=NOON,
                )
            )  # fmt: skip
    assert log_warnings(clubs.work) is False


def test_every_job_is_in_this_file_or_needs_no_item() -> None:
    here = {
        "expiry-sweeper", "webhooks-1", "webhooks-2", "webhooks-3", "webhooks-4", "mail",
        "imports", "billing", "card-follower", "card-refresher", "card-rollouts", "apple-push",
        "google", "wallet-identities", "billing-tasks",
        # By ``purge_job``:
        "event-retention", "import files", "staff_upkeep", "login_upkeep", "embed_token_upkeep",
        "billing_events",
    }  # fmt: skip
    assert {job.name for job in JOBS} == here
