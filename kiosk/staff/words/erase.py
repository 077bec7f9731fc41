"""Texts of an erasure: what is deleted, what stays and why. Pure."""

from dataclasses import dataclass

from api_client.messages.scan import Status
from kiosk.staff.words.merge import Person
from kiosk.texts import Texts


@dataclass(frozen=True)
class EraseWords:
    """What staff read before they erase somebody.

    ``running`` are plans of own memberships that are not over, ``at_provider`` is what the provider
    has, empty for somebody whom it never knew. ``barred`` is why it is not possible yet, or empty.
    """

    sentences: tuple[str, ...]
    running: tuple[str, ...]
    at_provider: str
    barred: str


def erase_words(person: Person, texts: Texts) -> EraseWords:
    """Return the texts of the erasure of a customer."""
    say, payer = texts.say, person.payer
    running = tuple(
        each.plan
        for each in person.profile.memberships
        if each.company is None and each.status is not Status.EXPIRED
    )
    at_provider = barred = ""
    if payer is not None and payer.provider_ids:
        at_provider = say(
            "Stripe knows this customer as {ids}, with name, email and payment methods. Payments "
            "and invoices stay there in any case, for the accounts.",
            ids=", ".join(payer.provider_ids),
        )
    if person.subscriptions:
        plans = ", ".join(each.plan for each in person.subscriptions)
        barred = say(
            "A subscription still runs: {plans}. End it first, under “Subscription …” in "
            "the profile.",
            plans=plans,
        )
    return EraseWords(
        sentences=(
            say(
                "Deleted for good, in the history too: names, email, phone, date of birth, note, "
                "photo, former numbers and logins. Cards are revoked, and links to companies end."
            ),
            say(
                "What stays, without the person: memberships with prices, payments and visits, for "
                "the accounts. Backups of before still have the data."
            ),
        ),
        running=running,
        at_provider=at_provider,
        barred=barred,
    )


def erase_refusal(code: str, texts: Texts) -> str:
    """Return why an erasure is refused; empty for a code of something else."""
    say = texts.say
    match code:
        case "memberships_running":
            return say(
                "A membership still runs, or is yet to begin. Tick the box that ends it too; if "
                "there is none, close this and begin anew."
            )
        case "billed_by_provider":
            return say(
                "A subscription still runs. End it first, under “Subscription …” in the profile."
            )
        case "confirm_wrong":
            return say("This is not the number of this customer. Nothing was erased.")
        case _:
            return ""
