"""The formats of codes that the cameras of a club look for, by the names that scanners use."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from api_client.messages.editable import Editable

DEFAULT_CODE_FORMATS = ("QRCode", "Aztec", "PDF417", "Code128", "EAN13")
"""What wallet cards and most printed cards carry."""

CODE_FORMATS = (
    "QRCode", "Aztec", "PDF417", "DataMatrix",
    "Code128", "Code39", "Codabar", "ITF", "EAN13", "EAN8", "UPCA", "UPCE",
)  # fmt: skip
"""All that can be chosen, in the order in which they are listed."""

_LONGEST_NAME = 40


def _known(name: str) -> str:
    """Refuse a name that no scanner knows, and quote it."""
    if name not in CODE_FORMATS:
        raise PydanticCustomError(
            "code_format_unknown",
            "there is no code format “{name}”; there are {known}",
            {"name": name, "known": ", ".join(CODE_FORMATS)},
        )
    return name


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return each of ``names`` once: the known ones as they are listed, then the others."""
    wanted = dict.fromkeys(names)
    known = [name for name in CODE_FORMATS if name in wanted]
    return (*known, *(name for name in wanted if name not in CODE_FORMATS))


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an empty list: a camera that looks for nothing reads no card."""
    if not names:
        raise PydanticCustomError("code_format_missing", "name at least 1 code format")
    return names


CodeFormat = Annotated[
    str,
    StringConstraints(max_length=_LONGEST_NAME),
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "enum": list(CODE_FORMATS)}),
]
CodeFormats = Annotated[
    tuple[CodeFormat, ...],
    Field(max_length=4 * len(CODE_FORMATS), json_schema_extra={"minItems": 1}),
    AfterValidator(_some),
    AfterValidator(in_order),
]


class ClubFormats(Editable):
    """The formats in the answer of ``/v1/organization``; None from a service without them."""

    code_formats: tuple[str, ...] | None = None
