// The member page: logs in by a code, shows the customer's data, and keeps the live card ready.
import { showInvoices, showPayments, subscriptions } from "./bills.js";
import { codesOf } from "./codes.js";
import { liveCard } from "./live.js";
import {
  Late, Refused, asker, byId, chosenCustomer, mailedCode, offerCustomers, stepsOf,
} from "./login.js";
import { calendar, filled, part } from "./parts.js";
import { offerExport, showCards, showMemberships, showPermissions } from "./sections.js";
import { sessionOf } from "./session.js";

const page = byId("me");

/** Whether the service says that nobody is logged in; another 401 may be of a network. */
const isOver = ({ status, code }) =>
  status === 401 && ["session_over", "login_needed"].includes(code);

function start() {
  const { slug, version, zone } = page.dataset;
  const words = JSON.parse(page.dataset.words);
  const api = new URL("../v1/join/" + slug, location.href).href;
  const steps = stepsOf(page, words, refuse);
  const session = sessionOf(api, slug, startOver);
  const codes = codesOf(slug);
  const known = byId("known");
  const times = calendar(zone);
  const live = liveCard({ words, codes, fetchCodes, calendar: times });
  let visit = null; // The context of the parts of the page, for the customer whose page it is.
  let ticket = null;

  /** The context in which the page of a customer is shown. */
  function visitOf(customer) {
    const isCurrent = session.marker();
    const at = {
      customer,
      words,
      session,
      calendar: times,
      isCurrent,
      part: (name) => part(name, words, isCurrent),
      bills: () => subscriptions(session),
      /** Reload the permissions, whose ends depend on cancellations. */
      renewalChanged() {
        const told = session.ask("/me").then((profile) => showPermissions(at, profile));
        told.catch((error) => notLoaded(at, "permissions", error));
      },
      /** Reload the memberships and permissions: another plan pays for them. */
      async plansChanged() {
        const profile = await session.ask("/me");
        showPermissions(at, profile);
        await showMemberships(at, profile);
      },
      offerLive(id) {
        if (!isCurrent()) return;
        byId("live-offer").hidden = id === null;
        if (id === null) live.forget();
        else live.want(id);
      },
      showLive(id) {
        if (!isCurrent()) return;
        live.want(id);
        live.open();
      },
    };
    return at;
  }

  async function fetchCodes(id) {
    if (!visit) throw new Refused(0, "offline");
    const { customer } = visit;
    const told = await session.ask("/me/live", { method: "POST", body: { card_id: id } });
    codes.keep(customer.id, told);
  }

  function refuse(name, error) {
    steps.sayRefused(error);
    if (name === "code") byId("code").select();
    if (name === "who" && [401, 404].includes(error.status)) {
      steps.show("email");
      steps.sayRefused(error);
    }
  }

  mailedCode(steps, asker(api), async (good) => {
    ticket = good.ticket;
    offerCustomers(known, good.customers);
    if (good.customers.length === 0) steps.show("nobody");
    else if (good.customers.length > 1) steps.show("who");
    else await enter(await session.open(ticket, good.customers[0].id));
  });
  steps.onSend("who", async () => enter(await session.open(ticket, chosenCustomer(known))));
  byId("other").addEventListener("click", () => steps.show("email"));

  /** Show the page of the customer who has logged in. */
  async function enter(customer, moveFocus = true) {
    clear();
    visit = visitOf(customer);
    // The card that was shown meanwhile may be somebody else's.
    if (codes.read() && codes.read().customer !== customer.id) live.close();
    codes.belongTo(customer.id);
    byId("kept-card").hidden = true;
    byId("head-me").textContent = customer.name || customer.number;
    byId("number").textContent = customer.number;
    // Codes on the device can be shown before the data is loaded.
    byId("live-offer").hidden = !codes.read();
    steps.show("me", moveFocus);
    await load(visit);
  }

  /** Fill all parts; one that fails to load shows an error, and the others stay. */
  async function load(at) {
    byId("again-online").hidden = true;
    const profile = session.ask("/me");
    const loading = {
      memberships: profile.then((told) => showMemberships(at, told)),
      permissions: profile.then((told) => showPermissions(at, told)),
      cards: showCards(at),
      payments: showPayments(at),
      invoices: showInvoices(at),
    };
    for (const [name, done] of Object.entries(loading)) {
      done.catch((error) => notLoaded(at, name, error));
    }
    await Promise.allSettled(Object.values(loading));
  }

  function notLoaded(at, name, error) {
    if (error instanceof Late || !at.isCurrent()) return;
    if (isOver(error)) {
      forgetPerson();
      askForLogin();
      steps.say(words.session_over, true);
    } else {
      const place = at.part(name);
      place.show();
      place.tell(words.section_failed, true);
      byId("again-online").hidden = false;
    }
  }

  /** Take everything of a person off the page. */
  function clear() {
    visit = ticket = null;
    for (const each of page.querySelectorAll(".content")) each.replaceChildren();
    for (const each of page.querySelectorAll(".part-told")) each.textContent = "";
    for (const each of page.querySelectorAll(".part:has(> .content)")) each.hidden = true;
    for (const id of ["head-me", "number"]) byId(id).textContent = "";
    for (const each of page.querySelectorAll("form")) each.reset();
    for (const each of known.querySelectorAll(".offered")) each.remove();
    byId("live-offer").hidden = true;
  }

  /** Let the page belong to nobody: what still comes of former requests is dropped. */
  function forgetPerson() {
    session.drop();
    clear();
    live.close();
    codes.belongTo(null);
  }

  /** Begin anew: somebody else has signed in on this device, or everybody out. */
  function startOver() {
    forgetPerson();
    for (const step of page.querySelectorAll(".step")) step.hidden = true;
    location.reload();
  }

  function offerKeptCard() {
    byId("kept-card").hidden = !codes.read();
  }

  function askForLogin() {
    offerKeptCard();
    steps.show("email", false);
  }

  /** Resume the session of this device, or ask for a login. */
  async function begin() {
    offerKeptCard(); // The card must not wait for a slow network.
    byId("again-online").hidden = true;
    steps.say(words.working);
    try {
      if (session.isLeaving()) {
        await session.finishLeaving();
        askForLogin();
      } else await enter(await session.renew(), false);
    } catch (error) {
      if (error instanceof Late) return;
      if (isOver(error)) askForLogin();
      else notReached(error);
    }
  }

  function notReached(error) {
    byId("again-online").hidden = false;
    if (error.status !== 0) steps.sayRefused(error);
    else if (!codes.read()) steps.say(words.offline_none, true);
    else steps.say(filled(words.offline_card, { time: times.timeOf(codes.until()) }));
  }

  byId("retry").addEventListener("click", () => (visit ? load(visit) : begin()));
  window.addEventListener("online", () => visit || begin());
  for (const button of page.querySelectorAll(".show-card")) {
    button.addEventListener("click", () => live.open());
  }
  offerExport({ words, session }, byId("export"));

  byId("log-out").addEventListener("click", async () => {
    if (session.isElsewhere()) return startOver(); // The cookie is somebody else's.
    live.forget();
    forgetPerson();
    let text = words.logged_out;
    await session.leave().catch(() => {
      text = words.logged_out_offline;
    });
    askForLogin();
    steps.say(text);
  });

  byId("log-out-all").addEventListener("click", async () => {
    try {
      await session.ask("/sessions/end-all", { method: "POST" });
      byId("log-out").click();
    } catch (error) {
      if (!(error instanceof Late)) steps.sayRefused(error);
    }
  });

  keepShell(slug, version);
  begin();
}

/** Register the service worker that caches this page, where the browser has one. */
function keepShell(slug, version) {
  const told = new URLSearchParams({ v: version, lang: document.documentElement.lang });
  navigator.serviceWorker
    ?.register(`sw.js?${told}`, { scope: "./" + slug })
    .catch((error) => console.warn("The page is not kept for when there is no network.", error));
}

start();
