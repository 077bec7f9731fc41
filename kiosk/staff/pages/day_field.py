"""A field for a day, in the format of the desk's language."""

from datetime import date

from PySide6.QtCore import QDate, QLocale
from PySide6.QtWidgets import QDateEdit


def day_field(day: date, locale: QLocale) -> QDateEdit:
    """Return a field for a day that can be typed or chosen in a calendar."""
    field = QDateEdit(QDate(day.year, day.month, day.day))
    field.setLocale(locale)
    field.setDisplayFormat(locale.dateFormat(QLocale.FormatType.ShortFormat))
    field.setCalendarPopup(True)
    return field


def day_of(field: QDateEdit) -> date:
    """Return the day in a field."""
    day = field.date()
    return date(day.year(), day.month(), day.day())
