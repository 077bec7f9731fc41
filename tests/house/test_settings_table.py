"""The page of the settings is up to date and leaves none out."""

import re

from kiosk.settings import KioskSettings
from membership.base.settings import ServiceSettings
from tools.settings_table import PAGE, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.settings_table"


def test_every_setting_is_there_with_a_meaning() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", page(), re.MULTILINE))
    wanted = {f"WALLETDESK_{name.upper()}" for name in ServiceSettings.model_fields}
    wanted |= {f"WALLETDESK_KIOSK_{name.upper()}" for name in KioskSettings.model_fields}
    assert set(rows) == wanted
    assert all(len(meaning) > 10 for meaning in rows.values())
