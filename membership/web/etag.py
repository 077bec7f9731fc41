"""Answers that a caller may keep: version tags, and requests that name the version they have."""

import hashlib

from pydantic import BaseModel


def weak_tag(answer: BaseModel, *, but: str) -> str:
    """Name what an answer says: the same for two that differ only in the field ``but``."""
    said = answer.model_dump_json(exclude={but})
    return f'W/"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def names_tag(if_none_match: str | None, tag: str) -> bool:
    """Whether an If-None-Match header names a version, given with or without its quotes."""
    if if_none_match is None:
        return False
    shown = [_bare(each) for each in if_none_match.split(",")]
    return "*" in shown or _bare(tag) in shown


def _bare(tag: str) -> str:
    """A tag without what surrounds it."""
    return tag.strip().removeprefix("W/").strip('"')
