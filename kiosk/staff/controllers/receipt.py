"""Receipts of payments, fetched and opened to be printed."""

from collections.abc import Callable
from functools import partial
from typing import Any

from api_client.management import ManagementClient
from api_client.messages.payments import PaymentView
from kiosk.staff.disk import Disk
from kiosk.staff.notices import Notices
from kiosk.staff.worker import Task
from kiosk.texts import Texts


class Receipts:
    """Prints receipts. A failure is shown also if a scan has taken the panel meanwhile."""

    def __init__(
        self, texts: Texts, disk: Disk, notices: Notices, send: Callable[[Task[Any]], None]
    ) -> None:
        self._texts, self._disk, self._notices, self._send = texts, disk, notices, send

    def print_new(self, payment: PaymentView) -> None:
        """Print the receipt of a payment that was recorded just now, unless it is void already."""
        say = self._texts.say
        if payment.voided_at is None:
            self._print(
                payment,
                lambda why: say(
                    "The payment is noted; its receipt could not be opened: {why}", why=why
                ),
            )

    def print_again(self, payment: PaymentView) -> None:
        """Print the receipt of an earlier payment."""
        say = self._texts.say
        self._print(
            payment, lambda why: say("The receipt could not be opened: {why}", why=why)
        )  # fmt: skip

    def _print(self, payment: PaymentView, sentence_of: Callable[[str], str]) -> None:
        language = str(self._texts.locale.language)

        def fetch(client: ManagementClient, _once: str) -> bytes:
            return client.receipt(payment.id, language)

        def handle_error(why: str) -> None:
            self._notices.keep(sentence_of(why), self._texts.say("No receipt"))

        self._send(
            Task("receipt", fetch, partial(self._open, payment, handle_error), handle_error)
        )  # fmt: skip

    def _open(self, payment: PaymentView, handle_error: Callable[[str], None], data: bytes) -> None:
        failure = self._disk.print(f"{payment.receipt_number}.pdf", data)
        if failure:
            handle_error(failure)
