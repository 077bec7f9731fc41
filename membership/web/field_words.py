"""What is wrong with a field, in the language of who reads it, by Pydantic's type of error."""

from collections.abc import Mapping
from typing import Any

from resources.catalogue import SOURCE_LANGUAGE, translatable, translated

_BY_TYPE = {
    "missing": translatable("is missing"),
    "string_too_long": translatable("has more than {max_length} characters"),
    "string_too_short": translatable("has fewer than {min_length} characters"),
    "greater_than_equal": translatable("is less than {ge}"),
    "less_than_equal": translatable("is more than {le}"),
    "string_type": translatable("is no text"),
    "int_type": translatable("is no whole number"),
    "bool_type": translatable("is neither yes nor no"),
    "uuid_parsing": translatable("is no id"),
    "date_from_datetime_parsing": translatable("is no day"),
    "date_parsing": translatable("is no day"),
}


def field_words(error: Mapping[str, Any], language: str) -> str:
    """Return what one of Pydantic's errors says in ``language``; in English as Pydantic does."""
    sentence = _BY_TYPE.get(error["type"])
    if sentence is None or language == SOURCE_LANGUAGE:
        return str(error["msg"])
    return translated(sentence, language).format(**error.get("ctx", {}))
