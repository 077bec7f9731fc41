"""Conditional requests: entity tags, If-None-Match and If-Match (RFC 9110, section 13)."""

import hashlib
import re

from pydantic import BaseModel

_CODING = "(?:[-;]{1,2}(?:gzip|br|zstd|deflate|df|compress))*"
_SPELLING = re.compile(f'(?:W/)?"?(.*?){_CODING}"?{_CODING}', re.DOTALL)
"""``W/"..."`` (nginx), ``"...-gzip"`` (Apache, Caddy), ``"...;gzip"`` and such."""


def weak_etag(answer: BaseModel, *, exclude: str) -> str:
    """Return a weak ETag of an answer: the same for two that differ only in field ``exclude``."""
    content = answer.model_dump_json(exclude={exclude})
    return f'W/"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'


def etag_matches(if_none_match: str | None, etag: str) -> bool:
    """Whether an If-None-Match header lists ``etag`` or ``*``, as ``lists`` compares them."""
    return if_none_match is not None and lists(if_none_match, etag)


def lists(header: str, etag: str) -> bool:
    """Whether a list of ETags has ``etag`` in any spelling, or is ``*``.

    Quotes, ``W/`` and what names a compression (``"...-gzip"``) are ignored. A proxy that
    compresses answers changes their tags so; they are of the fields, and not of the bytes.
    """
    listed = [opaque(each) for each in header.split(",")]
    return "*" in listed or opaque(etag) in listed


def opaque(etag: str) -> str:
    """Return an ETag without its quotes and without what proxies add to it."""
    found = _SPELLING.fullmatch(etag.strip())
    return etag if found is None else found[1]
