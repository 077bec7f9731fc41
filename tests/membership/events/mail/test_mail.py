"""Mail: sent at least once, again after failures, given up only by its own fault, never with more
headers."""

import contextlib
import email
import os
import signal
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.events.mail.delivery import LEASE, MOST_ATTEMPTS, send_due_mail
from membership.events.mail.message import Unsendable, message_of
from membership.events.mail.outbox import Mail, queue_mail
from membership.events.mail.transport import transport
from membership.store.background import Work
from membership.store.database import Database
from membership.store.models import OutgoingMail
from tests.forkserver import run
from tests.membership.events.mail import killed_sender
from tests.membership.events.mail.mailserver import SECRET, USER, Inbox, certificate, mail_server
from tests.membership.rows import organization_row
from tests.membership.support import NOON, Clock, arranging

KEY = "A" * 43 + "="
TOKEN = "mr_" + "Q" * 43
SERVER_PAUSE = timedelta(seconds=10)
"""The first pause while the mail server cannot be used."""

MAIL = Mail("ada@example.com", "Your password at Café Löwe", f"Grüße,\n\n{TOKEN}\n.\nend\n")


class Office:
    """A database with an organization, and a job's work on it at a clock of its own."""

    def __init__(self, database: Database, folder: Path, **settings: Any) -> None:
        with arranging(database) as session:
            row = organization_row(slug=f"c{uuid4().hex[:8]}")
            session.add(row)
            session.flush()
            self.organization = row.id
        self.database, self.clock, self.vault = database, Clock(), Vault(KEY)
        self.settings = ServiceSettings(data_dir=folder, mail_from="desk@club.example", **settings)

    @property
    def work(self) -> Work:
        """What the job is given."""
        return Work(self.settings, self.database, self.vault, self.clock)

    def queue(self, mail: Mail = MAIL) -> None:
        """Store a mail to send."""
        with arranging(self.database) as session:
            queue_mail(session, self.vault, self.organization, mail, now=self.clock())

    def rows(self) -> list[OutgoingMail]:
        """The mails as they are stored."""
        with self.database.readers.begin() as session:
            return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.created_at)))

    def send(self, timeout_seconds: float = 10) -> bool:
        """Send one mail by the settings."""
        with contextlib.closing(transport(self.settings, timeout_seconds)) as send:
            return send_due_mail(self.work, send)


