// The codes of a live card on this device, until they are over or somebody logs out.

/** The codes that an organization's page keeps. Times are milliseconds of the service's clock. */
export function codesOf(slug) {
  const place = "walletdesk live " + slug;
  let held = null;

  function stored() {
    try {
      return JSON.parse(localStorage.getItem(place));
    } catch {
      return null; // What cannot be read is of no use, and is overwritten by the next ones.
    }
  }

  const time = () => Date.now() + held.offset;
  const until = () => held.first + held.period * held.texts.length;

  /** What is kept, or null; what is over is forgotten. */
  function read() {
    held ??= stored();
    if (held && time() >= until()) wipe();
    return held;
  }

  /** Keep an answer of the service that was asked for and came at these times of this device. */
  function keep(customerId, told, askedAt, cameAt) {
    held = {
      customer: customerId,
      card: told.card,
      // This device's clock may be wrong: half the way to the service and back is made up for.
      offset: Date.parse(told.server_time) - (askedAt + cameAt) / 2,
      asked: Date.parse(told.server_time),
      period: told.period_seconds * 1000,
      first: Date.parse(told.codes[0].from),
      texts: told.codes.map((code) => code.text),
    };
    localStorage.setItem(place, JSON.stringify(held));
  }

  function wipe() {
    held = null;
    localStorage.removeItem(place);
  }

  /** The code of this moment: its text, the time, and what is left of it. Null if there is none. */
  function now() {
    if (!read()) return null;
    const at = time();
    const index = Math.floor((at - held.first) / held.period);
    if (index < 0) return null; // This device's clock was set back.
    const left = held.first + (index + 1) * held.period - at;
    return { text: held.texts[index], at, left, period: held.period };
  }

  // Another tab logged out, or fetched newer codes.
  window.addEventListener("storage", (event) => {
    if (event.key === place || event.key === null) held = null;
  });

  return {
    read,
    keep,
    wipe,
    now,
    /** How old the codes are; for ever without any. */
    age: () => (read() ? time() - held.asked : Infinity),
    /** Until when they last, as an instant that this device's own calendar writes. */
    until: () => (read() ? until() : null),
  };
}
