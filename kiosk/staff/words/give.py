"""Texts of giving a card of another maker to a member. Pure."""

from dataclasses import dataclass
from datetime import datetime

from api_client.messages.management import CustomerProfile
from api_client.messages.scan import CustomerHit, CustomerView
from kiosk.texts import Texts
from kiosk.verdict import initials

_SHOWN = 60


def code_shown(code: str) -> str:
    """Return a code for the screen; of a long one the beginning and the end."""
    if len(code) <= _SHOWN:
        return code
    return f"{code[: _SHOWN // 2]} … {code[-_SHOWN // 3 :]}"


@dataclass(frozen=True)
class MemberWords:
    """Whom a card is given to."""

    about: str
    name: str
    initials: str
    below: str
    photo_path: str | None


def named(customer: CustomerView) -> str:
    """Return name and number in one line."""
    return f"{customer.name} · {customer.number}"


def hit_below(hit: CustomerHit, word: str) -> str:
    """Return the second line of a member that was found; ``word`` is their outcome in words."""
    return " · ".join(filter(None, (hit.customer.number, word, hit.plan)))


def member_words(profile: CustomerProfile, word: str, texts: Texts) -> MemberWords:
    """Return the texts about a member; ``word`` is their outcome in words."""
    now: datetime = profile.server_time
    companies = [
        each.company
        for each in profile.companies
        if each.valid_until is None or each.valid_until > now
    ]
    born = texts.day(profile.birth_date) if profile.birth_date else ""
    below = [profile.customer.number, word, *companies]
    if born:
        below.append(texts.say("born {day}", day=born))
    return MemberWords(
        about=named(profile.customer),
        name=profile.customer.name,
        initials=initials(profile.customer.name),
        below=" · ".join(below),
        photo_path=profile.customer.photo_path,
    )


def refusal(code: str, who: str, texts: Texts) -> str:
    """Return why the service did not give a code, by the code of its refusal; empty if unknown.

    ``who`` is whose it is, if the service says so.
    """
    say = texts.say
    if code == "code_taken" and who:
        return say("This card already belongs to {who}.", who=who)
    return {
        "code_taken": say("This card already belongs to somebody else."),
        "code_theirs_already": say("This member already has this card."),
        "code_of_product": say("This is a product's code. Tick the box to give it anyway."),
        "code_is_ours": say("This code has a form of this club's own codes and cannot be given."),
        "code_too_long": say("This code is too long to be stored."),
        "code_unprintable": say("This code has characters that cannot be stored."),
        "customer_banned": say("This member is blocked: no card is given to them."),
        "customer_erased": say("This member was erased."),
    }.get(code, "")
