"""The list of all cards, and whether the wallets can take them, from messages. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api_client.messages.cards import CardState, ListedCard, WalletKind, WalletsReady
from kiosk.staff.words.card import SOON
from kiosk.style import Tone
from kiosk.texts import Texts

_NAMES = {WalletKind.APPLE: "Apple Wallet", WalletKind.GOOGLE: "Google Wallet"}


@dataclass(frozen=True)
class CardRow:
    """A card of somebody in the list of all."""

    id: UUID
    holder: str
    below: str
    day: str
    state: str
    tone: Tone


@dataclass(frozen=True)
class ReadyLine:
    """What cards need on their way to a phone: whether it is there, or what is missing."""

    name: str
    sentence: str
    good: bool


def card_rows(cards: Iterable[ListedCard], texts: Texts, zone: str) -> list[CardRow]:
    """Return cards as rows, in their order, with days in the time zone ``zone``."""
    return [_row(card, texts, zone) for card in cards]


def state_word(state: CardState, texts: Texts) -> str:
    """Return a word for the state of a card."""
    return {
        CardState.ACTIVE: texts.say("valid"),
        CardState.REVOKED: texts.say("revoked"),
        CardState.REPLACED: texts.say("replaced"),
    }[state]


def count_words(total: int | None, texts: Texts) -> str:
    """Return how many cards there are; empty if that is not known."""
    return "" if total is None else texts.say_many("{count} card", "{count} cards", total)


def ready_lines(
    wallets: WalletsReady, texts: Texts, zone: str, now: datetime
) -> tuple[ReadyLine, ...]:
    """Return one line for each wallet, and one for the address under which phones get cards."""
    say = texts.say
    address = wallets.public_url or ""
    return (
        _apple(wallets, texts, zone, now),
        ReadyLine(
            "Google Wallet",
            say("ready") if wallets.google.configured else say("not set up"),
            wallets.google.configured,
        ),
        ReadyLine(
            say("Address for phones"),
            address.removeprefix("https://") or say("missing: no phone can load a card"),
            bool(address),
        ),
    )


def _apple(wallets: WalletsReady, texts: Texts, zone: str, now: datetime) -> ReadyLine:
    say, ends = texts.say, wallets.apple.not_after
    name = _NAMES[WalletKind.APPLE]
    if wallets.apple.development or ends is None:
        return ReadyLine(name, say("certificate missing: iPhones refuse the cards"), good=False)
    day = texts.local_day(ends, zone)
    if ends <= now:
        return ReadyLine(name, say("certificate ended {day}", day=day), good=False)
    if ends - now <= SOON:
        return ReadyLine(name, say("certificate ends {day}", day=day), good=False)
    return ReadyLine(name, say("ready until {day}", day=day), good=True)


def _row(card: ListedCard, texts: Texts, zone: str) -> CardRow:
    tones = {
        CardState.ACTIVE: Tone.ACTIVE,
        CardState.REVOKED: Tone.CARD_REVOKED,
        CardState.REPLACED: Tone.NO_MEMBERSHIP,
    }
    parts = [card.customer.number, card.design or card.label, _where(card, texts)]
    return CardRow(
        id=card.id,
        holder=card.customer.name,
        below=" · ".join(filter(None, parts)),
        day=texts.local_day(card.issued_at, zone),
        state=state_word(card.state, texts),
        tone=tones[card.state],
    )


def _where(card: ListedCard, texts: Texts) -> str:
    """Return where a valid card is; empty for others."""
    if card.state is not CardState.ACTIVE:
        return ""
    if card.foreign:
        return texts.say("code ends in {end}", end=card.code_end) if card.code_end else ""
    if card.design is None:
        return texts.say("printed only")
    return ", ".join(_NAMES[each] for each in card.on_phones) or texts.say("not on a phone yet")
