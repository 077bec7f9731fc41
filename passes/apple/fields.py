"""Fields of a pass, by groups.

Source: Apple, Wallet Passes, "PassFieldContent", "PassFields", "Creating a poster generic pass";
their numbers, Wallet Developer Guide, "Pass Design and Creation".
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from passes.apple.semantics import SemanticTags
from passes.apple.values import Part, Text, error_at, w3c_date

DateStyle = Literal[
    "PKDateStyleNone", "PKDateStyleShort", "PKDateStyleMedium", "PKDateStyleLong", "PKDateStyleFull"
]
NumberStyle = Literal[
    "PKNumberStyleDecimal",
    "PKNumberStylePercent",
    "PKNumberStyleScientific",
    "PKNumberStyleSpellOut",
]
TextAlignment = Literal[
    "PKTextAlignmentLeft",
    "PKTextAlignmentCenter",
    "PKTextAlignmentRight",
    "PKTextAlignmentNatural",
]
DataDetector = Literal[
    "PKDataDetectorTypePhoneNumber",
    "PKDataDetectorTypeLink",
    "PKDataDetectorTypeAddress",
    "PKDataDetectorTypeCalendarEvent",
]
_DETECTED = ("backFields", "additionalInfoFields")
_KEY = re.compile(r"\S*")
_UNDATED = (None, None, None, None)


class _OnlyLinks(HTMLParser):
    """Raises an error for markup other than ``<a href="...">``."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check an opening tag."""
        if tag != "a" or [name for name, _ in attrs] != ["href"]:
            raise PydanticCustomError("markup", 'the only markup taken is <a href="...">')


def _only_links(value: str | int | float) -> str | int | float:
    """Refuse markup that Wallet does not support."""
    if isinstance(value, str):
        parser = _OnlyLinks()
        parser.feed(value)
        parser.close()
    return value


def _has_placeholder(text: str) -> str:
    """Require ``%@``, which Wallet replaces by the new value, or a key of pass.strings.

    A text with spaces is no key as others name them, so it lacks the value.
    """
    if "%@" not in text and not _KEY.fullmatch(text):
        raise PydanticCustomError("message", "it has no %@, which the new value replaces")
    return text


Value = str | int | float


class FieldContent(Part):
    """One field: a text, a number, or a date, which the phone formats."""

    key: Text
    value: Value
    label: str | None = None
    attributed_value: Annotated[Value, AfterValidator(_only_links)] | None = None
    change_message: Annotated[str, AfterValidator(_has_placeholder)] | None = None
    currency_code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    data_detector_types: tuple[DataDetector, ...] | None = None
    date_style: DateStyle | None = None
    time_style: DateStyle | None = None
    ignores_time_zone: bool | None = None
    is_relative: bool | None = None
    number_style: NumberStyle | None = None
    text_alignment: TextAlignment | None = None
    semantics: SemanticTags | None = None

    @model_validator(mode="after")
    def _consistent_type(self) -> Self:
        """Check that the value has the type that its styles require."""
        dated = (self.date_style, self.time_style, self.ignores_time_zone, self.is_relative)
        if dated != _UNDATED:
            if self.date_style is None and self.time_style is None:
                raise error_at("dateStyle", "a date has a dateStyle or a timeStyle")
            if not isinstance(self.value, str):
                raise error_at("value", "a field with a dateStyle holds a date")
            try:
                w3c_date(self.value)
            except PydanticCustomError as error:
                raise error_at("value", error.message()) from None
        for name, given in (
            ("currencyCode", self.currency_code),
            ("numberStyle", self.number_style),
        ):
            if given is not None and isinstance(self.value, str):
                raise error_at("value", f"a field with a {name} holds a number")
        return self


class AuxiliaryField(FieldContent):
    """A field of the auxiliary group, which may have two rows."""

    row: Literal[0, 1] | None = None


class FieldGroups(Part):
    """Fields by group."""

    names: ClassVar[tuple[str, ...]] = ()

    def groups(self) -> Iterator[tuple[str, tuple[FieldContent, ...]]]:
        """Yield the groups with their keys in pass.json."""
        for name in self.names:
            fields: tuple[FieldContent, ...] = getattr(self, name)
            yield type(self).model_fields[name].alias or name, fields

    @model_validator(mode="after")
    def _allowed_in_group(self) -> Self:
        """Refuse keys that Wallet supports in other groups only."""
        for group, fields in self.groups():
            for at, field in enumerate(fields):
                if field.text_alignment and group in ("primaryFields", "backFields"):
                    raise error_at(f"{group}[{at}].textAlignment", f"{group} are not aligned")
                if field.data_detector_types is not None and group not in _DETECTED:
                    raise error_at(f"{group}[{at}].dataDetectorTypes", "only for backFields")
        return self


class PassFields(FieldGroups):
    """The fields of a store card or generic pass, as many as Wallet draws."""

    names = ("header_fields", "primary_fields", "secondary_fields", "auxiliary_fields",
             "back_fields")  # fmt: skip
    header_fields: tuple[FieldContent, ...] = Field(default=(), max_length=3)
    primary_fields: tuple[FieldContent, ...] = Field(default=(), max_length=1)
    secondary_fields: tuple[FieldContent, ...] = Field(default=(), max_length=4)
    auxiliary_fields: tuple[AuxiliaryField, ...] = Field(default=(), max_length=4)
    back_fields: tuple[FieldContent, ...] = ()


class PosterFields(FieldGroups):
    """The fields of a poster generic pass (iOS 27)."""

    names = ("header_fields", "primary_fields", "footer_fields", "back_fields")
    header_fields: tuple[FieldContent, ...] = Field(default=(), max_length=1)
    primary_fields: tuple[FieldContent, ...] = Field(default=(), max_length=4)
    footer_fields: tuple[FieldContent, ...] = Field(default=(), max_length=2)
    back_fields: tuple[FieldContent, ...] = ()
