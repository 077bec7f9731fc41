"""Words, dates and times in the language of the desk.

Messages are marked by ``say("English {name}")``; the translations are gettext catalogues in
``resources/translations`` that are read as they are, without a build step.
"""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import get_decimal_symbol

from resources.catalogue import LANGUAGES, catalogue

_BREAKS = re.compile("[\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029]")
_UNSEEN = re.compile(
    "[\\x00-\\x08\\x0e-\\x1b\\x1f\\x7f-\\x84\\x86-\\x9f\\xad\\u061c\\u180e\\u200e\\u200f\\u202a-\\u202e"
    "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\U000e0000-\\U000e007f]"
)


def as_shown(text: str) -> str:
    """Return a text without characters that make it look like another one.

    Line breaks but the plain one become spaces; control characters, marks of direction and other
    invisible characters are left out. Names that were stored before such were refused may have
    them.
    """
    return _UNSEEN.sub("", _BREAKS.sub(" ", text))


class Texts:
    """Translates into one language. ``language`` is a tag such as ``de`` or ``de_AT``.

    Raises ValueError for a tag that is invalid or has no catalogue.
    """

    def __init__(self, language: str = "en") -> None:
        self.locale = _locale(language)
        self._catalogue = catalogue(self.locale.language)

    @property
    def right_to_left(self) -> bool:
        """Whether the language is written from right to left."""
        return self.locale.text_direction == "rtl"

    @property
    def decimal_point(self) -> str:
        """The decimal sign of the language."""
        return str(get_decimal_symbol(self.locale))

    def say(self, message: str, /, **values: object) -> str:
        """Return the translation of ``message`` with its named fields filled in."""
        said = self._catalogue.gettext(message)
        return said.format(**values) if values else said

    def say_many(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return the plural form for ``count``, translated. Both forms may use ``{count}``."""
        return self._catalogue.ngettext(one, many, count).format(count=count, **values)

    def day(self, day: date) -> str:
        """Format a day, e.g. ``Oct 31, 2026`` or ``31.10.2026``."""
        return format_date(day, format="medium", locale=self.locale)

    def short_day(self, day: date, today: date) -> str:
        """Format a day as ``Nov 6`` or ``6. Nov.``, with the year unless it is that of today."""
        skeleton = "MMMd" if day.year == today.year else "yMMMd"
        return format_skeleton(skeleton, day, locale=self.locale)

    def local_day(self, moment: datetime, zone: str) -> str:
        """Format the day of ``moment`` in the time zone ``zone`` (IANA name)."""
        return self.day(moment.astimezone(ZoneInfo(zone)).date())

    def clock(self, moment: datetime, zone: str) -> str:
        """Format the time of day in ``zone`` to the minute, e.g. ``9:12 AM`` or ``09:12``."""
        local = moment.astimezone(ZoneInfo(zone))
        return format_time(local.time(), format="short", locale=self.locale)


def capitalized(words: str) -> str:
    """Return words that begin with a capital, as those that stand alone do."""
    return words[:1].upper() + words[1:]


def _locale(language: str) -> Locale:
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError) as error:
        raise ValueError(f"{language!r} is no language tag such as 'en' or 'de_AT'.") from error
    if locale.language not in LANGUAGES:
        raise ValueError(
            f"There is no translation for {language!r}; there is {', '.join(LANGUAGES)}."
        )
    return locale
