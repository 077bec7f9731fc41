// The codes of a live card, stored on this device until they expire or the customer logs out.
import { clock } from "./clock.js";

const OFF_MS = 1_000;

/**
 * The stored codes of an organization's page, those of the customer they were asked for. Times are
 * milliseconds of the service's clock.
 */
export function codesOf(slug) {
  const place = "walletdesk live " + slug;
  let held = null;
  let owner = null;

  function stored() {
    try {
      const found = JSON.parse(localStorage.getItem(place));
      if (found) clock.presume(found.offset); // Without network nothing else tells the time.
      return found;
    } catch {
      return null; // Unreadable codes are overwritten by the next ones.
    }
  }

  function store() {
    localStorage.setItem(place, JSON.stringify(held));
  }

  const until = () => held.first + held.period * held.texts.length;

  /** Whether there are codes of the customer whose page it is; of anybody before the login. */
  const isMine = () => held !== null && (owner === null || held.customer === owner);

  /** The stored codes, or null; expired ones are deleted, once the time is certain. */
  function read() {
    held ??= stored();
    if (!isMine()) return null;
    const isOver = clock.now() >= until();
    if (!clock.isSure()) return isOver ? null : held;
    if (isOver) wipe();
    else if (Math.abs(clock.offset() - held.offset) > OFF_MS) {
      held.offset = clock.offset(); // This device's clock was set meanwhile.
      store();
    }
    return held;
  }

  /** Read the codes of one customer only, and delete those of another; null: of whoever it is. */
  function belongTo(customerId) {
    owner = customerId;
    held ??= stored();
    if (held && !isMine()) remove();
  }

  /** Store an answer of the service. `customerId` is whom it was asked for. */
  function keep(customerId, told) {
    held = {
      customer: customerId,
      card: told.card,
      offset: clock.offset(), // Of this device's clock, for a visit without network.
      asked: Date.parse(told.server_time),
      period: told.period_seconds * 1000,
      first: Date.parse(told.codes[0].from),
      texts: told.codes.map((code) => code.text),
    };
    store();
  }

  function remove() {
    held = null;
    localStorage.removeItem(place);
  }

  /** Delete the codes, unless they are of another customer, whose page is in another tab. */
  function wipe() {
    held ??= stored();
    if (held === null || isMine()) remove();
  }

  /** The current code: its text, the time, and its remaining time. Null if there is none. */
  function now() {
    if (!read()) return null;
    const at = clock.now();
    const index = Math.floor((at - held.first) / held.period);
    if (index < 0) return null; // The clock was set back.
    const left = held.first + (index + 1) * held.period - at;
    return { text: held.texts[index], at, left, period: held.period };
  }

  // Another tab logged out, or fetched newer codes.
  window.addEventListener("storage", (event) => {
    if (event.key !== place && event.key !== null) return;
    held = stored();
    if (held) clock.adopt(held.offset);
  });

  return {
    read,
    belongTo,
    keep,
    wipe,
    now,
    /** Age of the codes; infinite without any, and while the time is not certain. */
    age: () => (read() && clock.isSure() ? clock.now() - held.asked : Infinity),
    /** When the last code ends; null without codes. */
    until: () => (read() ? until() : null),
  };
}
