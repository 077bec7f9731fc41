"""Texts about API keys, from messages of the service. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api_client.messages.keys import KeyList, KeyView
from api_client.messages.management import ActorKind
from kiosk.style import Tone
from kiosk.texts import Texts

PURPOSES: Mapping[str, frozenset[str]] = {
    "permissions": frozenset({"permissions:read"}),
    "desk": frozenset({"scans:write", "visits:read", "visits:write", "customers:read"}),
    "read": frozenset(
        {
            "customers:read",
            "companies:read",
            "plans:read",
            "memberships:read",
            "cards:read",
            "visits:read",
        }
    ),
    "export": frozenset({"exports:read"}),
    "import": frozenset({"imports:write"}),
}
"""Scopes of what keys are made for at the desk, by purpose."""


@dataclass(frozen=True)
class ApiKeyLine:
    """A key as one line; ``good`` while it works.

    ``left_by`` is the id and ``maker`` the name of a disabled member of staff who made it.
    """

    id: UUID
    name: str
    below: tuple[str, ...]
    status: str
    tone: Tone
    good: bool
    scans: bool
    left_by: UUID | None
    maker: str


def purpose_words(texts: Texts) -> dict[str, str]:
    """Return what keys are made for, by purpose."""
    say = texts.say
    return {
        "permissions": say("Check permissions (doors, website)"),
        "desk": say("Desk: scan and look up"),
        "read": say("Read members, companies and memberships"),
        "export": say("Export all data"),
        "import": say("Import data"),
    }


def api_key_lines(keys: KeyList, texts: Texts, zone: str, now: datetime) -> list[ApiKeyLine]:
    """Return the keys, those that work first, each group newest first, with days in ``zone``."""
    lines = [_line(key, texts, zone, now) for key in keys.items]
    return sorted(lines, key=lambda line: not line.good)


def cut_words(keys: KeyList, texts: Texts) -> str:
    """Return that there are more keys than the service answered at once, or an empty text."""
    if keys.next_cursor is None:
        return ""
    return texts.say("Only the newest {count} keys are shown.", count=len(keys.items))


def _line(key: KeyView, texts: Texts, zone: str, now: datetime) -> ApiKeyLine:
    say = texts.say
    ended = key.expires_at is not None and key.expires_at <= now
    good = key.revoked_at is None and not ended
    if key.revoked_at is not None:
        day = texts.local_day(key.revoked_at, zone)
        status, tone = say("revoked {day}", day=day), Tone.CARD_REVOKED
    elif ended:
        status, tone = say("ended"), Tone.EXPIRED
    elif key.maker_disabled:
        status, tone = say("maker's account is disabled"), Tone.ATTENTION
    else:
        status, tone = say("works"), Tone.ACTIVE
    maker = key.made_by.name if key.made_by is not None else ""
    left = key.made_by if good and key.maker_disabled else None
    is_staff = left is not None and left.kind is ActorKind.STAFF
    below = (f"{key.prefix}… · {_purpose(key, texts)}", _history(key, texts, zone, maker))
    left_by = left.id if left is not None and is_staff else None
    scans = "scans:write" in key.scopes
    return ApiKeyLine(key.id, key.name, below, status, tone, good, scans, left_by, maker)


def _purpose(key: KeyView, texts: Texts) -> str:
    """Return what a key is for: its purpose, or its scopes if no purpose has just these."""
    for purpose, words in purpose_words(texts).items():
        if PURPOSES[purpose] == frozenset(key.scopes):
            return words
    return ", ".join(key.scopes)


def _history(key: KeyView, texts: Texts, zone: str, maker: str) -> str:
    """Return who made a key and when, when it was last used, and until when it works."""
    say, day = texts.say, texts.local_day
    made = day(key.created_at, zone)
    parts = [say("created {day} by {who}", day=made, who=maker) if maker else made]
    if key.last_used_at is None:
        parts.append(say("never used"))
    else:
        parts.append(say("last used {day}", day=day(key.last_used_at, zone)))
    if key.expires_at is not None:
        last = key.expires_at - timedelta(microseconds=1)
        parts.append(say("until {day}", day=day(last, zone)))
    return " · ".join(parts)
