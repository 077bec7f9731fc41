"""Bills, receipts and the export in a real browser."""

import json
from pathlib import Path

from tests.membership.browsing import (
    needs_browser,
    screenshot,
)
from tests.membership.me.visitor import OwnPage
from tests.membership.support import Service

pytestmark = needs_browser


BILLS = """
const told = {
  "/me/invoices": {items: [
    {id: "i1", number: "2027-001", plan: "Gold", amount_minor: 4900, currency: "EUR",
     amount: "€49.00", status: "paid", created_at: "2027-03-01T10:00:00Z", period_start: null,
     period_end: null, refunded_minor: 1205, disputed: true}]},
  "/me/subscriptions": {items: [
    {membership_id: "%s", plan: "Gold", status: "active", paid_until: "2027-04-01T10:00:00Z",
     portal: true, cancels_at: null, renews: true, can_cancel: true, can_resume: false}]},
};
const sent = window.sent = [];
const real = window.fetch;
window.fetch = async (url, options) => {
  const path = "/me/" + String(url).split("/me/").pop().split("?")[0];
  if (path in told) return new Response(JSON.stringify(told[path]));
  if (!/invoices|cancel|resume|portal/.test(path)) return real(url, options);
  sent.push(options.method + " " + path);
  if (path.endsWith("/link")) return new Response('{"url": "javascript:alert(1)"}');
  const one = told["/me/subscriptions"].items[0];
  const off = path.endsWith("cancel");
  return new Response(JSON.stringify({...one, cancels_at: off ? one.paid_until : null,
    renews: !off, can_cancel: !off, can_resume: off}));
};
"""


def test_bills_are_shown_and_a_membership_is_cancelled_and_kept(
    page: OwnPage, near_club: Service, amara_here: str
) -> None:
    gold = next(
        each["id"]
        for each in near_club.get("/v1/memberships", customer_id=amara_here)["items"]
        if each["plan"] == "Gold"
    )
    added = page.browser.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument", {"source": BILLS % gold}
    )
    page.open()
    page.log_in()
    page.shows("#part-invoices", "€49.00", "Paid", "€12.05 refunded", "Disputed with the bank")
    page.shows("#part-memberships", "Paid until April 1, 2027, and then renewed by itself.")
    page.press("Cancel")
    page.shows("#part-memberships", "It stays good until April 1, 2027")
    page.press("Keep it")
    page.press("Cancel")
    screenshot(page.browser, "cancel")
    page.press("Yes, cancel")
    page.shows("#part-memberships", "Cancelled. It ends on April 1, 2027.", "It is cancelled.")
    page.press("Keep it after all")
    page.shows("#part-memberships", "It goes on.", "and then renewed by itself.")
    page.press("Open invoice 2027-001")
    page.shows("#part-invoices", "That did not work.")
    assert page.run("return sent") == [
        f"POST /me/memberships/{gold}/cancel",
        f"POST /me/memberships/{gold}/resume",
        "POST /me/invoices/i1/link",
    ]
    assert len(page.browser.window_handles) == 1
    page.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def test_files_are_saved(
    page: OwnPage, near_club: Service, amara_here: str, tmp_path: Path
) -> None:
    told = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.browser.execute_cdp_cmd("Browser.setDownloadBehavior", told)
    page.open()
    page.log_in()
    page.press("Receipt R-000001 (PDF)")
    page.until((tmp_path / "R-000001.pdf").exists)
    page.press("Download my data")
    saved = tmp_path / f"{near_club.tenant.slug}-personal-data.json"
    page.until(saved.exists)
    page.shows("#part-personal", "The file was downloaded.")
    assert json.loads(saved.read_bytes())["customer_id"] == amara_here
