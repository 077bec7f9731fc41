"""The column beside the verdict: camera picture, search, recent visits or search results."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QStackedWidget, QVBoxLayout

from kiosk.style import M, S, Theme
from kiosk.texts import Texts

from .plain_label import PlainLabel
from .preview import PreviewView
from .rows import ROW, Row, RowDelegate

_TYPING_PAUSE_MS = 120
_NOTICE_MS = 8000


class RowList(QListView):
    """A list of rows whose selection is moved from the search box with the arrow keys."""

    def __init__(self, delegate: RowDelegate) -> None:
        super().__init__()
        self._rows = QStandardItemModel(self)
        self.setModel(self._rows)
        self.setItemDelegate(delegate)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Replace all rows."""
        self._rows.clear()
        for row in rows:
            item = QStandardItem(f"{row.name}, {row.below}")
            item.setData(row, ROW)
            self._rows.appendRow(item)

    def rows(self) -> list[Row]:
        """Return the rows from the top."""
        return [self._rows.item(index).data(ROW) for index in range(self._rows.rowCount())]

    def move_by(self, step: int) -> None:
        """Move the selection by ``step`` rows, stopping at both ends."""
        count = self._rows.rowCount()
        if count:
            now = self.currentIndex().row()
            self.setCurrentIndex(self._rows.index(max(0, min(now + step, count - 1)), 0))

    def clear_choice(self) -> None:
        """Select nothing."""
        self.selectionModel().clear()

    def chosen(self) -> Row | None:
        """Return the selected row, if any."""
        index = self.currentIndex()
        row: Row | None = index.data(ROW) if index.isValid() else None
        return row


