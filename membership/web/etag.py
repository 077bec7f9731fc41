"""Conditional requests: entity tags, If-None-Match and If-Match (RFC 9110, section 13)."""

import hashlib

from pydantic import BaseModel


def weak_etag(answer: BaseModel, *, exclude: str) -> str:
    """Return a weak ETag of an answer: the same for two that differ only in field ``exclude``."""
    content = answer.model_dump_json(exclude={exclude})
    return f'W/"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'


def etag_matches(if_none_match: str | None, etag: str) -> bool:
    """Whether an If-None-Match header lists ``etag`` or ``*``; quotes and ``W/`` are ignored."""
    if if_none_match is None:
        return False
    listed = [_opaque(each) for each in if_none_match.split(",")]
    return "*" in listed or _opaque(etag) in listed


def listed_strongly(if_match: str, etag: str) -> bool:
    """Whether an If-Match header lists the strong ``etag``, or is ``*``; weak ones never match."""
    return if_match.strip() == "*" or etag in [each.strip() for each in if_match.split(",")]


def _opaque(etag: str) -> str:
    """Return an ETag without its quotes and the prefix of weak ones."""
    return etag.strip().removeprefix("W/").strip('"')
