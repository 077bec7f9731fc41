"""Texts about wallet cards, from messages of the service. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api_client.messages.cards import CardRecord, InWallet, WalletKind, WalletsReady
from kiosk.style import Tone
from kiosk.texts import Texts

SOON = timedelta(days=30)
"""A certificate that ends sooner than this gets a warning."""


@dataclass(frozen=True)
class CardLine:
    """A card as a row of its holder's profile; ``replaceable``: another one can take its place."""

    id: UUID
    title: str
    below: str
    good: bool
    replaceable: bool = False


@dataclass(frozen=True)
class CardWords:
    """Texts of the page of a card, and what can be done with it.

    ``link`` is the address in the QR code; if it is empty, ``no_link`` says why.
    """

    id: UUID
    title: str
    holder: str
    status: str
    tone: Tone
    facts: tuple[tuple[str, str], ...]
    link: str
    no_link: str
    has_design: bool
    good: bool
    foreign: bool = False
    warnings: tuple[str, ...] = ()


def card_line(card: CardRecord, texts: Texts, zone: str) -> CardLine:
    """Return a card as a row, with days in the time zone ``zone``."""
    good = card.revoked_at is None
    parts = [_since(card, texts, zone)]
    if card.revoked_at is not None:
        parts = [texts.say("revoked {day}", day=texts.local_day(card.revoked_at, zone))]
    elif card.foreign and card.code_end:
        parts.append(texts.say("code ends in {end}", end=card.code_end))
    elif card.design is None:
        parts.append("" if card.foreign else texts.say("printed only"))
    else:
        parts.append(_where(card, texts))
    return CardLine(
        id=card.id,
        title=card.design or card.label,
        below=" · ".join(filter(None, parts)),
        good=good,
        replaceable=good and not card.foreign,
    )


def _since(card: CardRecord, texts: Texts, zone: str) -> str:
    day = texts.local_day(card.issued_at, zone)
    return texts.say("given {day}", day=day) if card.foreign else texts.say("issued {day}", day=day)


def card_words(
    card: CardRecord,
    holder: str,
    wallets: WalletsReady,
    *,
    texts: Texts,
    zone: str,
    now: datetime,
    banned: bool = False,
) -> CardWords:
    """Return the texts of a card's page at ``now``; ``banned`` is whether its holder is."""
    say = texts.say
    good = card.revoked_at is None
    facts = [(say("Issued"), texts.local_day(card.issued_at, zone))]
    if card.revoked_at is not None:
        facts.append((say("Revoked"), texts.local_day(card.revoked_at, zone)))
    if card.foreign and card.code_end:
        facts.append((say("Code"), say("ends in {end}", end=card.code_end)))
    if card.replaced_by is not None:
        facts.append((say("Replaced"), say("by another card")))
    facts += [(_NAMES[each.wallet], _in_wallet(each, texts)) for each in card.wallets]
    return CardWords(
        id=card.id,
        title=card.design or card.label,
        holder=holder,
        status=say("valid") if good else say("revoked"),
        tone=Tone.ACTIVE if good else Tone.CARD_REVOKED,
        facts=tuple(facts),
        link=card.install_url or "",
        no_link=_no_link(card, texts, banned=banned),
        has_design=card.design is not None,
        good=good,
        foreign=card.foreign,
        warnings=tuple(_warnings(card, wallets, texts, zone, now)) if good else (),
    )


_NAMES = {WalletKind.APPLE: "Apple Wallet", WalletKind.GOOGLE: "Google Wallet"}


def _where(card: CardRecord, texts: Texts) -> str:
    """Return the names of the wallets that have the card."""
    names = [_NAMES[each.wallet] for each in card.wallets if each.devices]
    return ", ".join(names) or texts.say("not on a phone yet")


def _in_wallet(stand: InWallet, texts: Texts) -> str:
    """Return the state of a card in one wallet."""
    if not stand.devices:
        return texts.say("not added yet")
    if stand.wallet is WalletKind.GOOGLE:
        words = texts.say("offered to the phone")
    else:
        words = texts.say_many("on one device", "on {count} devices", stand.devices)
    late = texts.say("update on its way")
    return f"{words} · {late}" if stand.pending else words


def _no_link(card: CardRecord, texts: Texts, *, banned: bool) -> str:
    """Return why a phone cannot load the card, or an empty text."""
    if card.install_url is not None:
        return ""
    if card.revoked_at is not None:
        return texts.say("A revoked card can no longer be added to a phone.")
    if card.foreign:
        return texts.say("This card was made elsewhere: no phone can load it.")
    if card.design is None:
        return texts.say("This card has no design: it is printed only.")
    if banned:
        return texts.say("The customer is blocked: there is nothing to install.")
    return texts.say(
        "No link for phones: the service has no public address yet (see the wallet set-up)."
    )


def _warnings(
    card: CardRecord, wallets: WalletsReady, texts: Texts, zone: str, now: datetime
) -> Iterator[str]:
    """Yield what keeps the card out of a wallet, or a wallet from its latest change."""
    if card.design is None:
        return
    say = texts.say
    ends = wallets.apple.not_after
    if wallets.apple.development:
        yield say("Signed for tests only: an iPhone refuses this card. See the wallet set-up.")
    elif ends is not None and ends <= now:
        yield say("The Apple certificate has ended; no card can be signed.")
    elif ends is not None and ends - now <= SOON:
        yield say("The Apple certificate ends on {day}.", day=texts.local_day(ends, zone))
    if not wallets.google.configured:
        yield say("Google Wallet is not set up.")
    for each in card.wallets:
        if each.error:
            yield say("{wallet}: {why}", wallet=_NAMES[each.wallet], why=each.error)
