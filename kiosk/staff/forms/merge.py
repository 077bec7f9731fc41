"""The form that merges two files of one person."""

from collections.abc import Mapping
from uuid import UUID

from api_client.management import ManagementClient
from api_client.messages.people import MergedCustomer, PayerSubscription
from kiosk.staff.forms.refusals import in_words
from kiosk.staff.forms.request import Call, Filled, refusal
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.words.merge import Person, merge_refusal, must_choose, subscription_line
from kiosk.texts import Texts

_KEEP, _CANCEL = "keep", "cancel"


def merge_form(
    texts: Texts, stays: Person, goes: Person, zone: str
) -> tuple[Form, Filled[MergedCustomer]]:
    """Merge ``goes`` into ``stays``, and say which subscriptions end where that is to be said."""
    say = texts.say
    about = say("{goes} goes into {stays}", goes=goes.who, stays=stays.who)
    topic = f"merge:{stays.id}:{goes.id}"
    form = Form(
        texts, say("Merge two profiles"), say("Merge"), topic=topic, about=about, final=True
    )
    asked: tuple[PayerSubscription, ...] = ()
    if must_choose(stays, goes):
        asked = (*stays.charging, *goes.charging)
        form.add_words(
            say("These go on charging who stays. One that ends runs until what is paid is over.")
        )
        options = [
            ("", say("Please choose")),
            (_KEEP, say("charges on")),
            (_CANCEL, say("ends with what is paid")),
        ]
        for each in asked:
            form.add_fact(subscription_line(each, texts, zone))
            form.add_choice(_key(each), say("Subscription"), options)
    form.add_words(
        say("{goes} will no longer have a profile. This cannot be undone.", goes=goes.who)
    )

    def filled(values: Mapping[str, Value]) -> Call[MergedCustomer]:
        chosen = {each.order_id: values[_key(each)] for each in asked}

        def merge(client: ManagementClient, once: str) -> MergedCustomer:
            if not all(chosen.values()):
                why = say("Choose what happens to each subscription.")
                raise refusal(why, "subscriptions_undecided")
            ends: list[UUID] | None = None
            if asked:
                ends = [order for order, what in chosen.items() if what == _CANCEL]
            return in_words(
                lambda client, once: client.merge_customers(stays.id, goes.id, ends, once),
                texts,
                merge_refusal,
            )(client, once)

        return merge

    return form, filled


def _key(subscription: PayerSubscription) -> str:
    """Return the key of the field of a subscription."""
    return f"order_{subscription.order_id}"
