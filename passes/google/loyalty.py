"""The two resources of a card in Google Wallet: the class of its design, and its object.

Source: Google Wallet API reference, "LoyaltyClass" and "LoyaltyObject"; the guides "Loyalty
Template" and "Rotating Barcodes".
"""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from passes.google.parts import (
    MAX_LOCATIONS,
    MAX_TEXT_MODULES,
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
    """Who may save a card, and on how many devices (``MultipleDevicesAndHoldersAllowedStatus``)."""

    MULTIPLE_HOLDERS = "MULTIPLE_HOLDERS"
    ONE_USER_ALL_DEVICES = "ONE_USER_ALL_DEVICES"


class State(StrEnum):
    """State of a card; Google shows the last two under "Expired passes"."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    INACTIVE = "INACTIVE"


TextModules = Annotated[tuple[TextModule, ...], Field(max_length=MAX_TEXT_MODULES)]


class _Resource(Part):
    """A resource that is inserted and patched."""

    id: ResourceId
    text_modules_data: TextModules | None = None

    def as_patch(self) -> dict[str, Any]:
        """Return the JSON of a PATCH that replaces the whole resource.

        Absent fields are null, as a patch keeps fields that it does not contain. Lists are replaced
        as a whole.
        """
        return _cleared(self)

    @model_validator(mode="after")
    def _modules_once(self) -> Self:
        """Require unique ids, by which templates refer to text modules."""
        ids = [each.id for each in self.text_modules_data or ()]
        if len(set(ids)) != len(ids):
            raise PydanticCustomError("twice", "two text modules have the same id")
        return self


class LoyaltyClass(_Resource):
    """Everything that the cards of a design have in common."""

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
        Annotated[tuple[MerchantLocation, ...], Field(max_length=MAX_LOCATIONS)] | None
    ) = None


class LoyaltyObject(_Resource):
    """One card. It has no static code beside a rotating one, which would defeat its purpose."""

    class_id: ResourceId
    state: State
    account_name: Text | None = None
    account_id: Text | None = None
    barcode: Barcode | None = None
    rotating_barcode: RotatingBarcode | None = None
    valid_time_interval: TimeInterval | None = None

    @model_validator(mode="after")
    def _one_code(self) -> Self:
        """Require exactly one code."""
        if (self.barcode is None) == (self.rotating_barcode is None):
            raise PydanticCustomError("codes", "a card has either a barcode or a rotatingBarcode")
        return self


def _cleared(part: BaseModel) -> dict[str, Any]:
    """Return a part as JSON, with null for absent fields."""
    patch: dict[str, Any] = {}
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        key = field.alias or name
        if isinstance(value, BaseModel):
            patch[key] = _cleared(value)
        elif isinstance(value, tuple):
            patch[key] = [_item(each) for each in value]
        else:
            patch[key] = value
    return patch


def _item(value: Any) -> Any:
    """Return an item of a list as JSON, without nulls, as lists are replaced."""
    return value.as_json() if isinstance(value, Part) else value
