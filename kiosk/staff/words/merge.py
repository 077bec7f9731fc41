"""Texts of two people who are to become one. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from api_client.messages.management import CustomerProfile
from api_client.messages.people import PayerSubscription, PayerView
from api_client.messages.scan import CustomerState
from kiosk.staff.words.give import named
from kiosk.staff.words.membership import held_line, money
from kiosk.staff.words.profile import state_word
from kiosk.texts import Texts
from kiosk.verdict import initials

_TICK = timedelta(microseconds=1)
_STATES = (CustomerState.INACTIVE, CustomerState.ACTIVE, CustomerState.BANNED)
"""From weak to strong: of two states the stronger one stays."""


@dataclass(frozen=True)
class Person:
    """A customer with what charges them; ``payer`` is None where that is not known."""

    profile: CustomerProfile
    payer: PayerView | None = None

    @property
    def id(self) -> UUID:
        """The customer's id."""
        return self.profile.customer.id

    @property
    def who(self) -> str:
        """Name and number in one line."""
        return named(self.profile.customer)

    @property
    def banned(self) -> bool:
        """Whether the customer is blocked."""
        return self.profile.customer.state is CustomerState.BANNED

    @property
    def subscriptions(self) -> tuple[PayerSubscription, ...]:
        """Subscriptions that have not ended."""
        return () if self.payer is None else self.payer.subscriptions

    @property
    def charging(self) -> tuple[PayerSubscription, ...]:
        """Subscriptions that take a further payment."""
        return tuple(each for each in self.subscriptions if each.charges_again)


@dataclass(frozen=True)
class PersonWords:
    """One of the two, as it is shown beside the other."""

    title: str
    number: str
    initials: str
    photo_path: str | None
    facts: tuple[tuple[str, str], ...]
    memberships: tuple[str, ...]
    subscriptions: tuple[str, ...]


@dataclass(frozen=True)
class MergeWords:
    """Both, who stays and who goes, and what becomes of what they have."""

    stays: PersonWords
    goes: PersonWords
    outcome: tuple[str, ...]


def must_choose(stays: Person, goes: Person) -> bool:
    """Return whether staff have to say which subscriptions end.

    Where both are charged, and where one who is charged becomes blocked by the other's block.
    """
    if stays.charging and goes.charging:
        return True
    return stays.banned != goes.banned and bool((goes if stays.banned else stays).charging)


def merge_words(stays: Person, goes: Person, texts: Texts, zone: str) -> MergeWords:
    """Return the texts of a merge of ``goes`` into ``stays``."""
    return MergeWords(
        stays=_person(stays, texts, zone),
        goes=_person(goes, texts, zone),
        outcome=_outcome(stays, goes, texts),
    )


def _person(person: Person, texts: Texts, zone: str) -> PersonWords:
    """Return one of two people."""
    say, profile = texts.say, person.profile
    linked = [each.company for each in profile.companies if each.valid_until is None]
    cards = sum(each.revoked_at is None for each in profile.cards)
    facts = (
        (say("State"), state_word(profile.customer.state, texts)),
        (say("Born"), texts.day(profile.birth_date) if profile.birth_date else ""),
        (say("Email"), profile.email or ""),
        (say("Phone"), profile.phone or ""),
        (say("Former number"), ", ".join(profile.former_numbers)),
        (say("Note"), profile.desk_note or ""),
        (say("Companies"), ", ".join(linked)),
        (say("Cards"), str(cards) if cards else ""),
        (say("Customer since"), texts.local_day(profile.created_at, zone)),
    )
    lines = (held_line(each, profile.companies, texts, zone) for each in profile.memberships)
    return PersonWords(
        title=profile.customer.name,
        number=profile.customer.number,
        initials=initials(profile.customer.name),
        photo_path=profile.customer.photo_path,
        facts=tuple(fact for fact in facts if fact[1]),
        memberships=tuple(f"{line.plan} · {line.status} · {line.period}" for line in lines),
        subscriptions=tuple(subscription_line(each, texts, zone) for each in person.subscriptions),
    )


def subscription_line(subscription: PayerSubscription, texts: Texts, zone: str) -> str:
    """Return a subscription in one line: plan, price, and whether it goes on charging."""
    price = money(subscription.amount_minor, subscription.currency, texts)
    ends = texts.say("ends, not charged again")
    if subscription.charges_again:
        ends = texts.say("goes on charging")
    until = ""
    if subscription.paid_until is not None:
        day = texts.local_day(subscription.paid_until - _TICK, zone)
        until = texts.say("paid until {day}", day=day)
    return " · ".join(filter(None, (f"{subscription.plan}, {price}", until, ends)))


def _outcome(stays: Person, goes: Person, texts: Texts) -> tuple[str, ...]:
    """Return sentences about what stays and what goes."""
    say = texts.say
    sentences = [
        say(
            "{stays} stays. The number, cards and addresses of {goes} lead to {stays}.",
            stays=stays.profile.customer.number,
            goes=goes.profile.customer.number,
        ),
        say(
            "Memberships, cards, companies, visits and notes are combined. Empty fields "
            "are filled from the other one."
        ),
    ]
    dropped = dropped_values(stays.profile, goes.profile, texts)
    if dropped:
        listed = "; ".join(f"{name}: {value}" for name, value in dropped)
        sentences.append(say("Not kept: {values}.", values=listed))
    states = [each.profile.customer.state for each in (stays, goes)]
    if states[0] is not states[1]:
        after = state_word(max(states, key=_STATES.index), texts)
        sentences.append(say("State afterwards: {state}.", state=after))
    if goes.payer is not None and goes.payer.open_pages:
        sentences.append(say("Open payment pages of {who} are closed.", who=goes.who))
    if must_choose(stays, goes):
        sentences.append(say("What becomes of the subscriptions is asked next."))
    elif stays.charging or goes.charging:
        sentences.append(say("The subscription goes on, and charges who stays."))
    sentences.append(say("Both are logged out of their own page. This cannot be undone."))
    return tuple(sentences)


def dropped_values(
    stays: CustomerProfile, goes: CustomerProfile, texts: Texts
) -> tuple[tuple[str, str], ...]:
    """Return what the duplicate has otherwise than who stays, and loses: label and value."""
    say = texts.say
    pairs = [
        (say("Given name"), stays.given_name, goes.given_name),
        (say("Family name"), stays.family_name, goes.family_name),
        (say("Email"), stays.email, goes.email),
        (say("Phone"), stays.phone, goes.phone),
    ]
    found = [(name, theirs) for name, own, theirs in pairs if own and theirs and own != theirs]
    days = stays.birth_date, goes.birth_date
    if days[0] is not None and days[1] is not None and days[0] != days[1]:
        found.append((say("Born"), texts.day(days[1])))
    if stays.customer.photo_path and goes.customer.photo_path:
        found.append((say("Photo"), say("that of {number}", number=goes.customer.number)))
    return tuple(found)


def merge_refusal(code: str, texts: Texts) -> str:
    """Return why a merge is refused; empty for a code of something else."""
    say = texts.say
    match code:
        case "subscriptions_undecided":
            return say(
                "By now subscriptions charge both, or whom the merge blocks. Close this, and look "
                "at both anew."
            )
        case "order_not_charging":
            return say(
                "A subscription has ended meanwhile, or charges no more. Close this, and look at "
                "both anew."
            )
        case "customer_erased":
            return say("One of the two was erased and cannot be merged.")
        case "customer_not_found":
            return say("One of the two no longer exists.")
        case _:
            return ""
