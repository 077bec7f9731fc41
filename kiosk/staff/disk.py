"""Files that staff save, choose or print."""

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import structlog
from PySide6.QtCore import QFileDevice, QIODevice, QSaveFile, QTemporaryDir, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from kiosk.private_file import write_private

log = structlog.get_logger(__name__)

LARGEST = 32 * 1024 * 1024
"""Bytes of a file that is read; no picture or list of keys is larger."""

_LONGEST_MAILTO = 2000
"""Characters of an address that Windows hands to a program."""
_OWNER = QFileDevice.Permission.ReadOwner | QFileDevice.Permission.WriteOwner


class Disk:
    """File dialogs, whole writes and printing. Printed files are deleted when the kiosk ends.

    ``folder`` is where the desk keeps what was chosen on it; without one that ends with the kiosk.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._kept: dict[str, str] = {}
        self._printed: QTemporaryDir | None = None

    def choose(self, window: QWidget, name: str, kinds: str) -> Path | None:
        """Ask where to save a file; None if cancelled. ``kinds`` is a filter in Qt's form."""
        chosen, _ = QFileDialog.getSaveFileName(window, "", name, kinds)
        return Path(chosen) if chosen else None

    def pick(self, window: QWidget, kinds: str) -> tuple[bytes | None, str]:
        """Ask for a file and ``read`` it. Returns None without a reason if none was chosen."""
        chosen, _ = QFileDialog.getOpenFileName(window, "", "", kinds)
        return self.read(Path(chosen)) if chosen else (None, "")

    def read(self, path: Path) -> tuple[bytes | None, str]:
        """Read a file of at most ``LARGEST`` bytes.

        Returns its bytes, or None and why it was not read.
        """
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        except OSError as error:
            return None, f"{path.name}: {error.strerror}"
        return data, ""

    def write(self, path: Path, data: bytes) -> str:
        """Write a whole file or nothing, for its owner only: most hold data of members.

        Returns why it failed, or an empty text.
        """
        file = QSaveFile(str(path))
        if not file.open(QIODevice.OpenModeFlag.WriteOnly):
            return file.errorString()
        file.setPermissions(_OWNER)  # also where the file was there, readable by others
        file.write(data)
        return "" if file.commit() else file.errorString()

    def remember(self, name: str, words: Sequence[str]) -> None:
        """Keep what was chosen on this desk; a failure to store it is logged."""
        self._kept[name] = "\n".join(words)
        if self._folder is None:
            return
        try:
            write_private(self._folder / f"{name}.txt", self._kept[name], secret=False)
        except OSError as error:
            log.warning("what was chosen cannot be stored", name=name, error=repr(error))

    def recall(self, name: str) -> list[str]:
        """Return what was kept by a name; nothing if there is none that can be read."""
        if name not in self._kept and self._folder is not None:
            with suppress(OSError, ValueError):
                self._kept[name] = (self._folder / f"{name}.txt").read_text(encoding="utf-8")
        return self._kept.get(name, "").split()

    def print(self, name: str, data: bytes) -> str:
        """Open a file in the program that prints it. Returns why it failed, or an empty text."""
        if self._printed is None:
            self._printed = QTemporaryDir()
        path = Path(self._printed.filePath(name))
        failure = self.write(path, data)
        if failure:
            return failure
        return "" if self.open(path) else path.name

    def write_mail(self, addresses: Sequence[str]) -> bool:
        """Open a mail with ``addresses`` as blind copies. Returns whether a program took it.

        False, too, if there are more than the programs of all systems take.
        """
        address = "mailto:?bcc=" + ",".join(quote(each, safe="@") for each in addresses)
        fits = len(address) <= _LONGEST_MAILTO
        return fits and QDesktopServices.openUrl(QUrl(address))

    def open(self, path: Path) -> bool:
        """Open a file as the desktop does. Returns whether a program took it."""
        return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