class SidePanel(QFrame):
    """The column beside the verdict."""

    search_wanted = Signal(str)
    """Text to search for, emitted when typing pauses."""
    noticed = Signal(str)
    """A sentence that is shown for some seconds."""
    offering = Signal(bool)
    """Whether there are people to choose from."""
    picked = Signal(str, bool)
    """Id of the customer that was chosen, and whether they were seen in the list before."""
    visit_opened = Signal(str)
    """Id of the visit that was chosen in the list of recent ones."""

    def __init__(self, theme: Theme, texts: Texts, picture_painted: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("side")
        self._texts = texts
        self._delegate = RowDelegate(theme)
        self.preview = PreviewView(theme, picture_painted)
        self.search = QLineEdit()
        self.search.setPlaceholderText(texts.say("Name, number, email or phone  (Ctrl+F)"))
        self.search.setAccessibleName(texts.say("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.setProperty("search", True)
        self._picks = ""
        self._offered = ""
        self._doubted = False
        self.search.setMaxLength(200)
        self.section = PlainLabel("", "section")
        self.notice = PlainLabel("", "strong", wraps=True)
        self.notice.hide()
        self._notice_over = QTimer(self)
        self._notice_over.setSingleShot(True)
        self._notice_over.setInterval(_NOTICE_MS)
        self._notice_over.timeout.connect(self.notice.hide)
        self.visits = RowList(self._delegate)
        self.hits = RowList(self._delegate)
        self.message = PlainLabel("", "empty", wraps=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._lists = QStackedWidget()
        for widget in (self.visits, self.hits, self.message):
            self._lists.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(M - 4, M - 4, M - 4, S)
        layout.setSpacing(S + 2)
        for part in (self.preview, self.search, self.notice, self.section):
            layout.addWidget(part)
        layout.addWidget(self._lists, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.search.textChanged.connect(self._on_typed)
        self.search.installEventFilter(self)
        self.hits.clicked.connect(lambda: self._choose(seen=True))
        self.visits.clicked.connect(self._open_visit)
        self.visits.setAccessibleName(texts.say("Recent visits"))
        self.hits.setAccessibleName(texts.say("Found"))
        self.show_visits(())

    def show_visits(self, rows: Sequence[Row]) -> None:
        """Show recent visits, unless a search is going on."""
        self.visits.show_rows(rows)
        if not self.search.text().strip():
            self._show_list()

    def show_hits(self, text: str, rows: Sequence[Row], *, more: bool = False) -> None:
        """Show the results for ``text``, if it is still the searched text.

        ``more``: there are others, which a longer text finds.
        """
        if text != self.search.text().strip():
            return
        say = self._texts.say
        self.section.setText(
            say("THE FIRST {count} FOUND · TYPE MORE", count=len(rows)) if more else say("FOUND")
        )
        if rows:
            self.hits.show_rows(rows)
            self._lists.setCurrentWidget(self.hits)
            self.hits.move_by(1)
            if self._picks == text and len(rows) == 1 and not more:
                self._choose(seen=False)
            self._picks = ""
        else:
            self._say(self._texts.say("Nobody found for “{text}”.", text=text))

    def offer(self, text: str, rows: Sequence[Row]) -> None:
        """Show people to choose from, as if ``text`` had been searched, until ``withdraw``."""
        self.search.setText(text)
        self._pause.stop()
        self._offered = self.search.text()
        self.show_hits(self._offered.strip(), rows)
        self.offering.emit(True)

    def withdraw(self) -> None:
        """Remove the people who were offered, unless another text was typed meanwhile."""
        if self._offered and self.search.text() == self._offered:
            self.end_search()
        self._offered = ""
        self.offering.emit(False)

    def show_search_failure(self, text: str, sentence: str) -> None:
        """Show why the search for ``text`` failed."""
        if text == self.search.text().strip():
            self._say(sentence)

    def show_notice(self, sentence: str) -> None:
        """Show what became of a key that was pressed at the desk, for some seconds."""
        self.noticed.emit(sentence)
        self.notice.setText(sentence)
        self.notice.show()
        self._notice_over.start()

    def doubt(self) -> None:
        """Take the Enter that follows for a scanner's: whom it chooses nobody has looked at."""
        self._doubted = True

    def take_picture(self) -> None:
        """Show the camera's picture here, at the top."""
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.insertWidget(0, self.preview)

    def begin_search(self) -> None:
        """Put the cursor into the search box."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def end_search(self) -> bool:
        """Clear the search box. Returns False if it was empty."""
        had = bool(self.search.text())
        self.search.clear()
        self._doubted = False
        return had

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of ``theme``."""
        self.preview.set_theme(theme)
        self._delegate.set_theme(theme)
        self.visits.viewport().update()
        self.hits.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move the selection with the arrow keys, and choose with Enter."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            if event.key() in steps:
                shown = self.hits if self.search.text().strip() else self.visits
                shown.move_by(steps[Qt.Key(event.key())])
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    return False
                self._on_enter()
                return True
        return super().eventFilter(watched, event)

    def _on_typed(self, text: str) -> None:
        self.hits.show_rows(())
        self._picks = ""
        if text.strip():
            self._say(self._texts.say("Searching …"))
            self._pause.start()
        else:
            self._pause.stop()
            self._show_list()

    def _ask(self) -> None:
        text = self.search.text().strip()
        if text:
            self.search_wanted.emit(text)

    def _on_enter(self) -> None:
        """Choose the selected row; before the answer has come, the only one of exactly it."""
        doubted, self._doubted = self._doubted, False
        text = self.search.text().strip()
        if self.hits.chosen() is not None:
            self._choose(seen=not doubted)
        elif text and self._picks != text:
            self._picks = text
            self._pause.stop()
            self._ask()
        elif not text and not doubted:
            self._open_visit()

    def _open_visit(self) -> None:
        """Open the selected one of the recent visits, if any."""
        row = self.visits.chosen()
        if row is not None:
            self.visits.clear_choice()
            self.visit_opened.emit(row.key)

    def _choose(self, *, seen: bool) -> None:
        row = self.hits.chosen()
        if row is not None:
            self.end_search()
            self.picked.emit(row.key, seen)

    def _show_list(self) -> None:
        self.section.setText(self._texts.say("RECENT VISITS"))
        if self.visits.rows():
            self._lists.setCurrentWidget(self.visits)
        else:
            self.message.setText(self._texts.say("No visits yet."))
            self._lists.setCurrentWidget(self.message)

    def _say(self, sentence: str) -> None:
        self.section.setText(self._texts.say("FOUND"))
        self.message.setText(sentence)
        self._lists.setCurrentWidget(self.message)
