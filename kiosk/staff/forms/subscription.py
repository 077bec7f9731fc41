"""The forms of subscriptions and online orders."""

from collections.abc import Mapping, Sequence
from typing import Literal

from api_client.management import ManagementClient
from api_client.messages.billing import CheckoutLink, InvoiceView, OrderView, RefundAnswer
from api_client.messages.management import CompanyView, PlanView
from kiosk.staff.forms.refusals import in_words
from kiosk.staff.forms.request import Call, Filled
from kiosk.staff.forms.second_press import SecondPress
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.undo import Undo
from kiosk.staff.words.membership import plan_words
from kiosk.staff.words.refusals import customer_refusal
from kiosk.staff.words.subscription import Flag, SubscriptionWords
from kiosk.texts import Texts


def order_form(
    texts: Texts,
    owner: Mapping[str, str],
    plans: Sequence[PlanView],
    company: CompanyView | None,
    about: str,
) -> tuple[Form, Filled[CheckoutLink]]:
    """Order a plan that ``owner`` pays online; ``company`` is the owner if it is one."""
    say = texts.say
    topic = ":".join(("order", *owner.values()))
    form = Form(texts, say("Order online"), say("Open the payment page"), topic=topic, about=about)
    offered = [
        (str(plan.id), plan_words(plan, texts))
        for plan in plans
        if plan.archived_at is None and plan.price_minor
    ]
    if company is not None:
        form.add_words(say("Billed to {who}.", who=_billed_to(company)))
    form.add_choice("plan_id", say("Plan"), offered)
    form.add_words(say("It is paid through Stripe; the membership begins once it is paid."))
    if not offered:
        form.show_failure(say("No plan with a price is on sale."))
        form.submit.setEnabled(False)

    press = SecondPress("other_subscription_runs")

    def filled(values: Mapping[str, Value]) -> Call[CheckoutLink]:
        plan_id = str(values["plan_id"])

        def ask(client: ManagementClient, once: str) -> CheckoutLink:
            why = say(
                "A subscription to another plan runs already; both would be charged. Change "
                "its plan in the file, or press the button again to have both."
            )
            return press.send(
                plan_id,
                once,
                lambda again: client.order_online(owner, plan_id, once, again=again),
                why,
            )

        return in_words(ask, texts, customer_refusal)

    return form, filled


def _billed_to(company: CompanyView) -> str:
    """Return who receives the invoices of a company."""
    return " · ".join(filter(None, (company.billing_name or company.name, company.billing_email)))


def cancel_form(texts: Texts, words: SubscriptionWords) -> tuple[Form, Filled[OrderView]]:
    """Cancel a subscription at the end of the period that is paid."""
    say = texts.say
    title = say("Cancel {plan}", plan=words.title)
    form = _form(texts, words, title, say("End now") if words.unpaid else say("Do not renew"))
    if words.unpaid:
        form.add_words(say("It ends now, and its open invoice is cancelled. Nothing is charged."))
        if words.until:
            form.add_words(say("The last day paid was {day}.", day=words.until))
    elif words.until:
        form.add_words(say("It runs until {day} and is not charged again.", day=words.until))
    else:
        form.add_words(say("It ends with the current period and is not charged again."))
    if not words.unpaid:
        form.undo = lambda _order: Undo(
            say("{plan} is not renewed.", plan=words.title),
            lambda client, once: client.resume_order(words.order_id, once),
        )
    return form, _cancelling(words, "period_end")


def end_form(texts: Texts, words: SubscriptionWords) -> tuple[Form, Filled[OrderView]]:
    """Cancel a subscription and end its membership at once."""
    say = texts.say
    title = say("Cancel {plan} now", plan=words.title)
    form = _form(texts, words, title, say("End now"), final=True)
    form.add_words(
        say("The membership ends at once, for good. Nothing is paid back: that is done at Stripe.")
    )
    return form, _cancelling(words, "now")


def _cancelling(words: SubscriptionWords, at: Literal["period_end", "now"]) -> Filled[OrderView]:
    def cancel(client: ManagementClient, once: str) -> OrderView:
        return client.cancel_order(words.order_id, at, once)

    return lambda _values: cancel


def keep_form(texts: Texts, words: SubscriptionWords) -> tuple[Form, Filled[OrderView]]:
    """Resume a subscription that was cancelled for the end of its period."""
    say = texts.say
    form = _form(texts, words, say("Keep {plan}", plan=words.title), say("Keep it"))
    if words.until:
        form.add_words(say("It continues, and is charged again on {day}.", day=words.until))
    else:
        form.add_words(say("It continues, and is charged again."))
    form.undo = lambda _order: Undo(
        say("{plan} goes on.", plan=words.title),
        lambda client, once: client.cancel_order(words.order_id, "period_end", once),
    )
    return form, lambda _values: lambda client, once: client.resume_order(words.order_id, once)


def _form(
    texts: Texts, words: SubscriptionWords, title: str, action: str, *, final: bool = False
) -> Form:
    topic = f"subscription:{action}:{words.order_id}"
    return Form(texts, title, action, topic=topic, about=words.payer, final=final)


def settle_form(texts: Texts, flag: Flag, about: str) -> tuple[Form, Filled[OrderView]]:
    """Mark the payment of somebody barred, or what was paid and not granted, as settled."""
    say = texts.say
    topic = f"settle:{flag.order_id}"
    form = Form(texts, say("Settle the payment"), say("It is settled"), topic=topic, about=about)
    form.add_words(f"{flag.title}. {flag.below}")
    form.add_words(say("Once it is settled, it is no longer shown here."))
    return form, lambda _values: lambda client, _once: client.settle_order(flag.order_id)


def refund_form(
    texts: Texts, flag: Flag, invoice_id: str, about: str
) -> tuple[Form, Filled[InvoiceView]]:
    """Say whether the membership of a payment that was paid back as a whole ends."""
    say = texts.say
    topic = f"refund:{invoice_id}"
    form = Form(texts, say("Paid back"), say("Save"), topic=topic, about=about, final=True)
    form.add_words(f"{flag.title}. {flag.below}")
    form.add_choice(
        "membership",
        say("Membership"),
        [
            (RefundAnswer.KEPT.value, say("stays as it is")),
            (RefundAnswer.ENDED.value, say("ends at once, with its subscription")),
        ],
    )

    def filled(values: Mapping[str, Value]) -> Call[InvoiceView]:
        answer = RefundAnswer(str(values["membership"]))
        return lambda client, _once: client.answer_refund(invoice_id, answer)

    return form, filled
