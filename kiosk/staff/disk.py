"""Files that staff save, choose or print."""

import errno
import os
from pathlib import Path

from PySide6.QtCore import QFileDevice, QIODevice, QSaveFile, QTemporaryDir, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

LARGEST = 32 * 1024 * 1024
"""Bytes of a file that is read; no picture or list of keys is larger."""

_OWNER = QFileDevice.Permission.ReadOwner | QFileDevice.Permission.WriteOwner


class Disk:
    """File dialogs, whole writes and printing. Printed files are deleted when the kiosk ends."""

    def __init__(self) -> None:
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

    def print(self, name: str, data: bytes) -> str:
        """Open a file in the program that prints it. Returns why it failed, or an empty text."""
        if self._printed is None:
            self._printed = QTemporaryDir()
        path = Path(self._printed.filePath(name))
        failure = self.write(path, data)
        if failure:
            return failure
        return "" if self.open(path) else path.name

    def open(self, path: Path) -> bool:
        """Open a file as the desktop does. Returns whether a program took it."""
        return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
