"""Words, dates and times in the language of the desk.

Messages are marked by ``say("English {name}")``; the translations are gettext catalogues in
``resources/translations`` that are read as they are, without a build step.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import get_decimal_symbol

from resources.catalogue import LANGUAGES, catalogue


class Texts:
    """Says everything in one language. ``language`` is a tag such as ``de`` or ``de_AT``."""

    def __init__(self, language: str = "en") -> None:
        self.locale = _locale(language)
        self._catalogue = catalogue(self.locale.language)

    @property
    def right_to_left(self) -> bool:
        """Whether the language is written from right to left."""
        return self.locale.text_direction == "rtl"

    @property
    def decimal_point(self) -> str:
        """What stands between the whole and its parts in a number."""
        return str(get_decimal_symbol(self.locale))

    def say(self, message: str, /, **values: object) -> str:
        """Translate ``message`` and fill its named fields."""
        said = self._catalogue.gettext(message)
        return said.format(**values) if values else said

    def say_many(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Translate by number. Both forms may use ``{count}``."""
        return self._catalogue.ngettext(one, many, count).format(count=count, **values)

    def day(self, day: date) -> str:
        """Write a day as the language does, e.g. ``Oct 31, 2026`` or ``31.10.2026``."""
        return format_date(day, format="medium", locale=self.locale)

    def local_day(self, moment: datetime, zone: str) -> str:
        """Write the day that ``moment`` falls on in the time zone ``zone``."""
        return self.day(moment.astimezone(ZoneInfo(zone)).date())

    def clock(self, moment: datetime, zone: str) -> str:
        """Write the time of day in ``zone`` to the minute, e.g. ``9:12 AM`` or ``09:12``."""
        local = moment.astimezone(ZoneInfo(zone))
        return format_time(local.time(), format="short", locale=self.locale)


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
