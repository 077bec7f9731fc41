"""The forms of the keys of web sites, and the parser of a JWK Set (RFC 7517).

A private key that is pasted by mistake is refused here: it is neither sent nor shown.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.signup import EmbedKeyList
from kiosk.staff.forms.request import Call, Filled, refusal
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.words.site_keys import KeyLine
from kiosk.texts import Texts

LARGEST = 64 * 1024
"""Bytes of a file with keys. Ten of the largest keys need less."""

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_PRIVATE_PEM = re.compile(r"BEGIN [A-Z ]*PRIVATE KEY")


def keys_form(texts: Texts, text: str = "") -> tuple[Form, Filled[EmbedKeyList]]:
    """Add public keys of a site. ``text`` is the content of a file that was chosen."""
    say = texts.say
    form = Form(texts, say("Keys of a site"), say("Add keys"), topic="site_keys:new")
    form.add_words(
        say("Paste the public keys of the site as a JWK Set. It says: {example}",
            example='{"keys": [{"kty": "OKP", …}]}')
    )  # fmt: skip
    form.add_note("jwks", say("Public keys"), text)

    def filled(values: Mapping[str, Value]) -> Call[EmbedKeyList]:
        text = str(values["jwks"])
        return lambda client, once: client.add_embed_keys(read_keys(text, texts), once)

    return form, filled


def revoke_form(texts: Texts, key: KeyLine) -> tuple[Form, Filled[EmbedKeyList]]:
    """Revoke a key. The call returns all keys as they are then."""
    say = texts.say
    title = say("Revoke {card}", card=key.kid)
    form = Form(texts, title, say("Revoke"), topic=f"site_key:{key.id}", final=True)
    form.add_words(say("The site can no longer log anybody in with it. This cannot be undone."))

    def revoke(client: ManagementClient, once: str) -> EmbedKeyList:
        client.revoke_embed_key(key.id, once)
        return client.embed_keys()

    return form, lambda _values: revoke


def text_of(data: bytes, texts: Texts) -> str:
    """Return the text of a file of public keys. Raises Refused for any other file."""
    if len(data) > LARGEST:
        raise _no_keys(texts.say("This file is too large to be a file of keys."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _no_keys(texts.say("This is not a file of keys: it is not text.")) from None
    read_keys(text, texts)
    return text


def read_keys(text: str, texts: Texts) -> list[Mapping[str, Any]]:
    """Parse a JWK Set or a single JWK. Raises Refused for anything else and for private keys."""
    say = texts.say
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        if _PRIVATE_PEM.search(text):
            raise _is_private(texts) from None
        raise _no_keys(say("This is not a JWK Set: it is not JSON.")) from None
    keys = read.get("keys", [read]) if isinstance(read, dict) else None
    if not isinstance(keys, list) or not keys or not all(_is_key(key) for key in keys):
        raise _no_keys(say("This JWK Set has no keys."))
    if any(_PRIVATE & key.keys() for key in keys):
        raise _is_private(texts)
    return keys


def _is_key(key: object) -> bool:
    return isinstance(key, dict) and "kty" in key


def _is_private(texts: Texts) -> Refused:
    return _no_keys(texts.say("This is a private key. It was not sent. Use the public key."))


def _no_keys(title: str) -> Refused:
    return refusal(title, "no_keys")
