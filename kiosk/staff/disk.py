"""Files that staff save, choose or print."""

from pathlib import Path

from PySide6.QtCore import QIODevice, QSaveFile, QTemporaryDir, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget


class Disk:
    """File dialogs, whole writes and printing. Printed files are deleted when the kiosk ends."""

    def __init__(self) -> None:
        self._printed: QTemporaryDir | None = None

    def choose(self, window: QWidget, name: str, kinds: str) -> Path | None:
        """Ask where to save a file; None if cancelled. ``kinds`` is a filter in Qt's form."""
        chosen, _ = QFileDialog.getSaveFileName(window, "", name, kinds)
        return Path(chosen) if chosen else None

    def pick(self, window: QWidget, kinds: str) -> tuple[bytes | None, str]:
        """Ask for a file and read it.

        Returns its bytes, or None where none was chosen or read, and why it could not be read.
        """
        chosen, _ = QFileDialog.getOpenFileName(window, "", "", kinds)
        if not chosen:
            return None, ""
        try:
            return Path(chosen).read_bytes(), ""
        except OSError as error:
            return None, f"{Path(chosen).name}: {error.strerror}"

    def write(self, path: Path, data: bytes) -> str:
        """Write a whole file or nothing. Returns why it failed, or an empty text."""
        file = QSaveFile(str(path))
        if not file.open(QIODevice.OpenModeFlag.WriteOnly):
            return file.errorString()
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
