"""Zones, instants and short spellings that the tests of the rules share."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

TICK = timedelta(microseconds=1)
BERLIN = ZoneInfo("Europe/Berlin")

ODD_ZONES = (
    "Africa/Cairo",  # midnight missing in spring
    "America/Santiago",  # midnight missing in spring, 23:00 doubled in autumn
    "America/Havana",  # midnight missing in spring, doubled in autumn
    "America/St_Johns",  # went back over midnight at 00:01
    "America/Toronto",  # in 1919, 23:30 was followed by 00:30
    "Pacific/Apia",  # had no 30 December 2011
    "Pacific/Kiritimati",  # UTC+14
    "Asia/Kathmandu",  # UTC+05:45
    "Africa/Casablanca",  # clock changes around Ramadan
    "Europe/Berlin",
    "Etc/GMT+12",
    "UTC",
)

zones = st.sampled_from(ODD_ZONES).map(ZoneInfo)
days = st.dates(date(1900, 1, 3), date(2100, 12, 30))
instants = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - the zone is given beside it
    datetime(2080, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def utc(text: str) -> datetime:
    """Return the UTC instant that an ISO text without zone names."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
