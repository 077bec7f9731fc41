"""The two resources of a card in Google Wallet: the class of its design, and its own object.

Facts: Google Wallet API reference, "LoyaltyClass" and "LoyaltyObject"; the guides "Loyalty
Template" and "Rotating Barcodes".
"""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from passes.google.parts import (
    MOST_PLACES,
    MOST_TEXT_MODULES,
    Barcode,
    ClassTemplate,
    HexColour,
    Image,
    LinksModule,
    LocalizedString,
    MerchantLocation,
    Part,
    ResourceId,
    RotatingBarcode,
    Text,
    TextModule,
    TimeInterval,
)


class Holders(StrEnum):
    """Who may save a card, and on how many devices."""

    MULTIPLE_HOLDERS = "MULTIPLE_HOLDERS"
    ONE_USER_ALL_DEVICES = "ONE_USER_ALL_DEVICES"


class State(StrEnum):
    """How Google shows a card: the last two under "Expired passes"."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    INACTIVE = "INACTIVE"


TextModules = Annotated[tuple[TextModule, ...], Field(max_length=MOST_TEXT_MODULES)]


class _Resource(Part):
    """What is inserted and patched."""

    id: ResourceId
    text_modules_data: TextModules | None = None

    def as_patch(self) -> dict[str, Any]:
        """It as a PATCH that leaves nothing of what was there before.

        What is not there now is named as null, for a patch keeps what it does not name. Lists
        are replaced as a whole.
        """
        return _cleared(self)

    @model_validator(mode="after")
    def _modules_once(self) -> Self:
        """A template could not tell two text modules of one id apart."""
        ids = [each.id for each in self.text_modules_data or ()]
        if len(set(ids)) != len(ids):
            raise PydanticCustomError("twice", "two text modules have the same id")
        return self


class LoyaltyClass(_Resource):
    """What all cards of a design have in common."""

    issuer_name: Text
    localized_issuer_name: LocalizedString | None = None
    program_name: Text
    localized_program_name: LocalizedString | None = None
    program_logo: Image
    hero_image: Image | None = None
    hex_background_color: HexColour
    review_status: Literal["UNDER_REVIEW", "DRAFT"] = "UNDER_REVIEW"
    multiple_devices_and_holders_allowed_status: Holders
    localized_account_name_label: LocalizedString | None = None
    localized_account_id_label: LocalizedString | None = None
    class_template_info: ClassTemplate | None = None
    links_module_data: LinksModule | None = None
    merchant_locations: (
        Annotated[tuple[MerchantLocation, ...], Field(max_length=MOST_PLACES)] | None
    ) = None


class LoyaltyObject(_Resource):
    """One card. A rotating code has no static one beside it, which would defeat it."""

    class_id: ResourceId
    state: State
    account_name: Text | None = None
    account_id: Text | None = None
    barcode: Barcode | None = None
    rotating_barcode: RotatingBarcode | None = None
    valid_time_interval: TimeInterval | None = None

    @model_validator(mode="after")
    def _one_code(self) -> Self:
        """Refuse two codes, or none."""
        if (self.barcode is None) == (self.rotating_barcode is None):
            raise PydanticCustomError("codes", "a card has either a barcode or a rotatingBarcode")
        return self


def _cleared(part: BaseModel) -> dict[str, Any]:
    """A part as JSON, with null for all that it does not have."""
    patch: dict[str, Any] = {}
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        key = field.alias or name
        if isinstance(value, BaseModel):
            patch[key] = _cleared(value)
        elif isinstance(value, tuple):
            patch[key] = [_whole(each) for each in value]
        else:
            patch[key] = value
    return patch


def _whole(value: Any) -> Any:
    """An item of a list, which is replaced and so needs no nulls."""
    return value.as_json() if isinstance(value, Part) else value
