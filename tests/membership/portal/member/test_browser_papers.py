"""Receipts and the export in a real browser."""

import json
from pathlib import Path

from tests.membership.browsing import needs_browser
from tests.membership.portal.member.visitor import OwnPage
from tests.membership.support import Service

pytestmark = needs_browser


def test_files_are_saved(
    page: OwnPage, near_club: Service, amara_here: str, tmp_path: Path
) -> None:
    told = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.browser.execute_cdp_cmd("Browser.setDownloadBehavior", told)
    page.come_in(amara_here)
    page.press("Receipt R-000001 (PDF)")
    page.until((tmp_path / "R-000001.pdf").exists)
    page.press("Download my data")
    saved = tmp_path / f"{near_club.tenant.slug}-personal-data.json"
    page.until(saved.exists)
    page.shows("#part-personal", "The file was downloaded.")
    assert json.loads(saved.read_bytes())["customer_id"] == amara_here
