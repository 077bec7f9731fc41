"""A member in a row: photo, name, and what tells them apart from another of that name."""

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from kiosk.staff.pages.parts import label
from kiosk.staff.words.give import MemberWords
from kiosk.style import M, Paint, S
from kiosk.views.person_view import PhotoView

_PHOTO = 84
_INITIALS = Paint("#8f9cab", "#8f9cab")
"""Visible in the light and in the dark theme."""


class MemberRow(QFrame):
    """Shows a ``MemberWords``."""

    def __init__(self, words: MemberWords) -> None:
        super().__init__()
        self.setObjectName("line")
        self.words = words
        self.photo = PhotoView()
        self.photo.setFixedSize(_PHOTO, _PHOTO)
        self.photo.show_initials(words.initials, _INITIALS)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addStretch()
        column.addWidget(label(words.name, "strong"))
        column.addWidget(label(words.below, "muted"))
        column.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(S, S, M, S)
        row.setSpacing(M)
        row.addWidget(self.photo)
        row.addLayout(column, 1)

    def show_photo(self, path: str, photo: QPixmap) -> None:
        """Show a photo, if it is that of the member."""
        if path == self.words.photo_path:
            self.photo.show_photo(photo)
