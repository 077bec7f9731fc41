"""All plans with what they cost, who has them and what they allow; and the permissions."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.pages.columns import Columns
from kiosk.staff.pages.flow import FlowLayout
from kiosk.staff.pages.parts import Section, label
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.plans import PermissionRow, PlanRow, carried_words
from kiosk.style import XS, L, M, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel


class PlansPage(PageView):
    """Shows plans and permissions; a plan opens by a click anywhere on it."""

    new_plan = Signal()
    opened = Signal(object)
    """Id of a plan."""
    renamed = Signal(str)
    """Key of a permission."""
    deleted = Signal(str)
    """Key of a permission."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        self.new_button = QPushButton(texts.say("New plan …"))
        self.new_button.setObjectName("primary")
        self.new_button.clicked.connect(self.new_plan)
        self.plan_lines: list[PlanLine] = []
        self.permission_lines: list[PermissionLine] = []
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = QHBoxLayout()
        head.addWidget(label(texts.say("Plans"), "name", wraps=False), 1)
        head.addWidget(self.new_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(head)
        layout.addWidget(self.message)
        layout.addWidget(self._scroll, 1)

    def show_plans(
        self,
        plans: Sequence[PlanRow],
        permissions: Sequence[PermissionRow],
        *,
        may_change: bool,
        note: str = "",
    ) -> None:
        """Show the lists; ``note`` says how many plans are left out."""
        say = self._texts.say
        self.new_button.setVisible(may_change)
        self.plan_lines = [PlanLine(row, self._texts, may_change=may_change) for row in plans]
        for line in self.plan_lines:
            line.opened.connect(self.opened)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(L)
        left.addWidget(self._listed(say("ON SALE"), archived=False, note=note))
        if any(line.row.archived for line in self.plan_lines):
            left.addWidget(self._listed(say("NO LONGER SOLD"), archived=True))
        left.addStretch()
        right.addWidget(self._permissions(permissions, may_change=may_change))
        right.addStretch()
        self._scroll.setWidget(Columns(left, right, spacing=L, shares=(3, 2)))

    def _listed(self, title: str, *, archived: bool, note: str = "") -> Section:
        section = Section(title)
        lines = [line for line in self.plan_lines if line.row.archived is archived]
        for line in lines:
            section.add(line)
        if not lines:
            section.add(label(self._texts.say("No plan yet."), "muted"))
        if note:
            section.add(label(note, "muted"))
        return section

    def _permissions(self, rows: Sequence[PermissionRow], *, may_change: bool) -> Section:
        section = Section(self._texts.say("PERMISSIONS"))
        self.permission_lines = []
        for row in rows:
            line = PermissionLine(row, self._texts, may_change=may_change)
            line.rename_button.clicked.connect(lambda _on, key=row.key: self.renamed.emit(key))
            line.delete_button.clicked.connect(lambda _on, key=row.key: self.deleted.emit(key))
            self.permission_lines.append(line)
            section.add(line)
        if not rows:
            section.add(label(self._texts.say("Plans have no permissions yet."), "muted"))
        return section


class PlanLine(QFrame):
    """A plan in the list."""

    opened = Signal(object)
    """Id."""

    def __init__(self, row: PlanRow, texts: Texts, *, may_change: bool) -> None:
        super().__init__()
        self.setObjectName("line")
        self.row, self._opens = row, may_change
        self.open_button = QPushButton(texts.say("Edit …"))
        self.open_button.setAccessibleName(f"{texts.say('Edit …')} {row.name}")
        self.open_button.clicked.connect(lambda: self.opened.emit(row.id))
        self.tags = [PlainLabel(words, "tag") for words in row.permissions]
        head = QHBoxLayout()
        head.setSpacing(M)
        head.addWidget(label(row.name, "strong"), 1)
        head.addWidget(PlainLabel(row.price, "strong"), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(XS)
        words.addLayout(head)
        if row.who:
            words.addWidget(label(row.who, "muted"))
        if self.tags:
            box = QWidget()
            flow = FlowLayout(box, spacing=XS + 2)
            for tag in self.tags:
                flow.addWidget(tag)
            words.addWidget(box)
        line = QHBoxLayout(self)
        line.setContentsMargins(M, S, S, S)
        line.setSpacing(M)
        line.addLayout(words, 1)
        line.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignTop)
        self.open_button.setVisible(may_change)
        if may_change:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the plan."""
        here = self.rect().contains(event.position().toPoint())
        if self._opens and here and event.button() is Qt.MouseButton.LeftButton:
            self.opened.emit(self.row.id)


class PermissionLine(QFrame):
    """A permission in the list, with the plans that carry it."""

    def __init__(self, row: PermissionRow, texts: Texts, *, may_change: bool) -> None:
        super().__init__()
        self.setObjectName("line")
        self.row = row
        say = texts.say
        self.rename_button = QPushButton(say("Rename …"))
        self.delete_button = QPushButton(say("Delete …"))
        head = QHBoxLayout()
        head.setSpacing(XS)
        head.addWidget(label(row.label, "strong"), 1)
        for button in (self.rename_button, self.delete_button):
            button.setObjectName("link")
            button.setAccessibleName(f"{button.text()} {row.label}")
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(M, S, S, S)
        column.setSpacing(0)
        column.addLayout(head)
        for button in (self.rename_button, self.delete_button):
            button.setVisible(may_change)
        column.addWidget(label(carried_words(row, texts), "muted"))
