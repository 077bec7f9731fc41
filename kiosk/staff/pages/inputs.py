"""Inputs that change by a key or a click meant for them, and never by a wheel in passing."""

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtGui import QTextCharFormat, QWheelEvent
from PySide6.QtWidgets import (
    QCalendarWidget,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kiosk.staff.words.typed_days import EXAMPLE, Years, day_in_words, readings, typed_day
from kiosk.style import XS, S
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

_LONGEST_DAY = 40
_LEAST_CHOICE = 12
"""Characters of a choice that are always seen."""


class Choice(QComboBox):
    """A choice of values with labels. The wheel scrolls the page, not the choice."""

    def __init__(self, options: Sequence[tuple[object, str]] = ()) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # As wide as it is laid out: a long name is cut, and does not widen the form.
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_LEAST_CHOICE)
        self.options: tuple[tuple[object, str], ...] = ()
        """Value and label of each."""
        self.set_options(options)

    @property
    def chosen(self) -> object:
        """The value of the option that is shown; None if there are no options."""
        return self.currentData(Qt.ItemDataRole.UserRole)

    def setAccessibleName(self, name: str) -> None:
        """Name the choice, in its description too: Qt reads what is chosen as the name."""
        super().setAccessibleName(name)
        self.setAccessibleDescription(name)

    def set_options(self, options: Sequence[tuple[object, str]]) -> None:
        """Replace all options: value and label."""
        self.options = tuple(options)
        self.clear()
        for value, words in options:
            self.addItem(words, value)

    def offers(self, value: object) -> bool:
        """Return whether an option has this value."""
        role = Qt.ItemDataRole.UserRole
        return any(self.itemData(index, role) == value for index in range(self.count()))

    def choose(self, value: object) -> None:
        """Choose an option by its value. Raises LookupError if there is none with it."""
        for index in range(self.count()):
            if self.itemData(index, Qt.ItemDataRole.UserRole) == value:
                self.setCurrentIndex(index)
                return
        raise LookupError(f"no option has the value {value!r}")

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what the choice lies on."""
        event.ignore()


class OwnField(QWidget):
    """Base of inputs that are made of several widgets; their value is a text.

    ``value`` is what a form sends, ``fill`` takes it back. The focus goes to the focus proxy.
    """

    edited = Signal()
    """The value, or what will become of it, was changed."""

    def setAccessibleName(self, name: str) -> None:
        """Name what has the focus, too."""
        super().setAccessibleName(name)
        if (focused := self.focusProxy()) is not None:
            focused.setAccessibleName(name)

    def setAccessibleDescription(self, words: str) -> None:
        """Describe what has the focus, too."""
        super().setAccessibleDescription(words)
        if (focused := self.focusProxy()) is not None:
            focused.setAccessibleDescription(words)

    @property
    def value(self) -> str:
        """The value, as a text."""
        raise NotImplementedError

    def fill(self, text: str) -> None:
        """Show a value that was entered before."""
        raise NotImplementedError


class DayField(QWidget):
    """A day: typed as one text that is read as a whole, or chosen in a calendar.

    The day is written out beside what was typed; where day and month can change places, a button
    takes the other reading. ``optional``: it may be left empty. ``years``: which year is meant
    where it is not typed, seen from ``today``, by default this PC's.
    """

    changed = Signal()
    """The text was changed, by hand or by ``set_day``."""
    opened = Signal()
    """The calendar was opened, below the line."""

    def __init__(
        self,
        texts: Texts,
        day: date | None = None,
        *,
        optional: bool = False,
        years: Years = Years.NEAREST,
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__()
        self._texts, self._optional, self._years, self._today = texts, optional, years, today
        self._other: date | None = None
        self._settled = ""
        self.line = QLineEdit()
        self.line.setMaxLength(_LONGEST_DAY)
        self.line.setPlaceholderText(typed_day(EXAMPLE, texts))
        self.words = PlainLabel("", "muted")
        self.other_button = QPushButton()
        self.other_button.setObjectName("link")
        self.other_button.hide()
        self.calendar_button = QPushButton()
        self.calendar_button.setObjectName("calendar")
        self.calendar_button.setAccessibleName(texts.say("Calendar"))
        self._calendar: QCalendarWidget | None = None
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.line, 1)
        row.addWidget(self.calendar_button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(XS)
        self._column.addLayout(row)
        read = QHBoxLayout()
        read.setSpacing(S)
        read.addWidget(self.words)
        read.addWidget(self.other_button)
        read.addStretch()
        self._column.addLayout(read)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self._on_text)
        self.calendar_button.clicked.connect(self._toggle_calendar)
        self.other_button.clicked.connect(self._on_other)
        self.set_day(day)

    @property
    def day(self) -> date | None:
        """The day, or None if the field is empty or ``problem`` says why it is not read."""
        read = self._readings()
        return read[0] if read else None

    @property
    def problem(self) -> str:
        """Why the text is no day, as a sentence; empty if there is nothing wrong with it."""
        if self.day is not None or (self._optional and not self.line.text().strip()):
            return ""
        say, example = self._texts.say, typed_day(EXAMPLE, self._texts)
        if not self.line.text().strip():
            return say("Please enter a day, such as {example}.", example=example)
        return say(
            "“{text}” is not clearly a day. Enter it such as {example}.",
            text=self.line.text().strip(),
            example=example,
        )

    def set_day(self, day: date | None) -> None:
        """Show a day, or with None an empty field."""
        self._settled = "" if day is None else typed_day(day, self._texts)
        self.line.setText(self._settled)
        self._on_text()

    def setAccessibleName(self, name: str) -> None:
        """Name the line, which has the focus."""
        super().setAccessibleName(name)
        self.line.setAccessibleName(name)
        self.calendar_button.setAccessibleName(f"{self._texts.say('Calendar')} {name}")

    def open_calendar(self) -> QCalendarWidget:
        """Open a calendar below the line, at its day. Returns it."""
        calendar = QCalendarWidget()
        calendar.setDateEditEnabled(False)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setLocale(QLocale(str(self._texts.locale)))
        for each in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            # Qt's own red of a weekend cannot be read in the dark, and looks like an error.
            calendar.setWeekdayTextFormat(each, QTextCharFormat())
        day = self.day
        if day is not None:
            calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        calendar.activated.connect(self._on_chosen)
        calendar.clicked.connect(self._on_chosen)
        self._column.addWidget(calendar)
        calendar.setFocus(Qt.FocusReason.OtherFocusReason)
        self._calendar = calendar
        self.opened.emit()
        return calendar

    def close_calendar(self) -> None:
        """Close the calendar, if it is open."""
        calendar, self._calendar = self._calendar, None
        if calendar is not None:
            calendar.hide()
            calendar.deleteLater()
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _toggle_calendar(self) -> None:
        if self._calendar is None:
            self.open_calendar()
        else:
            self.close_calendar()

    def _on_chosen(self, chosen: QDate) -> None:
        self.set_day(date(chosen.year(), chosen.month(), chosen.day()))
        self.close_calendar()

    def _readings(self) -> tuple[date, ...]:
        """Return what the text may mean; a day that was chosen means itself only."""
        read = readings(self.line.text(), self._texts, self._today(), self._years)
        return read[:1] if self.line.text() == self._settled else read

    def _on_other(self) -> None:
        """Take the other reading, which then has no other one."""
        self.set_day(self._other)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_text(self) -> None:
        say, read = self._texts.say, self._readings()
        self._other = read[1] if len(read) > 1 else None
        if read:
            self.words.setText(day_in_words(read[0], self._texts))
        else:
            # While something is typed, what is missing is a hint and no fault yet.
            self.words.setText(say("Not yet a day.") if self.line.text().strip() else "")
        if self._other is not None:
            other = day_in_words(self._other, self._texts)
            self.other_button.setText(say("Or {day}?", day=other))
        self.other_button.setVisible(self._other is not None)
        self.words.setVisible(bool(self.words.text()))
        self.changed.emit()
