"""Receipts of payments: printed when they are paid, and shown later."""

from collections.abc import Callable
from functools import partial
from typing import Any

from api_client.management import ManagementClient
from api_client.messages.payments import PaymentView
from kiosk.staff.controllers.pdf import PdfFiles
from kiosk.staff.disk import Disk
from kiosk.staff.notices import Notices
from kiosk.staff.worker import Task
from kiosk.texts import Texts


class Receipts:
    """Prints and shows receipts. A failure is shown also where a scan took the panel."""

    def __init__(
        self,
        texts: Texts,
        disk: Disk,
        notices: Notices,
        files: PdfFiles,
        send: Callable[[Task[Any]], None],
    ) -> None:
        self._texts, self._disk, self._notices, self._send = texts, disk, notices, send
        self._files = files

    def print_new(self, payment: PaymentView) -> None:
        """Print the receipt of a payment that was recorded just now, unless it is void already."""
        say = self._texts.say
        if payment.voided_at is None:
            self._print(
                payment,
                lambda why: say(
                    "The payment is recorded; its receipt could not be opened: {why}", why=why
                ),
            )

    def show(self, payment: PaymentView) -> None:
        """Show the receipt of an earlier payment, to be printed or saved."""
        self._files.show(
            f"{payment.receipt_number}.pdf",
            self._call(payment),
            self._texts.say("No receipt"),
            lambda why: self._texts.say("The receipt could not be opened: {why}", why=why),
        )

    def _call(self, payment: PaymentView) -> Callable[[ManagementClient], bytes]:
        language = str(self._texts.locale.language)
        return lambda client: client.receipt(payment.id, language)

    def _print(self, payment: PaymentView, sentence_of: Callable[[str], str]) -> None:
        call = self._call(payment)

        def handle_error(why: str) -> None:
            self._notices.keep(sentence_of(why), self._texts.say("No receipt"))

        self._send(
            Task(
                "receipt",
                lambda client, _once: call(client),
                partial(self._open, payment, handle_error),
                handle_error,
            )
        )

    def _open(self, payment: PaymentView, handle_error: Callable[[str], None], data: bytes) -> None:
        failure = self._disk.print(f"{payment.receipt_number}.pdf", data)
        if failure:
            handle_error(failure)
