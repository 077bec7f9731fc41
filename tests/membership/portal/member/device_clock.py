"""A device whose clock is wrong, or is set while a page is open, or which sleeps meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from tests.membership.browsing import Browser
from tests.membership.support import Service

_DEVICE = """(() => {
  const Real = Date, steady = performance.now.bind(performance), wait = setTimeout;
  const device = { ahead: %(ahead)d, asleep: 0, hidden: false };
  window.Date = class Date extends Real {
    constructor(...given) { super(...(given.length ? given : [Real.now() + device.ahead])); }
    static now() { return Real.now() + device.ahead; }
  };
  performance.now = () => steady() - device.asleep;
  Object.defineProperty(Document.prototype, "visibilityState", {
    get: () => (device.hidden ? "hidden" : "visible"),
  });
  // Pages look every three seconds whether something was paid.
  window.setTimeout = (work, ms, ...more) => wait(work, ms === 3000 ? 100 : ms, ...more);
  window.device = {
    set(ms) { device.ahead += ms; },
    hide(hidden) {
      device.hidden = hidden;
      document.dispatchEvent(new Event("visibilitychange"));
    },
    sleep(ms) { device.ahead += ms; device.asleep += ms; },
  };
})();"""
_REAL_NOW = "return new Date().getTime()"


@contextmanager
def device_off_by(browser: Browser, service: Service, off: timedelta) -> Iterator[None]:
    """Let all pages see a device's clock that differs by ``off`` from the service's."""
    browser.get("about:blank")
    real = int(browser.execute_script(_REAL_NOW))
    ahead = int(1000 * (service.clock().timestamp() + off.total_seconds())) - real
    script = {"source": _DEVICE % {"ahead": ahead}}
    add, remove = (f"Page.{verb}ScriptToEvaluateOnNewDocument" for verb in ("add", "remove"))
    added: dict[str, Any] = browser.execute_cdp_cmd(add, script)
    try:
        yield
    finally:
        browser.execute_cdp_cmd(remove, added)
        browser.get("about:blank")
