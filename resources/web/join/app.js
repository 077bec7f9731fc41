"use strict";
// The steps of joining. Tokens stay in this page's memory: no cookie, no storage, no address.

const page = document.getElementById("join");
const byId = (id) => document.getElementById(id);

// A site that shows this page in a frame learns how high it is, and nothing else.
if (window.parent !== window) {
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    window.parent.postMessage({ type: "walletdesk:size", height }, "*");
  };
  new ResizeObserver(tell).observe(document.body);
  tell();
}

// What another try would not change.
const FINAL = ["already_member", "join_refused", "plan_not_found", "page_not_found", "payment_at_desk"];

class Refused extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** Ask the service. Returns the answer's JSON; throws Refused with the code of its error. */
async function ask(path, body, token) {
  let answer;
  try {
    answer = await fetch(page.dataset.api + path, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(token ? { Authorization: "Bearer " + token } : {}),
      },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
    });
  } catch {
    throw new Refused(0, "offline");
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told.code || "failed");
  return told;
}

function start() {
  const words = JSON.parse(page.dataset.words);
  const told = byId("told");
  let email = "";
  let ticket = null;
  let login = null;
  let busy = false;

  function say(text, bad = false) {
    told.textContent = text;
    told.classList.toggle("bad", bad);
  }

  function show(name, moveFocus = true) {
    for (const step of document.querySelectorAll(".step")) {
      step.hidden = step.id !== "step-" + name;
    }
    say("");
    if (moveFocus) byId("head-" + name).focus();
  }

  function startOver(code) {
    ticket = login = null;
    byId("code").value = "";
    show("email");
    say(words[code], true);
  }

  function refuse(name, section, error) {
    const { status, code } = error instanceof Refused ? error : { status: 0, code: "failed" };
    if (name === "who" && status === 401) {
      startOver("session_over");
      return;
    }
    say(words[code] || (status === 429 ? words.too_many_tries : words.failed), true);
    if (FINAL.includes(code)) section.hidden = true;
    else if (name === "code") byId("code").select();
  }

  // Buttons stay enabled for the browser: one that is disabled would lose the focus.
  function setBusy(now) {
    busy = now;
    for (const each of page.querySelectorAll("button")) each.setAttribute("aria-disabled", now);
  }

  /** Run one step of a form, once at a time; what was refused is said. */
  function onSend(name, work) {
    const section = byId("step-" + name);
    section.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      setBusy(true);
      say(words.working);
      try {
        await work();
      } catch (error) {
        refuse(name, section, error);
      } finally {
        setBusy(false);
      }
    });
  }

  onSend("email", async () => {
    email = byId("email").value.trim();
    await ask("/codes", { email, language: document.documentElement.lang });
    byId("code").value = "";
    show("code");
  });

  onSend("code", async () => {
    const code = byId("code").value.replace(/\s/g, "");
    const good = await ask("/codes/verify", { email, code });
    ticket = good.ticket;
    offerCustomers(good.customers);
    show("who");
  });

  byId("again").addEventListener("click", () => busy || show("email"));

  const chosen = () => page.querySelector('input[name="customer"]:checked')?.value || null;

  function offerCustomers(customers) {
    const known = byId("known");
    known.disabled = false;
    byId("send").textContent = words.join;
    for (const old of known.querySelectorAll(".offered")) old.remove();
    for (const customer of customers) {
      const label = document.createElement("label");
      label.className = "choice offered";
      const input = document.createElement("input");
      Object.assign(input, { type: "radio", name: "customer", value: customer.id });
      const name = document.createElement("span");
      name.textContent = customer.name;
      label.append(input, " ", name);
      byId("nobody").before(label);
    }
    page.querySelector('input[name="customer"]').checked = true;
    known.hidden = customers.length === 0;
    showNames();
  }

  /** Names are asked of somebody new only; what is disabled is not required either. */
  function showNames() {
    byId("new").hidden = byId("new").disabled = chosen() !== null;
  }
  byId("known").addEventListener("change", showNames);

  async function logIn() {
    if (login) return;
    const who = chosen() ? { customer_id: chosen() } : {
      new: {
        given_name: byId("given").value.trim(),
        family_name: byId("family").value.trim(),
        consent: byId("consent").checked,
        language: document.documentElement.lang,
      },
    };
    login = await ask("/sessions", { ticket, ...who });
    ticket = null;
    // From here on only joining can be tried again: who joins is settled.
    byId("known").disabled = byId("new").disabled = true;
  }

  /** Join, with new tokens if the present ones are over. */
  async function join() {
    const body = { plan_id: page.dataset.plan };
    try {
      return await ask("/memberships", body, login.access_token);
    } catch (error) {
      if (error.status !== 401) throw error;
      login = { ...login, ...(await ask("/sessions/refresh", { refresh_token: login.refresh_token })) };
      return ask("/memberships", body, login.access_token);
    }
  }

  onSend("who", async () => {
    await logIn();
    byId("send").textContent = words.join_again;
    const made = await join();
    const sentences = [words.done.replace("{plan}", () => made.plan_name)];
    if (made.last_day) sentences.push(words.done_until.replace("{day}", () => dayOf(made.last_day)));
    if (login.customer.number) {
      sentences.push(words.done_number.replace("{number}", () => login.customer.number));
    }
    byId("done").textContent = sentences.join("\n");
    show("done");
    const token = login.access_token;
    login = null;
    ask("/sessions/end", {}, token).catch(() => {}); // it ends by itself soon
  });

  function dayOf(day) {
    const [year, month, date] = day.split("-").map(Number);
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
    return format.format(new Date(Date.UTC(year, month - 1, date)));
  }

  /** A site that may frame this page can vouch for its visitor, once, before any other step. */
  function listenForToken() {
    const origins = JSON.parse(page.dataset.origins);
    let heard = false;
    window.addEventListener("message", async (event) => {
      if (event.source !== window.parent || !origins.includes(event.origin)) return;
      const said = event.data;
      if (!said || said.type !== "walletdesk:token" || typeof said.token !== "string") return;
      if (heard || busy || email) return;
      heard = true;
      let good;
      try {
        good = await ask("/sessions/token", { token: said.token });
      } catch {
        return; // Whyever it is not good: the ordinary login is there.
      }
      if (busy || email) return;
      if (good.access_token) {
        login = good;
        byId("known").hidden = byId("known").disabled = true;
        byId("new").hidden = byId("new").disabled = true;
      } else {
        ticket = good.ticket;
        offerCustomers(good.customers);
      }
      show("who", false);
      if (login) say(words.vouched.replace("{name}", () => login.customer.name));
    });
    for (const origin of origins) window.parent.postMessage({ type: "walletdesk:ready" }, origin);
  }

  show("email", false);
  if (window.parent !== window) listenForToken();
}

if (page && byId("step-email")) start();
