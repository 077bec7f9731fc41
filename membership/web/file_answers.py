"""Answers that are files, as the OpenAPI description has them.

Without a schema, generated clients throw the body of such an answer away.
"""

from typing import Any

BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
CSV_TYPE = "text/csv; charset=utf-8"
"""With the encoding, as it is sent. Apart from ``text/csv`` of uploads, so that generators of
clients can be configured to send bytes and receive text."""


def file_answer(description: str, *media_types: str) -> dict[int | str, dict[str, Any]]:
    """Return the ``responses`` of a route that answers a file of one of these types."""
    return {200: {"description": description, "content": dict.fromkeys(media_types, BINARY)}}


def csv_answer(description: str, example: str | None = None) -> dict[int | str, dict[str, Any]]:
    """Return the ``responses`` of a route that answers a CSV file."""
    content: dict[str, Any] = {"schema": {"type": "string"}}
    if example is not None:
        content["example"] = example
    return {200: {"description": description, "content": {CSV_TYPE: content}}}
