// Subscriptions, payments at the desk, and invoices of the payment provider.
import { Refused } from "./login.js";
import { el, filled, saveFile, webAddress } from "./parts.js";
import { planChange, planKept } from "./plans.js";

const language = document.documentElement.lang;

/** Request something optional; null if the organization has not set it up (404). */
async function askIfThere(session, path) {
  try {
    return await session.ask(path);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}

/** The subscriptions of the customer, by membership id. */
export async function subscriptions(session) {
  const told = await askIfThere(session, "/me/subscriptions");
  return new Map((told?.items ?? []).map((each) => [each.membership_id, each]));
}

/** The subscription of a membership, with buttons to cancel and resume it. */
export function subscriptionOf(at, place, told) {
  const box = el("div", { className: "bill" });
  fillSubscription(at, place, box, told);
  return box;
}

function fillSubscription(at, place, box, told) {
  const { words, calendar, session } = at;
  const day = told.last_day ? calendar.localDay(told.last_day) : "";
  const unpaid = told.status === "past_due" || told.status === "unpaid";
  const sentences = [];
  if (unpaid) sentences.push(words.past_due);
  if (told.status === "incomplete") sentences.push(words.incomplete);
  if (told.ends_on) {
    const ended = told.status === "canceled";
    const last = { day: calendar.localDay(told.ends_on) };
    sentences.push(filled(ended ? words.cancels_ended : words.cancels, last));
  } else if (told.renews && day) sentences.push(filled(words.renews, { day }));
  if (told.changes_to && told.changes_after) {
    const next = { day: calendar.localDay(told.changes_after), plan: told.changes_to };
    sentences.push(filled(words.changes_after, next));
  }
  const acts = el("p", { className: "act" });

  async function change(what) {
    const path = `/me/memberships/${encodeURIComponent(told.membership_id)}/${what}`;
    fillSubscription(at, place, box, await session.ask(path, { method: "POST" }));
    at.renewalChanged();
    place.focus();
  }

  if (told.can_cancel) {
    const sentence = unpaid ? words.cancel_told_unpaid : words.cancel_told;
    const sure = day ? filled(sentence, { day }) : words.cancel_told_open;
    acts.append(asking(words, sure, (button) => place.onPress(button, async () => {
      await change("cancel");
      return words.cancelled;
    })));
  }
  const reload = async () => {
    await at.plansChanged();
    place.focus();
  };
  if (told.changes_to) acts.append(planKept(at, place, told, reload));
  else if (told.can_change) acts.append(planChange(at, place, told, reload));
  if (told.can_resume) {
    const button = el("button", { type: "button", className: "quiet", textContent: words.resume });
    acts.append(place.onPress(button, async () => {
      await change("resume");
      return words.resumed;
    }));
  }
  if (told.next_plan_id) {
    const button = el("button", { type: "button", className: "quiet", textContent: words.renew });
    acts.append(place.onPress(button, async () => {
      const body = { plan_id: told.next_plan_id };
      location.assign(webAddress((await session.ask("/orders", { method: "POST", body })).url));
    }));
  }
  const portal = el("button", { type: "button", className: "link", textContent: words.portal });
  place.onPress(portal, async () => {
    location.assign(webAddress((await session.ask("/me/portal", { method: "POST" })).url));
  });
  if (told.portal) acts.append(portal);
  const said = sentences.map((each) => el("p", { className: "small", textContent: each }));
  box.replaceChildren(...said, acts);
}

/** A button with a confirmation. */
function asking(words, sentence, doing) {
  const first = el("button", { type: "button", className: "quiet", textContent: words.cancel });
  const yes = doing(el("button", { type: "button", textContent: words.cancel_yes }));
  const no = el("button", { type: "button", className: "quiet", textContent: words.cancel_no });
  const sure = el("span", { className: "sure", role: "group", hidden: true }, sentence, yes, no);
  sure.setAttribute("aria-label", words.cancel);
  const turn = (open) => {
    sure.hidden = !open;
    first.hidden = open;
    (open ? no : first).focus();
  };
  first.addEventListener("click", () => turn(true));
  no.addEventListener("click", () => turn(false));
  return el("span", {}, first, sure);
}

/** Show the payments at the desk with their receipts; hidden if there are none. */
export async function showPayments(at) {
  const place = at.part("payments");
  const rows = el("ul", { className: "rows" });

  async function more(cursor) {
    const after = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const told = await at.session.ask(`/me/payments?language=${language}${after}`);
    rows.append(...told.items.map((each) => payment(at, place, each)));
    return told.next_cursor;
  }

  const following = await more(null);
  if (!rows.childElementCount) return place.hide();
  place.show(rows);
  if (following) place.add(moreButton(at.words, place, more, following));
}

/** A button for the next page, while there is one. */
function moreButton(words, place, more, cursor) {
  let next = cursor;
  const button = el("button", { type: "button", className: "quiet", textContent: words.more });
  place.onPress(button, async () => {
    next = await more(next);
    if (!next) button.hidden = true;
  });
  return el("p", { className: "act" }, button);
}

function payment(at, place, told) {
  const { words, calendar } = at;
  const title = filled(words.receipt, { number: told.receipt_number });
  const button = el("button", { type: "button", className: "link", textContent: title });
  place.onPress(button, async () => {
    const id = encodeURIComponent(told.id);
    saveFile(await at.session.file(`/me/payments/${id}/receipt.pdf?language=${language}`));
    return words.downloaded;
  });
  const facts = [calendar.dayOf(told.paid_at), told.plan, words[told.method]];
  return el(
    "li",
    {},
    el("strong", { textContent: told.amount }),
    told.voided_at ? el("span", { className: "state revoked", textContent: words.voided }) : null,
    el("p", { className: "small", textContent: facts.join(" · ") }),
    button,
  );
}

/** Show the invoices of the payment provider; hidden if there are none. */
export async function showInvoices(at) {
  const place = at.part("invoices");
  const told = await askIfThere(at.session, `/me/invoices?language=${language}`);
  if (!told?.items.length) return place.hide();
  const rows = told.items.map((each) => invoice(at, place, each));
  place.show(el("ul", { className: "rows" }, ...rows));
}

function invoice(at, place, told) {
  const { words, calendar, session } = at;
  // A one-time payment has a receipt without a number.
  const title = told.number ? filled(words.invoice, { number: told.number }) : words.receipt_alone;
  const button = el("button", { type: "button", className: "link", textContent: title });
  const line = el("p", {}, button);
  button.addEventListener("click", () => {
    // Opened synchronously: browsers block windows that open after the press.
    const tab = window.open("", "_blank");
    if (tab) tab.opener = null;
    openLink(tab);
  });

  async function openLink(tab) {
    try {
      const path = `/me/invoices/${encodeURIComponent(told.id)}/link`;
      const url = webAddress((await session.ask(path, { method: "POST" })).url);
      if (tab) tab.location.replace(url);
      else {
        const link = { href: url, target: "_blank", rel: "noopener noreferrer" };
        line.replaceChildren(el("a", { ...link, textContent: words.link_blocked }));
      }
    } catch (error) {
      tab?.close();
      place.tellRefused(error);
    }
  }

  const facts = [calendar.dayOf(told.created_at), told.plan];
  if (told.refunded_minor > 0) {
    facts.push(
      told.refunded_minor >= told.amount_minor
        ? words.refunded_whole
        : filled(words.refunded, { amount: moneyOf(told.refunded_minor, told.currency) }),
    );
  }
  if (told.disputed) facts.push(words.disputed);
  return el(
    "li",
    {},
    el("strong", { textContent: told.amount }),
    el("span", { className: `state bill-${told.status}`, textContent: words[told.status] ?? "" }),
    el("p", { className: "small", textContent: facts.filter(Boolean).join(" · ") }),
    line,
  );
}

/** Format an amount in minor units, without floating-point division. */
function moneyOf(minor, currency) {
  const format = new Intl.NumberFormat(language, { style: "currency", currency });
  const decimals = format.resolvedOptions().maximumFractionDigits;
  const digits = String(minor).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  return format.format(decimals ? `${whole}.${digits.slice(-decimals)}` : whole);
}
