// A change of plan: for the next period, or at once after what it costs was shown.
import { el, filled } from "./parts.js";

const language = document.documentElement.lang;

/** The button that changes the plan of a subscription, and what it opens; `changed` reloads. */
export function planChange(at, place, told, changed) {
  const { words, session } = at;
  const path = `/me/memberships/${encodeURIComponent(told.membership_id)}/change`;
  const box = el("div", { className: "plans", role: "group", hidden: true });
  box.setAttribute("aria-label", words.change_plan);
  const open = button(words.change_plan, "quiet");
  place.onPress(open, async () => {
    const plans = (await session.ask(`${path}/plans?language=${language}`)).items;
    if (!plans.length) return words.no_plans;
    choose(plans);
  });

  /** Show the plans; `null` closes. */
  function choose(plans) {
    const back = button(words.cancel_no, "quiet");
    back.addEventListener("click", () => {
      show();
      open.focus();
    });
    show(...plans.map((each) => choice(each, plans)), back);
  }

  function show(...content) {
    box.replaceChildren(...content);
    box.hidden = !content.length;
    open.hidden = !box.hidden;
    box.querySelector("button")?.focus();
  }

  function choice(plan, plans) {
    const acts = el("p", { className: "act" });
    if (plan.next_period) acts.append(place.onPress(button(words.change_later), () => later(plan)));
    acts.append(place.onPress(button(words.change_now, "quiet"), () => preview(plan, plans)));
    const price = el("span", { className: "small", textContent: ` ${plan.price}` });
    return el("div", {}, el("strong", { textContent: plan.plan }), price, acts);
  }

  async function later(plan) {
    await session.ask(path, { method: "POST", body: { plan_id: plan.plan_id } });
    await changed();
    return words.change_planned_done;
  }

  async function preview(plan, plans) {
    const body = { plan_id: plan.plan_id };
    const shown = await session.ask(`${path}/preview?language=${language}`, { method: "POST", body });
    const text = shown.amount_minor < 0 ? words.change_credit : words.change_cost;
    const values = { plan: plan.plan, price: plan.price, amount: shown.amount };
    const yes = button(words.change_yes);
    const no = button(words.change_back, "quiet");
    place.onPress(yes, async () => {
      const { amount_minor, prorated_at } = shown;
      const wanted = { ...body, at: "now", amount_minor, prorated_at };
      await session.ask(path, { method: "POST", body: wanted });
      await changed();
      return filled(words.change_done, values);
    });
    no.addEventListener("click", () => choose(plans));
    show(el("p", { textContent: filled(text, values) }), no, yes);
  }

  return el("div", {}, open, box);
}

/** The button that undoes a planned change. */
export function planKept(at, place, told, changed) {
  const path = `/me/memberships/${encodeURIComponent(told.membership_id)}/change/withdraw`;
  return place.onPress(button(at.words.change_withdraw, "quiet"), async () => {
    await at.session.ask(path, { method: "POST" });
    await changed();
    return at.words.change_withdrawn;
  });
}

function button(textContent, className = "") {
  return el("button", { type: "button", className, textContent });
}
