// Login by a mailed code, shared by the public pages. It stores nothing.
import { clock } from "./clock.js";

export const byId = (id) => document.getElementById(id);

/** A failed request: its HTTP status (0: no answer) and error code. */
export class Refused extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** An answer that came after the page had begun to belong to somebody else: nobody is told. */
export class Late extends Error {}

/** Returns `ask`, which posts to the service at `api`, returns the JSON, or throws Refused. */
export function asker(api) {
  return (path, body, token) => send(api + path, { method: "POST", body, token }).then(jsonOf);
}

/** Send a request. Returns any answer; throws Refused without one. */
export async function send(url, { method = "GET", body, token, credentials = "omit", signal } = {}) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = "Bearer " + token;
  const sent = body === undefined ? undefined : JSON.stringify(body);
  try {
    const asked = { method, headers, body: sent, credentials, signal, cache: "no-store" };
    return await clock.timed(() => fetch(url, asked));
  } catch {
    throw new Refused(0, "offline");
  }
}

/** The JSON of an answer. Throws Refused for an error status, and where the body broke off. */
export async function jsonOf(answer) {
  if (answer.status === 204) return {};
  const told = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, told?.code || "failed");
  if (told === null) throw new Refused(0, "offline");
  return told;
}

/** The steps of a page: one step is shown, and one request runs at a time. */
export function stepsOf(page, words, refuse) {
  const told = byId("told");
  let busy = false;

  function say(text, bad = false) {
    told.textContent = text;
    told.classList.toggle("bad", bad);
  }

  function sayRefused({ status, code }) {
    say(words[code] || (status === 429 ? words.too_many_tries : words.failed), true);
  }

  function show(name, moveFocus = true) {
    for (const step of page.querySelectorAll(".step")) {
      step.hidden = step.id !== "step-" + name;
    }
    say("");
    if (moveFocus) byId("head-" + name).focus();
  }

  // Buttons are marked by ARIA only: a disabled one would lose the focus.
  function setBusy(now) {
    busy = now;
    for (const each of page.querySelectorAll("button")) each.setAttribute("aria-disabled", now);
  }

  /** Run one `work` at a time; `refuse` gets the step's name and the error. */
  async function run(name, work) {
    if (busy) return;
    setBusy(true);
    say(words.working);
    try {
      await work();
    } catch (error) {
      if (error instanceof Late) return;
      refuse(name, error instanceof Refused ? error : new Refused(0, "failed"));
    } finally {
      setBusy(false);
    }
  }

  /** Run `work` when the form of a step is submitted. */
  function onSend(name, work) {
    byId("step-" + name).querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      run(name, work);
    });
  }

  return { say, sayRefused, show, run, onSend, isBusy: () => busy };
}

/** The first two steps: an address, and its mailed code. `proved` gets the ticket. */
export function mailedCode(steps, ask, proved) {
  let email = "";

  steps.onSend("email", async () => {
    email = byId("email").value.trim();
    await ask("/codes", { email, language: document.documentElement.lang });
    byId("code").value = "";
    steps.show("code");
  });

  steps.onSend("code", async () => {
    const code = byId("code").value.replace(/\s/g, "");
    await proved(await ask("/codes/verify", { email, code }));
  });

  byId("again").addEventListener("click", () => steps.isBusy() || steps.show("email"));
  return { hasBegun: () => email !== "" };
}

/** List the customers with the address, the first one chosen, before the choice of a new one. */
export function offerCustomers(known, customers) {
  known.disabled = false;
  for (const old of known.querySelectorAll(".offered")) old.remove();
  const last = byId("nobody");
  for (const customer of customers) {
    const label = document.createElement("label");
    label.className = "choice offered";
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "customer", value: customer.id });
    const name = document.createElement("span");
    name.textContent = customer.name;
    label.append(input, " ", name);
    known.insertBefore(label, last);
  }
  const first = known.querySelector('input[name="customer"]');
  if (first) first.checked = true;
  known.hidden = customers.length === 0;
}

/** Id of the chosen customer; null for a new one. */
export function chosenCustomer(known) {
  return known.querySelector('input[name="customer"]:checked')?.value || null;
}
