"""Mails the links of their cards to the members who are ticked in the list."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from PySide6.QtGui import QGuiApplication

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.members import MemberRow
from api_client.pages import fetch_all
from kiosk.staff.controllers.controller import Context
from kiosk.staff.pages.member_model import PAGE
from kiosk.staff.pages.members import MembersPage
from kiosk.staff.words.members import (
    MailLine,
    cannot_mail,
    left_out_words,
    mail_question,
    mailed_words,
)
from kiosk.staff.words.service_refusals import service_refusal
from kiosk.staff.worker import Task

MOST_MAILED = 500
"""Members who are mailed at once; more would keep the staff thread busy for minutes."""
_AT_ONCE = 10


@dataclass
class Mailing:
    """Mails to members, in order. ``key`` makes each of them once, however often it is tried.

    It is kept until all are sent: to ask for the same members again goes on where it stopped.
    """

    rows: list[MemberRow]
    left_out: list[MailLine]
    key: UUID
    done: int = 0
    sent: int = 0
    running: bool = False
    begun: bool = False


class MemberMail:
    """Asks, sends a few at a time, and says what became of each. Lives in the GUI thread.

    ``listed`` returns the filter and the order of the list.
    """

    def __init__(
        self, context: Context, page: MembersPage, listed: Callable[[], tuple[dict[str, str], str]]
    ) -> None:
        self._context, self._page, self._listed = context, page, listed
        self._texts = context.texts
        self._mailing: Mailing | None = None
        self._session = 0
        page.bulk.letter_wanted.connect(lambda: self._with_ticked(self._write))
        page.bulk.mail_wanted.connect(lambda: self._with_ticked(self._question))
        page.bulk.mail_confirmed.connect(self._begin)
        page.bulk.mail_stopped.connect(self._stop)
        page.table.members.ticked_changed.connect(self._withdraw)

    def forget(self) -> None:
        """Drop the question, and send no further mails."""
        self._mailing = None
        self._session += 1

    def _say_failed(self, sentence: str) -> None:
        self._page.bulk.report("")
        self._page.show_failure(sentence)

    def _with_ticked(self, then: Callable[[list[MemberRow]], None]) -> None:
        """Load those who are ticked, and go on with them, unless mails are being sent."""
        if self._mailing is not None and self._mailing.running:
            return
        model = self._page.table.members
        wanted, sort = self._listed()
        if model.count_ticked > MOST_MAILED:
            most = self._texts.say("At most {count} at once. Filter the list.", count=MOST_MAILED)
            self._page.bulk.report(most)
            return
        if not model.all_ticked:
            then(list(model.ticked.values()))
            return
        left_out, session = set(model.left_out), self._session

        def load(client: ManagementClient) -> list[MemberRow]:
            found = fetch_all(
                lambda cursor: client.members(wanted, cursor, sort=sort, limit=PAGE),
                MOST_MAILED + len(left_out),
            )
            return [each for each in found.items if each.customer.id not in left_out]

        def go_on(rows: list[MemberRow]) -> None:
            if session == self._session:
                then(rows)

        self._context.send(
            Task("who is mailed", lambda client, _: load(client), go_on, self._say_failed)
        )

    def _write(self, rows: list[MemberRow]) -> None:
        """Open a mail to those with an address, hidden from each other; or copy the addresses."""
        addresses = list(dict.fromkeys(row.email for row in rows if row.email))
        left_out = [
            MailLine(row.customer.name, self._texts.say("no email"))
            for row in rows
            if not row.email
        ]
        words = self._texts.say("None of them has an email address.")
        if addresses:
            if self._context.disk.write_mail(addresses):
                words = self._texts.say_many(
                    "A mail to {count} member is open.",
                    "A mail to {count} members is open.",
                    len(addresses),
                )
            else:
                QGuiApplication.clipboard().setText(", ".join(addresses))
                words = self._texts.say_many(
                    "{count} address is copied. Paste it into a mail.",
                    "{count} addresses are copied. Paste them as blind copies (BCC).",
                    len(addresses),
                )
        self._page.bulk.report(words, left_out_words(left_out, self._texts))

    def _question(self, rows: list[MemberRow]) -> None:
        if self._mailing is not None and self._mailing.running:
            return
        mailed = [each for each in rows if not cannot_mail(each, self._texts)]
        before = self._mailing
        if before is None or [each.card_id for each in before.rows] != [
            each.card_id for each in mailed
        ]:
            _, left_out = mail_question(rows, self._texts)
            self._mailing = Mailing(mailed, left_out, uuid4())
        self._ask()

    def _ask(self) -> None:
        """Ask whether those who have no mail yet are to be mailed."""
        mailing = self._mailing
        if mailing is not None:
            left = mailing.rows[mailing.done :]
            question, _ = mail_question(left, self._texts)
            words = left_out_words(mailing.left_out, self._texts)
            self._page.bulk.ask(question, words, len(left))

    def _begin(self) -> None:
        if self._mailing is not None and not self._mailing.running:
            self._mailing.running = self._mailing.begun = True
            self._mail_some(self._mailing)

    def _mail_some(self, mailing: Mailing) -> None:
        """Send the next mails; others' tasks come in between."""
        some = mailing.rows[mailing.done : mailing.done + _AT_ONCE]
        if not some or not mailing.running:
            self._end(mailing)
            return
        self._page.bulk.work(mailing.done, len(mailing.rows))

        def then(refused: list[tuple[MemberRow, str]]) -> None:
            if self._mailing is not mailing:
                return
            mailing.done += len(some)
            mailing.sent += len(some) - len(refused)
            mailing.left_out += [
                MailLine(row.customer.name, service_refusal(code, self._texts) or code)
                for row, code in refused
            ]
            self._mail_some(mailing)

        def fail(sentence: str) -> None:
            """Stop, and ask whether to go on; under the same key none of it is repeated."""
            if self._mailing is not mailing:
                return
            mailing.running = False
            self._ask()
            self._page.show_failure(sentence)

        self._context.send(
            Task("mail cards", lambda client, _: mail_each(client, some, mailing.key), then, fail)
        )

    def _end(self, mailing: Mailing) -> None:
        mailing.running = False
        if mailing.done == len(mailing.rows):
            self._mailing = None
        words = left_out_words(mailing.left_out, self._texts)
        self._page.bulk.report(mailed_words(mailing.sent, self._texts), words)

    def _stop(self) -> None:
        """Withdraw the question, or stop after the mails that are being sent."""
        if self._mailing is not None and self._mailing.running:
            self._mailing.running = False
        else:
            self._drop_question()

    def _withdraw(self) -> None:
        """Withdraw a question about members who are no longer those that are ticked."""
        if self._mailing is not None and not self._mailing.running:
            self._drop_question()

    def _drop_question(self) -> None:
        if self._mailing is not None and not self._mailing.begun:
            self._mailing = None
        self._page.bulk.report("")


def mail_each(
    client: ManagementClient, rows: list[MemberRow], key: UUID
) -> list[tuple[MemberRow, str]]:
    """Mail card links; returns who was refused and the code. Raises ApiError for other failures."""
    refused = []
    for row in rows:
        if row.card_id is None:
            continue
        try:
            client.mail_card(row.card_id, None, str(uuid5(key, str(row.card_id))))
        except Refused as error:
            refused.append((row, error.problem.code))
    return refused
