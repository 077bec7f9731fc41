"""What the page of the signup shows of the keys of web sites. Pure."""

from dataclasses import dataclass
from uuid import UUID

from api_client.messages.signup import EmbedKeyList, EmbedKeyView
from kiosk.texts import Texts


@dataclass(frozen=True)
class KeyLine:
    """A key of a site as one line; ``good`` until it is revoked."""

    id: UUID
    kid: str
    below: str
    good: bool


def key_lines(keys: EmbedKeyList, texts: Texts, zone: str) -> list[KeyLine]:
    """Return all keys in the order of the service, revoked ones last, with days in ``zone``."""
    return [_key_line(key, texts, zone) for key in keys.items]


def _key_line(key: EmbedKeyView, texts: Texts, zone: str) -> KeyLine:
    parts = [key.algorithm, texts.say("since {day}", day=texts.local_day(key.created_at, zone))]
    if key.revoked_at is not None:
        parts.append(texts.say("revoked {day}", day=texts.local_day(key.revoked_at, zone)))
    return KeyLine(key.id, key.kid, " · ".join(parts), key.revoked_at is None)
