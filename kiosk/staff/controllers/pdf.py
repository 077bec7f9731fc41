"""PDFs of the service in a sheet: looked at, printed, saved."""

from collections.abc import Callable
from functools import partial
from typing import Any

from api_client.management import ManagementClient
from kiosk.staff.controllers.changes import Changes
from kiosk.staff.disk import Disk
from kiosk.staff.notices import Notices
from kiosk.staff.page import Place
from kiosk.staff.pages.pdf_sheet import PdfSheet
from kiosk.staff.pdf import Pdf, drawn
from kiosk.staff.worker import Task
from kiosk.texts import Texts

KINDS = "PDF (*.pdf)"


class PdfFiles:
    """Loads a PDF, draws it in the staff thread and shows it where it was asked for."""

    def __init__(
        self,
        texts: Texts,
        disk: Disk,
        notices: Notices,
        changes: Changes,
        send: Callable[[Task[Any]], None],
    ) -> None:
        self._texts, self._disk, self._notices = texts, disk, notices
        self._changes, self._send = changes, send

    def show(
        self,
        name: str,
        load: Callable[[ManagementClient], bytes],
        word: str,
        sentence_of: Callable[[str], str],
    ) -> None:
        """Load a file and show it on the page in front.

        A failure is kept as ``sentence_of`` it, with ``word`` in the top bar.
        """

        def handle_error(why: str) -> None:
            self._notices.keep(sentence_of(why), word)

        self._send(
            Task(
                "pdf",
                lambda client, _once: drawn(load(client)),
                partial(self._open, name, self._changes.front, handle_error),
                handle_error,
            )
        )

    def _open(
        self, name: str, asked_on: Place | None, handle_error: Callable[[str], None], pdf: Pdf
    ) -> None:
        say, topic = self._texts.say, f"pdf:{name}"
        if self._changes.form is not None and self._changes.form.topic == topic:
            return  # asked for twice
        if not pdf.pages:
            handle_error(say("{file} is broken or too large.", file=name))
            return
        left_out = pdf.count - len(pdf.pages)
        more = ""
        if left_out:
            more = self._texts.say_many(
                "{count} more page is in the file.", "{count} more pages are in the file.", left_out
            )
        sheet = PdfSheet(self._texts, name, pdf.pages, more)
        sheet.submitted.connect(lambda _values: self._print(sheet, name, pdf.data))
        sheet.saved.connect(lambda: self._save(sheet, name, pdf.data))
        if not self._changes.show(sheet, asked_on=asked_on):
            handle_error(say("{file} was not shown, since its page was left.", file=name))

    def _print(self, sheet: PdfSheet, name: str, data: bytes) -> None:
        why = self._disk.print(name, data)
        if why:
            sheet.show_failure(
                self._texts.say("No program opened the file for printing: {why}", why=why)
            )
        else:
            sheet.finish()

    def _save(self, sheet: PdfSheet, name: str, data: bytes) -> None:
        path = self._disk.choose(sheet, name, KINDS)
        if path is None:
            return
        if why := self._disk.write(path, data):
            sheet.show_failure(
                self._texts.say("{path} was not written: {why}", path=path.name, why=why)
            )
        else:
            sheet.finish()
