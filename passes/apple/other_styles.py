"""pass.json of the styles that are not made here: boarding passes, coupons and event tickets.

They are read only, as passes of others are. Source: Apple, Wallet Passes, "Pass",
"Pass.BoardingPass", "Pass.EventTicket", "UpcomingPassInformationEntry"; the sample passes beside
the developer guide.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, JsonValue, model_validator

from passes.apple.content import PassContent
from passes.apple.fields import AuxiliaryField, FieldContent, FieldGroups
from passes.apple.semantics import SemanticTags
from passes.apple.validation import KEYS_OF_OTHER_STYLES, OTHER_STYLES
from passes.apple.values import Part, Text, Url, W3CDate, error_at

TransitType = Literal[
    "PKTransitTypeAir",
    "PKTransitTypeBoat",
    "PKTransitTypeBus",
    "PKTransitTypeGeneric",
    "PKTransitTypeTrain",
]
StyleScheme = Literal["posterEventTicket", "eventTicket", "semanticBoardingPass", "boardingPass"]
_MOST_PRIMARY = 2


class OtherFields(FieldGroups):
    """The fields of a coupon; how many Wallet draws depends on the style."""

    names: ClassVar[tuple[str, ...]] = (
        "header_fields", "primary_fields", "secondary_fields", "auxiliary_fields", "back_fields",
    )  # fmt: skip
    header_fields: tuple[FieldContent, ...] = Field(default=(), max_length=3)
    primary_fields: tuple[FieldContent, ...] = Field(default=(), max_length=1)
    secondary_fields: tuple[FieldContent, ...] = ()
    auxiliary_fields: tuple[AuxiliaryField, ...] = ()
    back_fields: tuple[FieldContent, ...] = ()


class BoardingFields(OtherFields):
    """The fields of a boarding pass: two primary ones, from and to."""

    primary_fields: tuple[FieldContent, ...] = Field(default=(), max_length=_MOST_PRIMARY)
    transit_type: TransitType


class EventFields(OtherFields):
    """The fields of an event ticket, with those below it (iOS 18)."""

    names: ClassVar[tuple[str, ...]] = (*OtherFields.names, "additional_info_fields")
    additional_info_fields: tuple[FieldContent, ...] = ()


class EventTime(Part):
    """When an event takes place, as far as it is known."""

    date: W3CDate | None = None
    time_zone: Text | None = None
    ignore_time_components: bool | None = None
    is_all_day: bool | None = None
    is_unannounced: bool | None = None
    is_undetermined: bool | None = None


class UpcomingEvent(FieldGroups):
    """An event that a ticket is for beside its own (iOS 26)."""

    names: ClassVar[tuple[str, ...]] = ("additional_info_fields", "back_fields")
    type: Literal["event"]
    identifier: Text
    name: Text
    is_active: bool | None = None
    date_information: EventTime | None = None
    semantics: SemanticTags | None = None
    additional_info_fields: tuple[FieldContent, ...] = ()
    back_fields: tuple[FieldContent, ...] = ()
    auxiliary_store_identifiers: tuple[int, ...] | None = None
    urls: Annotated[dict[str, Url] | None, Field(alias="URLs")] = None
    images: dict[str, JsonValue] | None = None


class OtherPass(PassContent):
    """Content of a boarding pass, coupon or event ticket."""

    boarding_pass: BoardingFields | None = None
    coupon: OtherFields | None = None
    event_ticket: EventFields | None = None
    preferred_style_schemes: tuple[StyleScheme, ...] | None = None

    accessibility_url: Url | None = None
    add_on_url: Annotated[Url | None, Field(alias="addOnURL")] = None
    auxiliary_store_identifiers: tuple[int, ...] | None = None
    bag_policy_url: Url | None = None
    contact_venue_email: Text | None = None
    contact_venue_phone_number: Text | None = None
    contact_venue_website: Url | None = None
    directions_information_url: Url | None = None
    event_logo_text: str | None = None
    merchandise_url: Url | None = None
    order_food_url: Url | None = None
    parking_information_url: Url | None = None
    purchase_parking_url: Url | None = None
    sell_url: Url | None = None
    transfer_url: Url | None = None
    transit_information_url: Url | None = None
    upcoming_pass_information: tuple[UpcomingEvent, ...] | None = None

    change_seat_url: Url | None = None
    entertainment_url: Url | None = None
    management_url: Url | None = None
    purchase_additional_baggage_url: Url | None = None
    purchase_lounge_access_url: Url | None = None
    purchase_wifi_url: Url | None = None
    register_service_animal_url: Url | None = None
    report_lost_bag_url: Url | None = None
    request_wheelchair_url: Url | None = None
    track_bags_url: Url | None = None
    transit_provider_email: Text | None = None
    transit_provider_phone_number: Text | None = None
    transit_provider_website_url: Url | None = None
    upgrade_url: Url | None = None

    def styles(self) -> Iterator[tuple[str, FieldGroups]]:
        """Yield the styles of the pass with their keys in pass.json."""
        yield from super().styles()
        for key, fields in self._others():
            if fields is not None:
                yield key, fields

    def _others(self) -> tuple[tuple[str, FieldGroups | None], ...]:
        return (
            ("boardingPass", self.boarding_pass),
            ("coupon", self.coupon),
            ("eventTicket", self.event_ticket),
        )

    @model_validator(mode="after")
    def _has_one_style(self) -> Self:
        """Require one style."""
        styles = [key for key, _ in self.styles()]
        if len(styles) > 1:
            raise error_at(styles[1], f"a pass has one form; this one has {styles[0]}")
        if not styles:
            raise error_at("eventTicket", "a pass needs a form")
        return self

    @model_validator(mode="after")
    def _keys_of_its_style(self) -> Self:
        """Refuse keys that Wallet reads on another style only."""
        (style,) = (key for key, _ in self.styles())
        for name, info in type(self).model_fields.items():
            key = info.alias or name
            owners = OTHER_STYLES.get(key)
            if owners is not None and style not in owners and getattr(self, name) is not None:
                raise error_at(key, KEYS_OF_OTHER_STYLES[key])
        return self
