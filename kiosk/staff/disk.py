"""Files that staff take away: where to, written whole or not at all, opened for printing."""

from pathlib import Path

from PySide6.QtCore import QIODevice, QSaveFile, QTemporaryDir, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget


class Disk:
    """The disk as staff use it. What is printed lies in a folder that goes with the kiosk."""

    def __init__(self) -> None:
        self._printed: QTemporaryDir | None = None

    def choose(self, window: QWidget, name: str, kinds: str) -> Path | None:
        """Ask where a file is to go; None if nowhere. ``kinds`` is a filter as Qt writes it."""
        chosen, _ = QFileDialog.getSaveFileName(window, "", name, kinds)
        return Path(chosen) if chosen else None

    def pick(self, window: QWidget, kinds: str) -> tuple[bytes | None, str]:
        """Ask for a file and read it: its bytes or None, and why it could not be read."""
        chosen, _ = QFileDialog.getOpenFileName(window, "", "", kinds)
        if not chosen:
            return None, ""
        try:
            return Path(chosen).read_bytes(), ""
        except OSError as error:
            return None, f"{Path(chosen).name}: {error.strerror}"

    def write(self, path: Path, data: bytes) -> str:
        """Write a file; answers why it could not be, or nothing. A former file stays then."""
        file = QSaveFile(str(path))
        if not file.open(QIODevice.OpenModeFlag.WriteOnly):
            return file.errorString()
        file.write(data)
        return "" if file.commit() else file.errorString()

    def print(self, name: str, data: bytes) -> str:
        """Open a file in the program that prints it; answers why that failed, or nothing."""
        if self._printed is None:
            self._printed = QTemporaryDir()
        path = Path(self._printed.filePath(name))
        fault = self.write(path, data)
        if fault:
            return fault
        return "" if self.open(path) else path.name

    def open(self, path: Path) -> bool:
        """Open a file as the desktop does; tells whether a program took it."""
        return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
