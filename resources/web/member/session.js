// The session. Its access token is in memory, its refresh token in a cookie that scripts cannot read.
import { Refused, jsonOf, send } from "./login.js";

const EARLY_MS = 30_000;

/** The session of this device at the service's `api`. */
export function sessionOf(api, slug) {
  const url = api + "/me/session";
  const leaving = "walletdesk leaving " + slug;
  let token = null;
  let until = 0;
  let renewing = null;

  async function exchange(method, body) {
    const told = await jsonOf(await send(url, { method, body, credentials: "same-origin" }));
    token = told.access_token;
    until = Date.now() + told.expires_in * 1000 - EARLY_MS;
    return told.customer;
  }

  // A refresh token that is used twice ends the session, so tabs renew it one after another.
  function alone(work) {
    return navigator.locks ? navigator.locks.request("walletdesk session " + slug, work) : work();
  }

  /** Renew the session of this device. Returns the customer; throws Refused. */
  function renew() {
    renewing ??= alone(() => exchange("PUT")).finally(() => {
      renewing = null;
    });
    return renewing;
  }

  /** Open a session of a customer with a ticket. Returns the customer; throws Refused. */
  async function open(ticket, customerId) {
    const customer = await alone(() => exchange("POST", { ticket, customer_id: customerId }));
    localStorage.removeItem(leaving);
    return customer;
  }

  /** Send a request of the customer, renewing an expired token; return the answer. */
  async function answer(path, options = {}) {
    if (isLeaving()) throw new Refused(401, "session_over");
    if (Date.now() >= until) await renew();
    const first = await send(api + path, { ...options, token });
    if (first.status !== 401) return first;
    await renew();
    return send(api + path, { ...options, token });
  }

  /** The JSON of an answer; throws Refused. */
  const ask = async (path, options) => jsonOf(await answer(path, options));

  /** A file; throws Refused. */
  async function file(path) {
    const got = await answer(path);
    if (!got.ok) await jsonOf(got);
    return got;
  }

  const isLeaving = () => localStorage.getItem(leaving) !== null;

  /** Log out. Without network, the logout is stored and sent later. */
  function leave() {
    token = null;
    until = 0;
    localStorage.setItem(leaving, "1");
    return finishLeaving();
  }

  /** Send a stored logout to the service. Throws Refused if that fails. */
  async function finishLeaving() {
    const told = await alone(() => send(url, { method: "DELETE", credentials: "same-origin" }));
    if (!told.ok) throw new Refused(told.status, "failed");
    localStorage.removeItem(leaving);
  }

  /** Run `work` once another tab has logged out. */
  function onLeftElsewhere(work) {
    window.addEventListener("storage", (event) => {
      if (event.key === leaving && event.newValue !== null) work();
    });
  }

  return { onLeftElsewhere, open, renew, ask, file, leave, finishLeaving, isLeaving };
}
