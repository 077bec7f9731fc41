// The service's clock, as well as a page can know it. Instants of the service are compared with it,
// never with the device's clock, which may be hours off or be set while the page is open.
//
// An answer that tells the service's time was written between its request and its arrival: that
// bounds the service's time, and what several answers have in common is closest to it. In between,
// time goes on by the browser's steady clock, which may stand still while the device sleeps.

const JUMP_MS = 1_000; // Less between two answers is how clocks are adjusted.

/**
 * A clock of the service. `steady` gives milliseconds that no setting of a clock changes, `wall`
 * those of the device's clock, `isHidden` whether nobody sees the page.
 */
export function clockOf({
  steady = () => performance.now(),
  wall = () => Date.now(),
  isHidden = () => document.visibilityState === "hidden",
} = {}) {
  let slept = 0;
  let drift = 0; // How far the device's clock ran ahead of the steady one since the last answer.
  let seen = { steady: steady(), wall: wall(), hidden: isHidden() };
  let jumps = 0;
  let sure = false;
  let bounds = null; // Of the service's time less that of `tick`: the least and the most.

  /** Milliseconds that pass as they do everywhere, also while the device sleeps. */
  function tick() {
    const now = { steady: steady(), wall: wall(), hidden: isHidden() };
    const missed = now.wall - seen.wall - (now.steady - seen.steady);
    // Short sleeps add up; a clock that is set back hides none of those that follow.
    drift = Math.max(0, drift + missed);
    if (drift > JUMP_MS) {
      // The device slept, or its clock was set ahead. A phone hides its pages before it sleeps.
      if (seen.hidden) slept += missed;
      drift = 0;
      sure = false;
      jumps += 1;
    }
    seen = now;
    return now.steady + slept;
  }

  /** Milliseconds since 1970 by the service's clock; by the device's while nothing else is known. */
  function now() {
    const at = tick();
    return bounds === null ? wall() : at + (bounds.least + bounds.most) / 2;
  }

  /** Ask by `request`, learn from the service's time in its answer, and return that. */
  async function timed(request) {
    const sent = tick();
    const asked = jumps;
    const answer = await request();
    const came = tick();
    const time = Date.parse(answer.headers.get("Server-Time"));
    if (asked === jumps && !Number.isNaN(time)) learn(time - came, time - sent);
    return answer;
  }

  /** Learn the least and the most that the service's time may be ahead of `tick`. */
  function learn(least, most) {
    const known = bounds ?? { least, most };
    const both = { least: Math.max(least, known.least), most: Math.min(most, known.most) };
    // Without anything in common, the service's clock was set, or this page slept unnoticed.
    bounds = both.least <= both.most ? both : { least, most };
    drift = 0;
    sure = true;
  }

  /** What the service's time is ahead of `tick` if it is ahead of the device's clock by `offset`. */
  const ahead = (offset) => wall() + offset - tick();

  return {
    tick,
    now,
    timed,
    /** Whether the service has told its time, and nothing has happened since that puts it in doubt. */
    isSure: () => (tick(), sure),
    /** The service's time less that of the device's clock, in milliseconds. */
    offset: () => now() - wall(),
    /** Begin with the `offset` of an earlier visit, if there is one and no answer came yet. */
    presume(offset) {
      if (!Number.isFinite(offset)) return;
      const at = ahead(offset);
      bounds ??= { least: at, most: at };
    },
    /** Take over the `offset` that another tab has learned just now. */
    adopt(offset) {
      if (!Number.isFinite(offset)) return;
      const at = ahead(offset);
      bounds = null;
      learn(at, at);
    },
  };
}

/** The clock of this page. */
export const clock = clockOf();

document.addEventListener("visibilitychange", clock.tick);
