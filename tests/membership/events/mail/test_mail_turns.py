"""What is urgent goes first, clubs take turns, one connection takes many mails, and nothing that
came too late is sent: with a real mail server."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr

from membership.events.mail.delivery import MailJob
from membership.events.mail.outbox import EXPIRED, REPLACED, Mail, queue_mail, withdraw_mails
from membership.events.mail.turns import URGENT_IN_A_ROW
from membership.store.background import Work
from membership.store.database import Database
from membership.store.models import OutgoingMail
from tests.membership.events.mail.mailserver import Inbox, mail_server
from tests.membership.events.mail.test_mail import Office, mute_server, smtp
from tests.membership.support import arranging

TEN_MINUTES = timedelta(minutes=10)


class CountingInbox(Inbox):
    """An inbox that counts connections, ends them after some mails, and can refuse senders."""

    def __init__(self, mails_a_connection: int = 1000) -> None:
        super().__init__()
        self.connections: list[Session] = []
        self.mails_a_connection = mails_a_connection
        self.refused_senders: list[str] = []
        self._here = 0

    async def handle_MAIL(
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        """Take or refuse a sender."""
        if not any(each is session for each in self.connections):
            self.connections.append(session)
            self._here = 0
        self._here += 1
        if self._here > self.mails_a_connection:
            return "421 4.7.0 too many mails in one connection"
        if self.refused_senders:
            return self.refused_senders.pop(0)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"


class Post:
    """Two clubs on one database, and the job that sends for both."""

    def __init__(self, database: Database, folder: Path, **settings: Any) -> None:
        self.clubs = [Office(database, folder, **settings) for _ in range(2)]
        self.office = self.clubs[0]
        self.job = MailJob()
        self.work = Work(self.office.settings, database, self.office.vault, self.office.clock)

    def queue(self, club: int, subject: str, **more: Any) -> None:
        """Queue a mail of a club, a moment after the one before."""
        self.office.clock.advance(milliseconds=1)
        mail = Mail("ada@example.com", subject, "text\n", **more)
        with arranging(self.work.database) as session:
            queue_mail(
                session, self.work.vault, self.clubs[club].organization, mail, now=self.work.clock()
            )

    def settings(self, **settings: Any) -> None:
        """Start the job anew with other settings."""
        changed = self.work.settings.model_copy(update=settings)
        self.job = MailJob()
        self.work = Work(changed, self.work.database, self.work.vault, self.work.clock)

    def send_all(self) -> None:
        """Run the job until there is nothing to do now."""
        while self.job.run(self.work):
            pass

    def row(self, subject: str) -> OutgoingMail:
        """The one mail with a subject."""
        (row,) = (row for row in self.office.rows() if row.subject == subject)
        return row


@pytest.fixture
def inbox() -> CountingInbox:
    return CountingInbox()


@pytest.fixture
def post(database: Database, tmp_path: Path, inbox: CountingInbox) -> Iterator[Post]:
    with mail_server(inbox) as port:
        yield Post(database, tmp_path, **smtp(port))


def subjects(inbox: Inbox) -> list[str]:
    return [mail["Subject"] for mail in inbox.mails]


@pytest.mark.both_databases
def test_a_code_overtakes_many_cards_and_clubs_take_turns(post: Post, inbox: CountingInbox) -> None:
    for number in range(30):
        post.queue(0, f"card {number}")
    for number in range(3):
        post.queue(1, f"other {number}")
    for number in range(3):
        post.queue(0, f"code {number}", urgent=True)
    post.queue(1, "other code", urgent=True)
    post.send_all()
    sent = subjects(inbox)
    assert len(sent) == 37
    assert sent[:4] == ["code 0", "other code", "code 1", "code 2"]
    assert [each for each in sent[4:11] if each.startswith("other")] == [
        "other 0",
        "other 1",
        "other 2",
    ]
    assert [each for each in sent if each.startswith("card")] == [f"card {n}" for n in range(30)]
    assert len(inbox.connections) == 1


def test_what_is_urgent_cannot_starve_the_rest(post: Post, inbox: CountingInbox) -> None:
    post.queue(1, "card")
    for number in range(URGENT_IN_A_ROW + 5):
        post.queue(0, f"code {number}", urgent=True)
    post.send_all()
    assert subjects(inbox).index("card") == URGENT_IN_A_ROW


def test_a_server_that_ends_connections_gets_new_ones(post: Post, inbox: CountingInbox) -> None:
    inbox.mails_a_connection = 4
    for number in range(10):
        post.queue(0, f"card {number}")
    post.send_all()
    assert len(subjects(inbox)) == 10
    assert len(inbox.connections) == 3
    assert {row.attempts for row in post.office.rows()} == {1}


def test_after_an_outage_only_what_is_still_good_arrives_and_the_urgent_first(
    database: Database, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    post = Post(database, tmp_path, **smtp(port))
    clock = post.office.clock
    for number in range(5):
        post.queue(0, f"card {number}")
    post.queue(0, "dead code", urgent=True, life=TEN_MINUTES)
    for _ in range(18):  # three hours
        post.send_all()
        clock.advance(minutes=10)
    assert {row.sent_at for row in post.office.rows()} == {None}
    assert post.work.failing.counts() == {"mail": 1}
    post.queue(0, "fresh code", urgent=True, life=TEN_MINUTES)
    inbox = CountingInbox()
    with mail_server(inbox) as new_port:
        post.settings(smtp_port=new_port)
        post.send_all()
    assert subjects(inbox)[0] == "fresh code"
    assert sorted(subjects(inbox)[1:]) == [f"card {number}" for number in range(5)]
    dead = post.row("dead code")
    assert (dead.sent_at, dead.body, dead.next_attempt_at) == (None, None, None)
    assert dead.last_error == EXPIRED
    assert {row.attempts for row in post.office.rows() if row.sent_at} == {1}


@pytest.mark.both_databases
def test_a_newer_mail_of_the_topic_withdraws_the_older(post: Post, inbox: CountingInbox) -> None:
    post.queue(0, "first", urgent=True, topic="code of ada")
    post.queue(1, "of another club", urgent=True, topic="code of ada")
    post.queue(0, "of another topic", urgent=True, topic="code of eve")
    post.queue(0, "second", urgent=True, topic="code of ada")
    post.send_all()
    assert sorted(subjects(inbox)) == ["of another club", "of another topic", "second"]
    assert (post.row("first").last_error, post.row("first").body) == (REPLACED, None)


@pytest.mark.both_databases
def test_a_mail_that_is_withdrawn_while_it_fails_stays_withdrawn(
    post: Post, inbox: CountingInbox
) -> None:
    post.queue(0, "card", topic="a card")

    class Withdrawing(list[str]):
        def pop(self, _index: Any = -1) -> str:
            with arranging(post.work.database) as session:
                withdraw_mails(session, post.office.organization, "a card")
            super().pop(0)
            return "451 try later"

    inbox.refusals = Withdrawing(["451"])
    post.send_all()
    row = post.row("card")
    assert (row.next_attempt_at, row.body, row.last_error) == (None, None, REPLACED)


SENDER_REFUSALS = [
    "550 5.1.8 no such sender",
    "553 5.7.1 you are not this sender",
    "530 5.7.0 sign in first",
    "451 4.1.8 sender's domain not found",
    "421 4.3.2 going down",
]


@pytest.mark.parametrize("answer", SENDER_REFUSALS)
def test_a_refused_sender_loses_no_mail(post: Post, inbox: CountingInbox, answer: str) -> None:
    inbox.refused_senders = [answer] * 5
    post.queue(0, "card")
    post.queue(1, "other")
    for _ in range(12):
        post.send_all()
        post.office.clock.advance(minutes=1)
    assert sorted(subjects(inbox)) == ["card", "other"]
    assert post.work.failing.counts() == {}


@pytest.mark.parametrize(
    "answer",
    [
        "553 5.7.1 <desk@club.example>: Sender address rejected: not owned by user",
        "554 5.7.1 <ada@example.com>: Relay access denied",
        "530 5.7.0 Authentication required",
        "550 5.1.7 bad sender address",
    ],
)
def test_what_the_sender_is_refused_for_at_the_recipient_loses_no_mail_and_delays_no_other(
    post: Post, inbox: CountingInbox, answer: str
) -> None:
    inbox.refused_recipients = [answer]
    post.queue(0, "card")
    post.queue(0, "next")
    post.send_all()
    assert subjects(inbox) == ["next"]
    post.office.clock.advance(days=3)
    inbox.refused_recipients = [answer]
    post.send_all()
    post.office.clock.advance(hours=1)
    post.send_all()
    assert subjects(inbox) == ["next", "card"]


def test_a_password_that_is_wrong_for_a_week_loses_no_mail(
    database: Database, tmp_path: Path
) -> None:
    inbox = CountingInbox()
    with mail_server(inbox, auth_require_tls=False, authenticator=inbox.authenticate) as port:
        user = {"smtp_user": "club", "smtp_password": SecretStr("wrong")}
        post = Post(database, tmp_path, **smtp(port), **user)
        post.queue(0, "card")
        for _ in range(14):
            post.send_all()
            post.office.clock.advance(hours=12)
        assert post.row("card").body is not None
        post.settings(smtp_user=None)
        post.send_all()
    assert subjects(inbox) == ["card"]


def test_a_mail_at_which_the_server_hangs_up_delays_no_other(
    database: Database, tmp_path: Path
) -> None:
    class Fragile(CountingInbox):
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            assert isinstance(envelope.content, bytes)
            if b"sick" in envelope.content:
                assert isinstance(server.transport, asyncio.Transport)
                server.transport.abort()
                return "451 never read"
            return await super().handle_DATA(server, session, envelope)

    inbox = Fragile()
    with mail_server(inbox) as port:
        post = Post(database, tmp_path, **smtp(port))
        post.queue(0, "sick", urgent=True)
        for number in range(3):
            post.queue(0, f"card {number}")
        post.send_all()
        assert subjects(inbox) == [f"card {number}" for number in range(3)]
        assert post.row("sick").body is not None


def test_while_the_server_hangs_one_mail_is_tried_in_a_pause(
    database: Database, tmp_path: Path
) -> None:
    with mute_server() as port:
        post = Post(database, tmp_path, **smtp(port))
        for number in range(5):
            post.queue(0, f"card {number}")
        post.job = MailJob(timeout_seconds=0.2)
        post.send_all()
    rows = post.office.rows()
    assert [row.last_error is not None for row in rows].count(True) == 1
    assert {row.attempts for row in rows} == {0}
