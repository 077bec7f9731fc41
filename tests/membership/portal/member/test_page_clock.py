"""The service's clock as a page knows it, whatever happens to the device while the page is open."""

import random
import re
from typing import Any

import pytest

import resources
from tests.membership.browsing import Browser, needs_browser
from tests.membership.support import Service

WEB = resources.path("web")
SCRIPTS = sorted(
    str(path.relative_to(WEB))
    for path in WEB.rglob("*.js")
    if path.name != "clock.js" and "vendor" not in path.parts
)


@pytest.mark.parametrize("path", SCRIPTS)
def test_no_script_reads_the_device_s_clock(path: str) -> None:
    script = (WEB / path).read_text()
    assert re.findall(r"Date\.now|new Date\(\s*\)|timeOrigin|[^.\w]Date\(\)", script) == []


# Runs a story of an open page: what happens, and how long it takes. Returns what was wrong.
STORY = """const [address, story, done] = arguments;
import(address).then(({ clockOf }) => {
  const real = { time: 1_800_000_000_000, steady: 5_000, wall: 1_800_000_000_000 + story.off };
  let hidden = false;
  const clock = clockOf({
    steady: () => real.steady, wall: () => real.wall, isHidden: () => hidden,
  });
  const pass = (ms) => { real.time += ms; real.steady += ms; real.wall += ms; };
  const sleep = (ms) => { real.time += ms; real.wall += ms; };
  const isoNow = () => new Date(real.time).toISOString();
  const wrong = [];
  let bound = Infinity, jumped = false;
  const happens = {
    wait: pass,
    pocket: (ms) => { hidden = true; clock.tick(); sleep(ms); hidden = false; clock.tick(); },
    lid: (ms) => { sleep(ms); clock.tick(); bound = Infinity; jumped = true; },
    doze: (ms) => {
      for (let at = 0; at < ms; at += 900) { sleep(900); pass(5_000); clock.tick(); }
      bound = Infinity; jumped = true;
    },
    set: (ms) => { real.wall += ms; clock.tick(); },
  };
  (async () => {
    for (const { what, ms, back } of story.events) {
      if (what === "answer") {
        let text;
        await clock.timed(async () => {
          pass(ms);
          text = isoNow();
          pass(back);
          return { headers: new Map([["Server-Time", text]]) };
        });
        bound = Math.min(bound, (ms + back) * (jumped ? 1 : 0.5) + 1);
      } else happens[what](ms);
      const off = Math.abs(clock.now() - real.time);
      if (off > bound) wrong.push({ what, ms, back, off, bound });
      if (what === "answer" && !clock.isSure()) wrong.push("unsure after an answer");
      if (["lid", "doze"].includes(what) && clock.isSure()) wrong.push(`sure after ${what}`);
    }
    return wrong;
  })().then(done, (error) => done([String(error)]));
});"""
HAPPENINGS = {
    "answer": (0, 20_000),
    "wait": (0, 3_600_000),
    "pocket": (2_000, 8 * 3_600_000),
    "lid": (2_000, 8 * 3_600_000),
    "doze": (2_000, 60_000),
    "set": (-400 * 86_400_000, 400 * 86_400_000),
}


def story(chance: random.Random) -> dict[str, Any]:
    """What may happen to a page that stays open, as milliseconds; answers are slow both ways."""
    events = []
    for what in chance.choices(list(HAPPENINGS), [5, 3, 1, 1, 1, 1], k=25):
        slow = 20_000 if chance.random() < 0.3 else 300
        back = chance.randint(0, slow)
        ms = chance.randint(0, slow) if what == "answer" else chance.randint(*HAPPENINGS[what])
        events.append({"what": what, "ms": ms, "back": back})
    return {"off": chance.randint(-400 * 86_400_000, 400 * 86_400_000), "events": events}


@needs_browser
def test_the_clock_of_a_page_is_never_worse_than_its_best_answer(
    browser: Browser, local_service: Service
) -> None:
    browser.get(f"{local_service.url}/staff/set-password")
    address = f"{local_service.url}/join/clock.js"
    chance = random.Random(15)
    for _ in range(60):
        told = story(chance)
        assert browser.execute_async_script(STORY, address, told) == [], told


# Takes over an offset of another visit or tab. Returns how far the clock is off the device's then.
TAKEN_OVER = """const [address, how, offset, done] = arguments;
import(address).then(({ clockOf }) => {
  const clock = clockOf({ steady: () => 5_000, wall: () => 1_800_000_000_000 });
  clock[how](offset === "none" ? undefined : offset);
  done([clock.offset(), clock.isSure()]);
}, (error) => done([String(error)]));"""


@needs_browser
def test_an_offset_that_was_not_stored_is_not_taken_over(
    browser: Browser, local_service: Service
) -> None:
    browser.get(f"{local_service.url}/staff/set-password")
    address = f"{local_service.url}/join/clock.js"
    for how, offset, expected in (
        ("presume", 7_000, [7_000, False]),
        ("presume", "none", [0, False]),
        ("presume", None, [0, False]),
        ("adopt", 7_000, [7_000, True]),
        ("adopt", "none", [0, False]),
        ("adopt", None, [0, False]),
    ):
        found = browser.execute_async_script(TAKEN_OVER, address, how, offset)
        assert found == expected, (how, offset)
