"""pass.json: all that Wallet reads of a store card or generic pass, and nothing else.

Facts: Apple, Wallet Passes, "Pass", "Creating a poster generic pass". Wallet drops or refuses
what it does not expect, most of it without a word; here it is refused with the place of the
fault.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, JsonValue, ValidationError, ValidationInfo, model_validator

from passes.apple.fields import PassFields, PosterFields
from passes.apple.refusal import refusal_of
from passes.apple.relevance import (
    Barcode,
    Beacon,
    FeaturedAction,
    Location,
    Nfc,
    OldBarcode,
    RelevantDate,
)
from passes.apple.semantics import SemanticTags
from passes.apple.values import Address, Part, Rgb, Text, W3CDate, WebAddress, fault
from passes.errors import PassContentError

SHORTEST_TOKEN = 16
ALLOW_HTTP = "allow_http"
_POSTER_KEYS = ("footer_background_color", "suppress_header_darkening", "use_automatic_colors")


class PassContent(Part):
    """The content of a pass. ``store_card`` or ``generic``; ``poster_generic`` only beside it."""

    format_version: Literal[1]
    description: Text
    organization_name: Text
    pass_type_identifier: Annotated[str, Field(pattern=r"^pass\.[A-Za-z0-9.-]+$")]
    serial_number: Text
    team_identifier: Text

    store_card: PassFields | None = None
    generic: PassFields | None = None
    poster_generic: PosterFields | None = None

    app_launch_url: Address | None = None
    associated_store_identifiers: (
        Annotated[tuple[Annotated[int, Field(gt=0)], ...], Field(min_length=1)] | None
    ) = None
    user_info: dict[str, JsonValue] | None = None

    web_service_url: WebAddress | None = None
    authentication_token: Annotated[str, Field(min_length=SHORTEST_TOKEN)] | None = None

    barcodes: Annotated[tuple[Barcode, ...], Field(min_length=1)] | None = None
    barcode: OldBarcode | None = None
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

    def styles(self) -> Iterator[tuple[str, PassFields | PosterFields]]:
        """The forms that the pass has, by key of pass.json."""
        forms = {
            "storeCard": self.store_card,
            "generic": self.generic,
            "posterGeneric": self.poster_generic,
        }
        yield from ((name, form) for name, form in forms.items() if form is not None)

    def as_json(self) -> bytes:
        """The bytes of pass.json, the same for equal content."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        """Check that older phones have one form to draw, and the poster what is for it."""
        if self.store_card is not None and self.generic is not None:
            raise fault("generic", "a pass has one form; this one has storeCard")
        if self.store_card is None and self.generic is None:
            beside = (
                " beside posterGeneric, for phones before iOS 27" if self.poster_generic else ""
            )
            raise fault("storeCard", f"a pass needs storeCard or generic{beside}")
        for name in _POSTER_KEYS:
            if self.poster_generic is None and getattr(self, name) is not None:
                key = type(self).model_fields[name].alias or name
                raise fault(key, "only a poster has this key, and there is no posterGeneric")
        return self

    @model_validator(mode="after")
    def _keys_once(self) -> Self:
        """A field's key is unique in the whole pass."""
        seen: dict[str, tuple[str, str, int]] = {}
        for style, form in self.styles():
            for group, fields in form.groups():
                for at, field in enumerate(fields):
                    place = (style, group, at)
                    first = seen.setdefault(field.key, place)
                    if first is not place:
                        message = f"{field.key!r} is the key of {_key_at(*first)} too"
                        raise fault(_key_at(*place), message)
        return self

    @model_validator(mode="after")
    def _goes_together(self, info: ValidationInfo) -> Self:
        """Check keys that are of no use alone."""
        if self.web_service_url is not None:
            allowed = isinstance(info.context, dict) and info.context.get(ALLOW_HTTP) is True
            if not allowed and not self.web_service_url.startswith("https://"):
                raise fault("webServiceURL", "not an https URL; http is for development only")
            if self.authentication_token is None:
                raise fault("authenticationToken", "a pass with a webServiceURL needs one")
        elif self.authentication_token is not None:
            raise fault("webServiceURL", "a pass with an authenticationToken needs one")
        if self.app_launch_url is not None and self.associated_store_identifiers is None:
            raise fault("associatedStoreIdentifiers", "a pass with an appLaunchURL needs them")
        names = [each.identifier for each in self.featured_actions or ()]
        if len(set(names)) < len(names):
            raise fault("featuredActions[1].identifier", f"{names[1]!r} is used twice")
        return self


def checked_content(content: Mapping[str, Any], *, allow_http: bool = False) -> PassContent:
    """Check content given by the keys of pass.json, lists as tuples.

    Args:
        content: what pass.json says.
        allow_http: take a ``webServiceURL`` without TLS, for development.

    Raises:
        PassContentError: Wallet would refuse it, or drop a part of it.
    """
    try:
        return PassContent.model_validate(
            content, context={ALLOW_HTTP: allow_http}, by_alias=True, by_name=False
        )
    except ValidationError as error:
        raise refusal_of(error, content) from None


def read_content(text: bytes | str, *, allow_http: bool = False) -> PassContent:
    """Check a pass.json.

    Args:
        text: JSON, UTF-8.
        allow_http: take a ``webServiceURL`` without TLS, for development.

    Raises:
        PassContentError: it is no JSON, has a key twice, or Wallet would refuse it or drop a
            part of it.
    """
    try:
        content = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        if isinstance(error, PassContentError):
            raise
        raise PassContentError("", "not JSON") from None
    try:
        return PassContent.model_validate_json(
            text, context={ALLOW_HTTP: allow_http}, by_alias=True, by_name=False
        )
    except ValidationError as error:
        raise refusal_of(error, content) from None


def _key_at(style: str, group: str, at: int) -> str:
    """The place of a field's key."""
    return f"{style}.{group}[{at}].key"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, with each key once. Raises PassContentError."""
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key in read:
            raise PassContentError(key, "this key is there twice")
        read[key] = value
    return read
