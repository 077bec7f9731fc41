"""A field for a day, written as the language of the desk writes it."""

from datetime import date

from PySide6.QtCore import QDate, QLocale
from PySide6.QtWidgets import QDateEdit


def day_field(day: date, locale: QLocale) -> QDateEdit:
    """Ask for a day: typed, or chosen in a calendar."""
    field = QDateEdit(QDate(day.year, day.month, day.day))
    field.setLocale(locale)
    field.setDisplayFormat(locale.dateFormat(QLocale.FormatType.ShortFormat))
    field.setCalendarPopup(True)
    return field


def day_of(field: QDateEdit) -> date:
    """The day that is in the field."""
    day = field.date()
    return date(day.year(), day.month(), day.day())
