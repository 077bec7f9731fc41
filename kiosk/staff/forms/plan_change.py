"""The forms by which a subscription changes its plan."""

from collections.abc import Mapping

from api_client.management import ManagementClient
from api_client.messages.billing import OrderView, PlanChangePreview
from kiosk.staff.forms.request import Call, Filled, refusal
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.undo import Undo
from kiosk.staff.words.membership import money
from kiosk.staff.words.subscription import SubscriptionWords
from kiosk.texts import Texts

_LATER, _NOW = "period_end", "now"


def change_form(texts: Texts, words: SubscriptionWords) -> tuple[Form, Filled[OrderView]]:
    """Change the plan of a subscription, with the next period or at once.

    At once, the first press says what it costs, and the second one does it. With a service of
    before, a plan with another interval can only begin at once.
    """
    say = texts.say
    title = say("Change {plan}", plan=words.title)
    topic = f"change_plan:{words.order_id}"
    form = Form(texts, title, say("Change"), topic=topic, about=words.payer)
    form.add_choice(
        "plan_id",
        say("Plan"),
        [
            (str(each.plan_id), f"{each.plan} · {money(each.amount_minor, each.currency, texts)}")
            for each in words.choices
        ],
    )
    whens = [(_LATER, say("With the next period")), (_NOW, say("At once"))]
    form.add_choice("at", say("From when on"), whens)
    form.add_words(say("“At once”: Stripe calculates the difference; you see it first."))
    seen: dict[str, PlanChangePreview] = {}
    only_now = {str(each.plan_id) for each in words.choices if not each.next_period}

    chose_later = [False]

    def undoing(_order: OrderView) -> Undo | None:
        if not chose_later[0]:
            return None  # at once it is charged: the press before said so
        return Undo(
            say("The plan changes with the next period."),
            lambda client, once: client.withdraw_plan_change(words.order_id, once),
        )

    form.undo = undoing

    def filled(values: Mapping[str, Value]) -> Call[OrderView]:
        chose_later[0] = values["at"] == _LATER
        plan_id, at = str(values["plan_id"]), str(values["at"])
        # Taken at the press: the same request once more is for what was shown before it.
        shown = seen.pop(plan_id, None) if at == _NOW else None

        def now(client: ManagementClient, once: str) -> OrderView:
            if shown is not None:
                return client.change_plan_now(words.order_id, shown, once)
            seen[plan_id] = client.preview_change(words.order_id, plan_id)
            raise refusal(_cost(seen[plan_id], texts), "cost_shown")

        def later(client: ManagementClient, once: str) -> OrderView:
            if plan_id in only_now:
                title = say("This plan has another interval: it can only begin at once.")
                raise refusal(title, "change_only_now")
            return client.change_plan_later(words.order_id, plan_id, once)

        return now if at == _NOW else later

    return form, filled


def _cost(shown: PlanChangePreview, texts: Texts) -> str:
    """Return what a change at once costs, and how it is confirmed."""
    say = texts.say
    amount = money(abs(shown.amount_minor), shown.currency, texts)
    if shown.amount_minor < 0:
        return say(
            "{amount} is credited to the next payments. Press the button again to change.",
            amount=amount,
        )
    return say("{amount} is charged now. Press the button again to change.", amount=amount)


def keep_plan_form(texts: Texts, words: SubscriptionWords) -> tuple[Form, Filled[OrderView]]:
    """Undo a change of plan that is planned for the next period."""
    say = texts.say
    topic = f"keep_plan:{words.order_id}"
    title = say("Keep {plan}", plan=words.title)
    form = Form(texts, title, say("Keep it"), topic=topic, about=words.payer)
    form.add_words(say("It does not change to {plan}.", plan=words.changes))
    return (
        form,
        lambda _values: lambda client, once: client.withdraw_plan_change(words.order_id, once),
    )
