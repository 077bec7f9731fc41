// The steps of joining. Tokens stay in the memory of the page: no cookie, storage or address.
import {
  asker, byId, chosenCustomer, jsonOf, mailedCode, offerCustomers, send, stepsOf,
} from "./login.js";
import { payment } from "./pay.js";

const page = document.getElementById("join");

// A site that frames this page gets its height, and nothing else.
if (window.parent !== window) {
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    window.parent.postMessage({ type: "walletdesk:size", height }, "*");
  };
  new ResizeObserver(tell).observe(document.body);
  tell();
}

// Errors that a retry would not change.
const FINAL = ["already_member", "other_subscription_runs", "join_refused", "plan_not_found", "page_not_found", "payment_at_desk"];

function start() {
  const words = JSON.parse(page.dataset.words);
  const ask = asker(page.dataset.api);
  const steps = stepsOf(page, words, refuse);
  const known = byId("known");
  const priced = page.dataset.priced === "true";
  const joinWord = priced ? words.order : words.join;
  let ticket = null;
  let login = null;

  function startOver(code) {
    ticket = login = null;
    byId("code").value = "";
    steps.show("email");
    steps.say(words[code], true);
  }

  function refuse(name, error) {
    if (name === "who" && error.status === 401) {
      startOver("session_over");
      return;
    }
    steps.sayRefused(error);
    if (FINAL.includes(error.code)) byId("step-" + name).hidden = true;
    else if (name === "code") byId("code").select();
  }

  const mailed = mailedCode(steps, ask, async (good) => {
    ticket = good.ticket;
    offer(good.customers);
    steps.show("who");
  });

  const chosen = () => chosenCustomer(known);

  function offer(customers) {
    byId("send").textContent = joinWord;
    offerCustomers(known, customers);
    showNames();
  }

  /** Show the fields for names to new customers only; disabled fields are not required. */
  function showNames() {
    byId("new").hidden = byId("new").disabled = chosen() !== null;
  }
  known.addEventListener("change", showNames);

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
    // From here on only joining can be retried: the customer is fixed.
    known.disabled = byId("new").disabled = true;
  }

  /** Send a request of the logged-in customer, refreshing expired tokens. */
  async function call(path, body) {
    const method = body === undefined ? "GET" : "POST";
    const once = () => send(page.dataset.api + path, { method, body, token: login.access_token });
    try {
      return await once().then(jsonOf);
    } catch (error) {
      if (error.status !== 401) throw error;
      login = { ...login, ...(await ask("/sessions/refresh", { refresh_token: login.refresh_token })) };
      return once().then(jsonOf);
    }
  }

  const paying = payment(steps, words, call, (order) => welcome({ plan_name: order.plan }), dayOf);

  steps.onSend("who", async () => {
    await logIn();
    byId("send").textContent = priced ? words.order_again : words.join_again;
    if (priced) await paying.begin(page.dataset.plan);
    else welcome(await call("/memberships", { plan_id: page.dataset.plan }));
  });

  /** Show what was joined, and end the session. */
  function welcome(made) {
    const sentences = [words.done.replace("{plan}", () => made.plan_name)];
    if (made.last_day) sentences.push(words.done_until.replace("{day}", () => dayOf(made.last_day)));
    if (login.customer.number) {
      sentences.push(words.done_number.replace("{number}", () => login.customer.number));
    }
    byId("done").textContent = sentences.join("\n");
    steps.show("done");
    const token = login.access_token;
    login = null;
    ask("/sessions/end", {}, token).catch(() => {}); // it expires soon anyway
  }

  function dayOf(day) {
    const [year, month, date] = day.split("-").map(Number);
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
    return format.format(new Date(Date.UTC(year, month - 1, date)));
  }

  /** Accept one token of a site that may frame this page, before any other step. */
  function listenForToken() {
    const origins = JSON.parse(page.dataset.origins);
    let heard = false;
    window.addEventListener("message", async (event) => {
      if (event.source !== window.parent || !origins.includes(event.origin)) return;
      const said = event.data;
      if (!said || said.type !== "walletdesk:token" || typeof said.token !== "string") return;
      if (heard || steps.isBusy() || mailed.hasBegun()) return;
      heard = true;
      let good;
      try {
        good = await ask("/sessions/token", { token: said.token });
      } catch {
        return; // An invalid token leads to the ordinary login.
      }
      if (steps.isBusy() || mailed.hasBegun()) return;
      if (good.access_token) {
        login = good;
        known.hidden = known.disabled = true;
        byId("new").hidden = byId("new").disabled = true;
      } else {
        ticket = good.ticket;
        offer(good.customers);
      }
      steps.show("who", false);
      if (login) steps.say(words.vouched.replace("{name}", () => login.customer.name));
    });
    for (const origin of origins) window.parent.postMessage({ type: "walletdesk:ready" }, origin);
  }

  steps.show("email", false);
  if (window.parent !== window) listenForToken();
}

if (page && byId("step-email")) start();
