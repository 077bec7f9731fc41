// The live card: a full-screen code that changes every 30 seconds.
import { byId } from "./login.js";
import { filled } from "./parts.js";
import { qrcode } from "./qrcode.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4; // Quiet zone in modules, the minimum of ISO/IEC 18004.
const TICK_MS = 200;
const REFRESH_MS = 5 * 60_000;
const RETRY_MS = 5_000;

/** A code as an SVG picture, in the alphanumeric mode of QR. */
function pictureOf(text, name) {
  const code = qrcode(0, "M");
  code.addData(text, "Alphanumeric");
  code.make();
  const size = code.getModuleCount();
  let path = "";
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (code.isDark(row, column)) path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
    }
  }
  const picture = document.createElementNS(SVG, "svg");
  const all = size + 2 * QUIET;
  const told = { viewBox: `0 0 ${all} ${all}`, role: "img", "aria-label": name };
  for (const [key, value] of Object.entries({ ...told, "shape-rendering": "crispEdges" })) {
    picture.setAttribute(key, value);
  }
  const modules = document.createElementNS(SVG, "path");
  modules.setAttribute("d", path);
  picture.append(modules);
  return picture;
}

/** Keeps the screen on while the card is shown, where the browser supports it. */
function wakefulness() {
  let lock = null;
  return {
    async hold() {
      try {
        lock = (await navigator.wakeLock?.request("screen")) ?? null;
      } catch {
        lock = null; // Refused at low battery: the card is shown anyway.
      }
    },
    letGo() {
      lock?.release();
      lock = null;
    },
  };
}

/**
 * The live card on the page. `codes` are those stored on this device; `fetchCodes` requests new ones
 * of a card, and throws Refused.
 */
export function liveCard({ words, codes, fetchCodes, calendar }) {
  const dialog = byId("live");
  const told = byId("live-told");
  const awake = wakefulness();
  let ticking = null;
  let drawn = null;
  let cardId = null;
  let fetching = null;
  let triedAt = -Infinity;
  let missing = words.live_wait;

  function say(text) {
    if (told.textContent !== text) told.textContent = text;
  }

  function draw(text) {
    if (text === drawn) return;
    drawn = text;
    byId("live-code").replaceChildren(...(text ? [pictureOf(text, words.code_name)] : []));
    byId("live-shown").hidden = !text;
    if (!text) for (const id of ["live-name", "live-number"]) byId(id).textContent = "";
  }

  /** Whether the stored codes belong to the wanted card. */
  const isWanted = () => cardId === null || codes.read()?.card.id === cardId;

  function tick() {
    const now = isWanted() ? codes.now() : null;
    draw(now ? now.text : null);
    if (!now) {
      say(fetching ? words.working : missing);
      refresh();
      return;
    }
    missing = words.live_over;
    const { card } = codes.read();
    byId("live-name").textContent = card.name || card.number;
    byId("live-number").textContent = card.number;
    byId("live-clock").textContent = calendar.clockOf(now.at);
    byId("live-left").textContent = filled(words.seconds, { count: Math.ceil(now.left / 1000) });
    byId("live-bar").firstElementChild.style.width = `${(100 * now.left) / now.period}%`;
    say(filled(words.live_until, { time: calendar.timeOf(codes.until()) }));
  }

  // What the service says of a card for which there are no codes any more.
  const OVER = ["card_not_found", "card_revoked", "card_made_elsewhere", "card_without_design"];

  /** Request new codes of the wanted card, unless there are fresh ones. Never throws. */
  async function refresh() {
    const id = cardId ?? codes.read()?.card.id;
    const fresh = isWanted() && codes.age() < REFRESH_MS;
    if (!id || fetching || fresh || performance.now() - triedAt < RETRY_MS) return;
    triedAt = performance.now();
    const begun = fetchCodes(id);
    fetching = begun;
    try {
      await begun;
    } catch (error) {
      // Stored codes stay valid until they expire, but not those of a revoked card. Whatever else
      // answers 404, such as the portal of a network, says nothing of the card.
      if (OVER.includes(error.code)) {
        codes.wipe();
        missing = words[error.code];
      }
    } finally {
      if (fetching === begun) fetching = null;
    }
  }

  function close() {
    cardId = fetching = null;
    triedAt = -Infinity;
    if (dialog.open) dialog.close();
  }

  dialog.addEventListener("close", () => {
    clearInterval(ticking);
    draw(null);
    awake.letGo();
  });
  byId("live-close").addEventListener("click", () => dialog.close());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (dialog.open) awake.hold();
    refresh();
  });
  window.addEventListener("online", () => {
    triedAt = -Infinity;
    refresh();
  });
  setInterval(refresh, REFRESH_MS / 5);

  return {
    /** Keep the codes of a card up to date from now on. */
    want(id) {
      if (id !== cardId) triedAt = -Infinity;
      cardId = id;
      missing = words.live_wait;
      return refresh();
    },
    open() {
      if (dialog.open) return;
      dialog.showModal();
      byId("live-name").focus();
      tick();
      ticking = setInterval(tick, TICK_MS);
      awake.hold();
      refresh();
    },
    /** Close the card; its codes stay on this device. */
    close,
    /** Delete the codes of the card, and close it. */
    forget() {
      close();
      codes.wipe();
    },
  };
}
