"""pass.json of a store card or generic pass, as a strict model.

Source: Apple, Wallet Passes, "Pass", "Creating a poster generic pass". Wallet drops or refuses what
it does not expect, mostly silently; here each such thing is an error with its path.
"""

import codecs
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, JsonValue, ValidationError, ValidationInfo, model_validator

from passes.apple.fields import FieldGroups, PassFields, PosterFields
from passes.apple.relevance import (
    Barcode,
    Beacon,
    FeaturedAction,
    LegacyBarcode,
    Location,
    Nfc,
    RelevantDate,
)
from passes.apple.semantics import SemanticTags
from passes.apple.validation import STYLES_READ, content_error
from passes.apple.values import Part, Rgb, Text, Url, W3CDate, WebUrl, error_at
from passes.errors import PassContentError

MIN_TOKEN_LENGTH = 16
ALLOW_HTTP = "allow_http"
_POSTER_KEYS = ("footer_background_color", "suppress_header_darkening", "use_automatic_colors")


class PassContent(Part):
    """Content of a pass: ``store_card`` or ``generic``, and ``poster_generic`` only beside it."""

    format_version: Literal[1]
    description: Text
    organization_name: Text
    pass_type_identifier: Annotated[str, Field(pattern=r"^pass\.[A-Za-z0-9.-]+$")]
    serial_number: Text
    team_identifier: Text

    store_card: PassFields | None = None
    generic: PassFields | None = None
    poster_generic: PosterFields | None = None

    app_launch_url: Url | None = None
    associated_store_identifiers: (
        Annotated[tuple[Annotated[int, Field(gt=0)], ...], Field(min_length=1)] | None
    ) = None
    user_info: dict[str, JsonValue] | None = None

    web_service_url: WebUrl | None = None
    authentication_token: Annotated[str, Field(min_length=MIN_TOKEN_LENGTH)] | None = None

    barcodes: Annotated[tuple[Barcode, ...], Field(min_length=1)] | None = None
    barcode: LegacyBarcode | None = None
    nfc: Nfc | None = None

    expiration_date: W3CDate | None = None
    voided: bool | None = None
    sharing_prohibited: bool | None = None
    grouping_identifier: Text | None = None

    beacons: tuple[Beacon, ...] | None = None
    locations: Annotated[tuple[Location, ...], Field(max_length=10)] | None = None
    max_distance: Annotated[float, Field(gt=0)] | None = None
    relevant_date: W3CDate | None = None
    relevant_dates: tuple[RelevantDate, ...] | None = None

    background_color: Rgb | None = None
    foreground_color: Rgb | None = None
    label_color: Rgb | None = None
    footer_background_color: Rgb | None = None
    use_automatic_colors: bool | None = None
    suppress_header_darkening: bool | None = None
    suppress_strip_shine: bool | None = None
    logo_text: str | None = None

    semantics: SemanticTags | None = None
    featured_actions: Annotated[tuple[FeaturedAction, ...], Field(max_length=2)] | None = None

    def styles(self) -> Iterator[tuple[str, FieldGroups]]:
        """Yield the styles of the pass with their keys in pass.json."""
        styles: dict[str, FieldGroups | None] = {
            "storeCard": self.store_card,
            "generic": self.generic,
            "posterGeneric": self.poster_generic,
        }
        yield from ((key, fields) for key, fields in styles.items() if fields is not None)

    def as_json(self) -> bytes:
        """Return pass.json as UTF-8; the same bytes for equal content."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()

    @model_validator(mode="after")
    def _has_one_style(self) -> Self:
        """Require one style for older phones, and the poster's keys only beside a poster."""
        if self.store_card is not None and self.generic is not None:
            raise error_at("generic", "a pass has one form; this one has storeCard")
        if self.store_card is None and self.generic is None:
            beside = (
                " beside posterGeneric, for phones before iOS 27" if self.poster_generic else ""
            )
            raise error_at("storeCard", f"a pass needs storeCard or generic{beside}")
        for name in _POSTER_KEYS:
            if self.poster_generic is None and getattr(self, name) is not None:
                key = type(self).model_fields[name].alias or name
                raise error_at(key, "only a poster has this key, and there is no posterGeneric")
        return self

    @model_validator(mode="after")
    def _unique_keys(self) -> Self:
        """Require keys of fields that are unique in the whole pass."""
        seen: dict[str, tuple[str, str, int]] = {}
        for style, groups in self.styles():
            for group, fields in groups.groups():
                for at, field in enumerate(fields):
                    place = (style, group, at)
                    first = seen.setdefault(field.key, place)
                    if first is not place:
                        message = f"{field.key!r} is the key of {_key_at(*first)} too"
                        raise error_at(_key_at(*place), message)
        return self

    @model_validator(mode="after")
    def _dependent_keys(self, info: ValidationInfo) -> Self:
        """Check keys that depend on each other."""
        if self.web_service_url is not None:
            allowed = isinstance(info.context, dict) and info.context.get(ALLOW_HTTP) is True
            if not allowed and not self.web_service_url.startswith("https://"):
                raise error_at("webServiceURL", "not an https URL; http is for development only")
            if self.authentication_token is None:
                raise error_at("authenticationToken", "a pass with a webServiceURL needs one")
        elif self.authentication_token is not None:
            raise error_at("webServiceURL", "a pass with an authenticationToken needs one")
        if self.app_launch_url is not None and self.associated_store_identifiers is None:
            raise error_at("associatedStoreIdentifiers", "a pass with an appLaunchURL needs them")
        names = [each.identifier for each in self.featured_actions or ()]
        if len(set(names)) < len(names):
            raise error_at("featuredActions[1].identifier", f"{names[1]!r} is used twice")
        return self


def check_content(content: Mapping[str, Any], *, allow_http: bool = False) -> PassContent:
    """Validate content by the keys of pass.json, with tuples for arrays.

    ``allow_http`` accepts a ``webServiceURL`` without TLS, for development.

    Raises:
        PassContentError: Wallet would refuse the content, or drop a part of it.
    """
    try:
        return PassContent.model_validate(
            content, context={ALLOW_HTTP: allow_http}, by_alias=True, by_name=False
        )
    except ValidationError as error:
        raise content_error(error, content) from None


def read_content(text: bytes | str, *, allow_http: bool = False) -> PassContent:
    """Parse and validate a pass.json, as text or UTF-8; a pass of others may have any style.

    ``allow_http`` accepts a ``webServiceURL`` without TLS, for development.

    Raises:
        PassContentError: it is not JSON, has duplicate keys, or Wallet would refuse it or drop a
            part of it.
    """
    if isinstance(text, bytes):
        text = text.removeprefix(codecs.BOM_UTF8)
    try:
        content = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        if isinstance(error, PassContentError):
            raise
        raise PassContentError("", "not JSON") from None
    try:
        return _kind_of(content).model_validate_json(
            text, context={ALLOW_HTTP: allow_http}, by_alias=True, by_name=False
        )
    except ValidationError as error:
        raise content_error(error, content) from None


def _kind_of(content: Any) -> type[PassContent]:
    """Return the model of a pass by its style."""
    if isinstance(content, dict) and not STYLES_READ.isdisjoint(content):
        from passes.apple.other_styles import OtherPass  # noqa: PLC0415 - only for passes of others

        return OtherPass
    return PassContent


def _key_at(style: str, group: str, at: int) -> str:
    """Return the path of a field's key."""
    return f"{style}.{group}[{at}].key"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object. Raises PassContentError for a duplicate key."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise PassContentError(key, "this key is there twice")
        found[key] = value
    return found
