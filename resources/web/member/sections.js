// Memberships, permissions and cards of the customer.
import { subscriptionOf } from "./bills.js";
import { el, filled, part, saveFile } from "./parts.js";

/** Show the memberships with their subscriptions; expired ones are collapsed. */
export async function showMemberships(at, profile) {
  const { words } = at;
  const place = at.part("memberships");
  let failed = null;
  // Memberships are shown even if the subscriptions fail to load.
  const bills = await at.bills().catch((error) => {
    failed = error;
    return new Map();
  });
  const rows = profile.memberships.map((each) => [each, membership(at, place, each, bills.get(each.id))]);
  const over = rows.filter(([each]) => each.status === "expired").map(([, row]) => row);
  const present = rows.filter(([each]) => each.status !== "expired").map(([, row]) => row);
  place.show(
    present.length ? list(present) : el("p", { textContent: words.no_memberships }),
    over.length
      ? el(
          "details",
          {},
          el("summary", { textContent: filled(words.earlier, { count: over.length }) }),
          list(over),
        )
      : "",
  );
  if (failed) place.tellRefused(failed);
}

function membership(at, place, told, bill) {
  const { words, calendar } = at;
  const state = told.status ?? "scheduled";
  const source = told.via ? filled(words.through, { company: told.via }) : words.own;
  const until = told.last_day
    ? filled(words.until, { day: calendar.localDay(told.last_day) })
    : words.endless;
  const reason = {
    scheduled: filled(words.scheduled_from, { day: calendar.dayOf(told.starts_at) }),
    ended_early: words.ended_early,
    payment_overdue: words.payment_overdue,
    no_seat: words.no_seat,
  }[told.reason];
  return el(
    "li",
    {},
    el("strong", { textContent: told.plan_name }),
    el("span", { className: `state ${state}`, textContent: words[state] }),
    el("p", { className: "small", textContent: `${source} · ${until}` }),
    reason ? el("p", { className: "note", textContent: reason }) : null,
    bill ? subscriptionOf(at, place, bill) : null,
  );
}

/** Show the current permissions. */
export function showPermissions({ words, calendar, part }, profile) {
  const rows = profile.permissions.map(({ label, until }) =>
    el(
      "li",
      {},
      label,
      until
        ? el("span", {
            className: "small",
            textContent: " " + filled(words.until_day, { day: calendar.dayBefore(until) }),
          })
        : null,
    ),
  );
  const shown = el("ul", { className: "included" }, ...rows);
  const none = el("p", { textContent: words.no_permissions });
  part("permissions").show(rows.length ? shown : none);
}

/** Show the cards, and offer a first one and the live card. */
export async function showCards(at) {
  const place = at.part("cards");
  fillCards(at, place, await at.session.ask("/me/cards"));
}

function fillCards(at, place, told) {
  const { words } = at;
  const live = told.items.filter((each) => each.live);
  const rows = told.items.map((each) => card(at, each, live.length > 1));
  place.show(rows.length ? list(rows) : el("p", { textContent: words.no_cards }));
  if (told.can_have_one) {
    const button = el("button", { type: "button", textContent: words.make_card });
    place.onPress(button, async () => {
      fillCards(at, place, await at.session.ask("/me/cards", { method: "POST" }));
      place.focus();
      return words.made_card;
    });
    place.add(el("p", { className: "act" }, button));
  }
  at.offerLive(live[0]?.id ?? null);
}

function card(at, told, several) {
  const { words, calendar } = at;
  const acts = el("p", { className: "act" });
  if (told.live && several) {
    const show = el("button", { type: "button", className: "quiet", textContent: words.show_this });
    show.addEventListener("click", () => at.showLive(told.id));
    acts.append(show);
  }
  if (told.install_url) {
    const link = { href: told.install_url, target: "_blank", rel: "noopener noreferrer" };
    acts.append(el("a", { ...link, className: "button quiet", textContent: words.add }));
  }
  const where = told.wallets.map((wallet) => words["in_" + wallet]);
  const facts = [filled(words.issued, { day: calendar.dayOf(told.issued_at) }), ...where];
  return el(
    "li",
    {},
    el("strong", { textContent: told.label }),
    el("span", { className: `state ${told.state}`, textContent: words[told.state] }),
    el("p", { className: "small", textContent: facts.join(" · ") }),
    acts.childElementCount ? acts : null,
  );
}

/** Let a button download all personal data of the customer whose page it is then. */
export function offerExport({ words, session }, button) {
  const place = part("personal", words, () => true);
  place.onPress(button, async () => {
    saveFile(await session.file("/me/export"));
    return words.downloaded;
  });
}

/** A list of rows with lines between them. */
export function list(rows) {
  return el("ul", { className: "rows" }, ...rows);
}