def smtp(port: int, tls: str = "none", **more: Any) -> dict[str, Any]:
    """Settings for a mail server on loopback."""
    return {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": tls, **more}


def assert_sent(inbox: Inbox, office: Office) -> None:
    """One mail came, whole, and nothing is kept of it."""
    (mail,) = inbox.mails
    assert mail["To"] == "ada@example.com"
    assert mail["From"] == "desk@club.example"
    assert mail["Subject"] == MAIL.subject
    assert mail.get_content().replace("\r\n", "\n") == MAIL.text
    assert inbox.envelopes[0].rcpt_tos == ["ada@example.com"]
    (row,) = office.rows()
    assert (row.body, row.next_attempt_at, row.last_error) == (None, None, None)
    assert row.sent_at == office.clock()
    assert office.send() is False


def test_sent_in_plain(database: Database, tmp_path: Path) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        office = Office(database, tmp_path, **smtp(port))
        office.queue()
        assert office.send() is True
        assert_sent(inbox, office)
    assert inbox.encrypted == [False]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_sent_encrypted_by_a_user(database: Database, tmp_path: Path, tls: str) -> None:
    inbox = Inbox()
    context, trusted = certificate(tmp_path)
    # Behind implicit TLS the server does not know that it is encrypted, and would complain.
    options: dict[str, Any] = {"ssl_context": context, "auth_require_tls": False}
    if tls == "starttls":
        options = {"tls_context": context, "require_starttls": True, "auth_required": True}
    with mail_server(inbox, authenticator=inbox.authenticate, **options) as port:
        user = {"smtp_user": USER, "smtp_password": SecretStr(SECRET)}
        own = smtp(port, tls, smtp_ca_file=trusted)
        office = Office(database, tmp_path, **own, **user)
        office.queue()
        assert office.send() is True
        assert_sent(inbox, office)
    assert inbox.users == [USER.encode()]
    assert inbox.encrypted == [tls == "starttls"] or tls == "implicit"


def test_a_certificate_that_nobody_vouches_for(database: Database, tmp_path: Path) -> None:
    inbox = Inbox()
    context, _ = certificate(tmp_path)
    with mail_server(inbox, tls_context=context) as port:
        office = Office(database, tmp_path, **smtp(port, "starttls"))
        office.queue()
        office.send()
    assert_to_try_again(office, SERVER_PAUSE, "SSLCertVerificationError")
    assert inbox.mails == []


def test_a_server_that_cannot_encrypt_is_told_nothing(database: Database, tmp_path: Path) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        office = Office(database, tmp_path, **smtp(port, "starttls"))
        office.queue()
        office.send()
    assert_to_try_again(office, SERVER_PAUSE, "SMTPNotSupportedError")
    assert inbox.mails == []


def test_a_wrong_password_is_tried_again_as_it_may_be_mended(
    database: Database, tmp_path: Path
) -> None:
    inbox = Inbox()
    with mail_server(inbox, auth_require_tls=False, authenticator=inbox.authenticate) as port:
        user = {"smtp_user": USER, "smtp_password": SecretStr("wrong")}
        office = Office(database, tmp_path, **smtp(port), **user)
        office.queue()
        office.send()
    assert_to_try_again(office, SERVER_PAUSE, "SMTPAuthenticationError")
    assert "wrong" not in str(office.rows()[0].last_error)


def assert_to_try_again(office: Office, pause: timedelta, why: str) -> None:
    """The mail is kept, to be tried again after a pause."""
    (row,) = office.rows()
    assert why in str(row.last_error)
    assert row.next_attempt_at == office.clock() + pause
    assert row.body is not None
    assert row.sent_at is None
    assert office.send() is False


def test_refused_for_now_then_taken(database: Database, tmp_path: Path) -> None:
    inbox = Inbox(refusals=["451 try later", "452 4.2.2 mailbox full"])
    with mail_server(inbox) as port:
        office = Office(database, tmp_path, **smtp(port))
        office.queue()
        for pause in (timedelta(minutes=1), timedelta(minutes=2)):
            assert office.send() is True
            assert_to_try_again(office, pause, "45")
            office.clock.now += pause
        assert office.send() is True
        assert_sent(inbox, office)
    assert office.rows()[0].attempts == 3


@pytest.mark.parametrize("step", ["recipient", "content"])
def test_refused_for_good(database: Database, tmp_path: Path, step: str) -> None:
    answer = f"550 5.7.1 no {TOKEN} for you"
    inbox = Inbox()
    (inbox.refused_recipients if step == "recipient" else inbox.refusals).append(answer)
    with mail_server(inbox) as port:
        office = Office(database, tmp_path, **smtp(port))
        office.queue()
        assert office.send() is True
        (row,) = office.rows()
        assert (row.next_attempt_at, row.body, row.sent_at) == (None, None, None)
        assert row.last_error == "Unsendable: 550 5.7.1 no *** for you"
        office.clock.advance(days=1)
        assert office.send() is False


@contextlib.contextmanager
def mute_server() -> Iterator[int]:
    """Takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def test_a_server_that_says_nothing(database: Database, tmp_path: Path) -> None:
    with mute_server() as port:
        office = Office(database, tmp_path, **smtp(port))
        office.queue()
        assert office.send(timeout_seconds=0.1) is True
    assert_to_try_again(office, SERVER_PAUSE, "timed out")


def test_pauses_grow_and_after_a_day_of_attempts_it_is_given_up(
    database: Database, tmp_path: Path
) -> None:
    inbox = Inbox(refusals=["451 try later"] * 40)
    with mail_server(inbox) as port:
        office = Office(database, tmp_path, **smtp(port))
        office.queue()
        pauses = []
        while True:
            assert office.send() is True
            (row,) = office.rows()
            if row.next_attempt_at is None:
                break
            pauses.append((row.next_attempt_at - office.clock()).total_seconds() / 60)
            office.clock.now = row.next_attempt_at
        assert pauses[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
        assert set(pauses[8:]) == {60}
        assert timedelta(days=1) <= office.clock() - NOON < timedelta(days=1, hours=1)
        assert row.body is None
        assert "451 try later" in str(row.last_error)
        assert office.send() is False


def test_killed_between_sending_and_noting_it_is_sent_again(
    database: Database, tmp_path: Path
) -> None:
    sent: list[Any] = []

    def send_and_die(message: Any) -> None:
        sent.append(message)
        raise KeyboardInterrupt

    office = Office(database, tmp_path)
    office.queue()
    with pytest.raises(KeyboardInterrupt):
        send_due_mail(office.work, send_and_die)
    assert send_due_mail(office.work, sent.append) is False
    office.clock.now += LEASE
    assert send_due_mail(office.work, sent.append) is True
    assert send_due_mail(office.work, sent.append) is False
    assert len({message["Message-ID"] for message in sent}) == 1
    assert len(sent) == 2


def test_a_process_killed_while_sending_loses_no_mail(database: Database, tmp_path: Path) -> None:
    office = Office(database, tmp_path)
    office.queue()
    url = database.engine.url.render_as_string(hide_password=False)
    done = run(killed_sender.main, url, tmp_path, KEY)
    assert done.returncode == -signal.SIGKILL
    sent: list[Any] = []
    assert send_due_mail(office.work, sent.append) is False
    office.clock.now += LEASE
    assert send_due_mail(office.work, sent.append) is True
    assert len(sent) == 1


def test_each_mail_belongs_to_one_sender(database: Database, tmp_path: Path) -> None:
    office = Office(database, tmp_path)
    office.queue()
    inner: list[bool] = []
    sent: list[Any] = []

    def send(message: Any) -> None:
        inner.append(send_due_mail(office.work, sent.append))
        sent.append(message)

    assert send_due_mail(office.work, send) is True
    assert inner == [False]
    assert len(sent) == 1


def test_without_a_mail_server_it_is_written_to_a_file(database: Database, tmp_path: Path) -> None:
    office = Office(database, tmp_path)
    office.queue()
    assert office.send() is True
    (file,) = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    written = email.message_from_bytes(file.read_bytes(), policy=default)
    assert written["To"] == "ada@example.com"
    assert TOKEN in written.get_content()
    assert written["Date"] == "Wed, 10 Mar 2027 11:00:00 +0000"


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_folder_that_cannot_be_made_is_tried_again(database: Database, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    office = Office(database, tmp_path)
    office.queue()
    assert office.send() is True
    assert_to_try_again(office, SERVER_PAUSE, "Error")


def test_another_secret_key_loses_no_mail(database: Database, tmp_path: Path) -> None:
    office = Office(database, tmp_path)
    office.queue()
    right, office.vault = office.vault, Vault("B" * 43 + "=")
    assert office.send() is True
    assert_to_try_again(office, timedelta(minutes=1), "VaultError")
    office.vault = right
    office.clock.advance(minutes=1)
    assert office.send() is True
    assert office.rows()[0].sent_at == office.clock()


def test_a_mail_that_cannot_be_read_keeps_its_text_for_its_key(
    database: Database, tmp_path: Path
) -> None:
    office = Office(database, tmp_path)
    office.queue()
    body = office.rows()[0].body
    right, office.vault = office.vault, Vault("B" * 43 + "=")
    for _ in range(MOST_ATTEMPTS + 1):
        assert office.send() is True
        office.clock.advance(hours=24)
    mail = office.rows()[0]
    assert mail.body == body
    assert mail.next_attempt_at is not None
    assert "VaultError" in str(mail.last_error)
    office.vault = right
    assert office.send() is True  # it is two weeks too late by now, and is withdrawn
    assert office.rows()[0].body is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("recipient", "ada@example.com\r\nBcc: eve@example.com"),
        ("recipient", "ada@example.com, eve@example.com"),
        ("recipient", "ada@example.com>\r\nRCPT TO:<eve@example.com"),
        ("recipient", ""),
        ("subject", "Hello\r\nBcc: eve@example.com"),
        ("subject", "Hello\n\nanother body"),
    ],
)
def test_no_value_adds_a_header(
    database: Database, tmp_path: Path, column: str, value: str
) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        office = Office(database, tmp_path, **smtp(port))
        office.queue()
        with arranging(database) as session:
            session.execute(update(OutgoingMail).values({column: value}))
        assert office.send() is True
    assert inbox.mails == []
    (row,) = office.rows()
    assert (row.next_attempt_at, row.sent_at) == (None, None)
    assert row.last_error == "Unsendable: address or subject cannot stand in a header"


def test_a_subject_with_line_breaks_is_made_one_line(database: Database, tmp_path: Path) -> None:
    office = Office(database, tmp_path)
    office.queue(Mail("ada@example.com", "Hello\r\nBcc: eve@example.com", "text\n"))
    sent: list[Any] = []
    assert send_due_mail(office.work, sent.append) is True
    assert sent[0]["Subject"] == "Hello Bcc: eve@example.com"
    assert sent[0]["Bcc"] is None


def test_addresses_beyond_ascii(database: Database, tmp_path: Path) -> None:
    mail = Mail("zoë@exämple.com", "Hello", "text\n")
    inbox = Inbox()
    with mail_server(inbox) as port:
        office = Office(database, tmp_path, **smtp(port))
        office.queue(mail)
        assert office.send() is True
    assert inbox.envelopes[0].rcpt_tos == ["zoë@xn--exmple-cua.com"]
    with mail_server(Inbox(), enable_SMTPUTF8=False) as port:
        office = Office(database, tmp_path, **smtp(port))
        office.clock.advance(seconds=1)
        office.queue(mail)
        assert office.send() is True
    assert office.rows()[-1].last_error == "Unsendable: the mail server takes no such address"


def test_the_form_of_a_mail() -> None:
    mail_id = uuid4()
    message = message_of(MAIL, mail_id, "desk@club.example", NOON)
    assert message["Message-ID"] == f"<{mail_id.hex}@club.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    lines = bytes(message).split(b"\r\n")
    assert max(len(line) for line in lines) <= 998
    with pytest.raises(Unsendable):
        message_of(MAIL, mail_id, "desk\n@club.example", NOON)
