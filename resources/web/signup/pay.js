// Online payment: the order, the page of the payment provider, and polling for the result.
import { clock } from "./clock.js";
import { byId, Refused } from "./login.js";

const PAUSE_MS = 3000;

/**
 * The payment of a plan. `call(path, body)` sends a request of the customer, a GET without a body;
 * `done(order)` is called once the membership exists; `dayOf(day)` writes a day.
 */
export function payment(steps, words, call, done, dayOf) {
  let waiting = 0;

  /** Order a plan, show its payment page, and poll the order until it expires. */
  async function begin(plan) {
    const order = await call("/orders", { plan_id: plan });
    const link = byId("pay");
    link.href = order.url;
    steps.show("pay");
    if (order.continues_after) {
      steps.say(words.continues.replace("{day}", () => dayOf(order.continues_after)));
    }
    waiting += 1;
    look(order.order_id, waiting, Date.parse(order.expires_at));
  }

  async function look(order, turn, ends) {
    while (turn === waiting) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      let told;
      try {
        told = await call("/orders/" + order);
      } catch (error) {
        if (turn !== waiting) return;
        if (error instanceof Refused && error.status === 404) return giveUp("failed");
        if (error instanceof Refused && error.status === 401) return giveUp("paid_later");
        if (clock.now() > ends) return giveUp("paid_later");
        steps.say(words.offline, true); // polling continues
        continue;
      }
      if (turn !== waiting) return;
      if (told.membership_id) return done(told);
      if (told.state === "expired" || told.state === "failed") return giveUp("not_paid");
      if (told.state === "completed" || clock.now() > ends) return giveUp("paid_later");
      steps.say(words.paying);
    }
  }

  function giveUp(code) {
    waiting += 1;
    steps.show("who");
    steps.say(words[code], true);
  }

  return { begin };
}
