// The session. Its access token is in memory, its refresh token in a cookie that scripts cannot read.
//
// A page belongs to the customer it began with. The cookie belongs to the browser: another tab may
// have logged in somebody else. Whoever comes of the cookie then starts the page over, and what was
// asked for the one before is dropped, however late it comes.
import { clock } from "./clock.js";
import { Late, Refused, jsonOf, send } from "./login.js";

const EARLY_MS = 30_000;
const PATIENCE_MS = 20_000; // A renewal that hangs keeps other tabs from theirs.

/**
 * The session of this device at the service's `api`. `startOver` is called once the page belongs to
 * somebody who is not signed in here any more.
 */
export function sessionOf(api, slug, startOver) {
  const url = api + "/me/session";
  const leaving = "walletdesk leaving " + slug;
  const signedIn = "walletdesk customer " + slug;
  let token = null;
  let until = 0;
  let renewing = null;
  let owner = null;
  let generation = 0;
  let pending = new AbortController();

  /** Let the page belong to nobody; answers to what was asked before are dropped. */
  function drop() {
    generation += 1;
    pending.abort();
    pending = new AbortController();
    token = owner = renewing = null;
    until = 0;
  }

  /** Whether the page still belongs to whom it does now, as a function to be asked later. */
  function marker() {
    const asked = generation;
    return () => asked === generation;
  }

  /** What a promise gives; throws Late if the page belongs to somebody else by then. */
  async function inTime(isCurrent, promise) {
    try {
      const given = await promise;
      if (isCurrent()) return given;
    } catch (error) {
      if (isCurrent()) throw error;
    }
    throw new Late();
  }

  /** Whether the page's customer is not the one who is signed in here, if anybody is. */
  function isGone() {
    return owner !== null && localStorage.getItem(signedIn) !== owner;
  }

  /** Whether another tab has signed in somebody else. */
  function isElsewhere() {
    const present = localStorage.getItem(signedIn);
    return owner !== null && present !== null && present !== owner;
  }

  function leaveToOther() {
    drop();
    startOver();
    throw new Late();
  }

  async function exchange(method, body) {
    const isCurrent = marker();
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const sent = send(url, { method, body, credentials: "same-origin", signal });
    const told = await inTime(isCurrent, sent.then(jsonOf));
    if (owner !== null && told.customer.id !== owner) leaveToOther();
    owner = told.customer.id;
    localStorage.setItem(signedIn, owner);
    token = told.access_token;
    until = clock.tick() + told.expires_in * 1000 - EARLY_MS;
    return told.customer;
  }

  // One after another: of two tabs that renew at once, one would lose its access token again.
  function alone(work) {
    return navigator.locks ? navigator.locks.request("walletdesk session " + slug, work) : work();
  }

  /** Renew the session of this device. Returns the customer; throws Refused and Late. */
  function renew() {
    if (!renewing) {
      const begun = alone(() => exchange("PUT")).finally(() => {
        if (renewing === begun) renewing = null;
      });
      renewing = begun;
    }
    return renewing;
  }

  /** Open a session of a customer with a ticket. Returns the customer; throws Refused and Late. */
  async function open(ticket, customerId) {
    drop();
    const customer = await alone(() => exchange("POST", { ticket, customer_id: customerId }));
    localStorage.removeItem(leaving);
    return customer;
  }

  /** Send a request of the customer, renewing an expired token; return the answer. */
  async function answer(path, options = {}) {
    if (isLeaving()) throw new Refused(401, "session_over");
    if (isGone()) leaveToOther();
    const isCurrent = marker();
    const { signal } = pending;
    if (clock.tick() >= until) await inTime(isCurrent, renew());
    const first = await inTime(isCurrent, send(api + path, { ...options, token, signal }));
    if (first.status !== 401) return first;
    await inTime(isCurrent, renew());
    return inTime(isCurrent, send(api + path, { ...options, token, signal }));
  }

  /** What an answer gives; throws Late also if another tab has logged its customer out since. */
  async function whileHere(promise) {
    const given = await inTime(marker(), promise);
    if (isLeaving()) throw new Late();
    if (isGone()) leaveToOther();
    return given;
  }

  /** The JSON of an answer; throws Refused and Late. */
  const ask = (path, options) => whileHere(answer(path, options).then(jsonOf));

  /** A whole file: its `blob` and the `name` to save it under; throws Refused and Late. */
  const file = (path) => whileHere(answer(path).then(fileOf));

  const isLeaving = () => localStorage.getItem(leaving) !== null;

  /** Log out. Without network, the logout is stored and sent later. Throws Refused. */
  async function leave() {
    drop();
    localStorage.removeItem(signedIn);
    localStorage.setItem(leaving, "1");
    return finishLeaving();
  }

  /** Send a stored logout to the service. Throws Refused if that fails. */
  async function finishLeaving() {
    const told = await alone(() => send(url, { method: "DELETE", credentials: "same-origin" }));
    // Nothing else is the service's: the portal of a network answers 200 in its place.
    if (told.status !== 204) throw new Refused(told.status, "failed");
    localStorage.removeItem(leaving);
  }

  // Another tab has logged out, or somebody else in; a page that was frozen learns it afterwards.
  window.addEventListener("storage", (event) => {
    if (event.key === leaving && event.newValue !== null) startOver();
    else if (event.key === signedIn && isElsewhere()) startOver();
    else if (event.key === null && isGone()) startOver();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && (isLeaving() || isGone())) startOver();
  });

  return { open, renew, ask, file, leave, finishLeaving, isLeaving, isElsewhere, drop, marker };
}

async function fileOf(answer) {
  if (!answer.ok) await jsonOf(answer);
  const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "");
  const blob = await answer.blob().catch(() => {
    throw new Refused(0, "offline");
  });
  return { blob, name: named ? named[1] : "download" };
}
