"""Semantic tags: machine-readable data that the system may act on.

Tags belong to a pass or to one of its fields. Most are for boarding passes and event tickets; on a
card they are harmless, so all are accepted. Source: Apple, Wallet Passes, "SemanticTags".
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from passes.apple.values import Latitude, Longitude, Part, Rgb, Text, W3CDate

EventType = Literal[
    "PKEventTypeGeneric",
    "PKEventTypeLivePerformance",
    "PKEventTypeMovie",
    "PKEventTypeSports",
    "PKEventTypeConference",
    "PKEventTypeConvention",
    "PKEventTypeWorkshop",
    "PKEventTypeSocialGathering",
]
Capability = Literal[
    "PKPassengerCapabilityPreboarding",
    "PKPassengerCapabilityPriorityBoarding",
    "PKPassengerCapabilityCarryon",
    "PKPassengerCapabilityPersonalItem",
    "PKPassengerCapabilityLapInfant",
]
SecurityProgram = Literal[
    "PKTransitSecurityProgramTSAPreCheck",
    "PKTransitSecurityProgramTSAPreCheckTouchlessID",
    "PKTransitSecurityProgramOSS",
    "PKTransitSecurityProgramITI",
    "PKTransitSecurityProgramITD",
    "PKTransitSecurityProgramGlobalEntry",
    "PKTransitSecurityProgramCLEAR",
]


class CurrencyAmount(Part):
    """An amount of money; ``amount`` is a decimal number as text."""

    amount: Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$")] | None = None
    currency_code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None


class TagLocation(Part):
    """A location in degrees."""

    latitude: Latitude
    longitude: Longitude


class EventDateInfo(Part):
    """A start date, with or without a time of day."""

    date: W3CDate
    ignore_time_components: bool | None = None
    time_zone: Text | None = None


class PersonName(Part):
    """The parts of a name."""

    family_name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    name_prefix: str | None = None
    name_suffix: str | None = None
    nickname: str | None = None
    phonetic_representation: str | None = None


class Seat(Part):
    """A seat."""

    seat_aisle: str | None = None
    seat_description: str | None = None
    seat_identifier: str | None = None
    seat_level: str | None = None
    seat_number: str | None = None
    seat_row: str | None = None
    seat_section: str | None = None
    seat_section_color: Rgb | None = None
    seat_type: str | None = None


class WifiNetwork(Part):
    """A wireless network and its password."""

    ssid: Text
    password: Text


class SemanticTags(Part):
    """All tags, in alphabetical order."""

    additional_ticket_attributes: str | None = None
    admission_level: str | None = None
    admission_level_abbreviation: str | None = None
    airline_code: str | None = None
    airplay: tuple[JsonValue, ...] | None = None
    album_ids: tuple[str, ...] | None = None
    artist_ids: tuple[str, ...] | None = None
    attendee_name: str | None = None
    away_team_abbreviation: str | None = None
    away_team_location: str | None = None
    away_team_name: str | None = None
    balance: CurrencyAmount | None = None
    boarding_group: str | None = None
    boarding_sequence_number: str | None = None
    boarding_zone: str | None = None
    car_number: str | None = None
    confirmation_number: str | None = None
    current_arrival_date: W3CDate | None = None
    current_boarding_date: W3CDate | None = None
    current_departure_date: W3CDate | None = None
    departure_airport_code: str | None = None
    departure_airport_name: str | None = None
    departure_city_name: str | None = None
    departure_gate: str | None = None
    departure_location: TagLocation | None = None
    departure_location_description: str | None = None
    departure_location_security_programs: tuple[SecurityProgram, ...] | None = None
    departure_location_time_zone: str | None = None
    departure_platform: str | None = None
    departure_station_name: str | None = None
    departure_terminal: str | None = None
    destination_airport_code: str | None = None
    destination_airport_name: str | None = None
    destination_city_name: str | None = None
    destination_gate: str | None = None
    destination_location: TagLocation | None = None
    destination_location_description: str | None = None
    destination_location_security_programs: tuple[SecurityProgram, ...] | None = None
    destination_location_time_zone: str | None = None
    destination_platform: str | None = None
    destination_station_name: str | None = None
    destination_terminal: str | None = None
    duration: float | None = None
    entrance_description: str | None = None
    event_end_date: W3CDate | None = None
    event_live_message: str | None = None
    event_name: str | None = None
    event_start_date: W3CDate | None = None
    event_start_date_info: EventDateInfo | None = None
    event_type: EventType | None = None
    flight_code: str | None = None
    flight_number: int | None = None
    genre: str | None = None
    home_team_abbreviation: str | None = None
    home_team_location: str | None = None
    home_team_name: str | None = None
    international_documents_are_verified: bool | None = None
    international_documents_verified_declaration_name: str | None = None
    league_abbreviation: str | None = None
    league_name: str | None = None
    lounge_place_ids: tuple[str, ...] | None = None
    membership_program_name: str | None = None
    membership_program_number: str | None = None
    membership_program_status: str | None = None
    original_arrival_date: W3CDate | None = None
    original_boarding_date: W3CDate | None = None
    original_departure_date: W3CDate | None = None
    passenger_airline_ssrs: tuple[str, ...] | None = None
    passenger_capabilities: tuple[Capability, ...] | None = None
    passenger_eligible_security_programs: tuple[SecurityProgram, ...] | None = None
    passenger_information_ssrs: tuple[str, ...] | None = None
    passenger_name: PersonName | None = None
    passenger_service_ssrs: tuple[str, ...] | None = None
    performer_names: tuple[str, ...] | None = None
    playlist_ids: tuple[str, ...] | None = None
    priority_status: str | None = None
    seats: tuple[Seat, ...] | None = None
    security_screening: str | None = None
    silence_requested: bool | None = None
    sport_name: str | None = None
    tailgating_allowed: bool | None = None
    ticket_fare_class: str | None = None
    total_price: CurrencyAmount | None = None
    transit_provider: str | None = None
    transit_status: str | None = None
    transit_status_reason: str | None = None
    vehicle_name: str | None = None
    vehicle_number: str | None = None
    vehicle_type: str | None = None
    venue_box_office_open_date: W3CDate | None = None
    venue_close_date: W3CDate | None = None
    venue_doors_open_date: W3CDate | None = None
    venue_entrance: str | None = None
    venue_entrance_door: str | None = None
    venue_entrance_gate: str | None = None
    venue_entrance_portal: str | None = None
    venue_fan_zone_open_date: W3CDate | None = None
    venue_gates_open_date: W3CDate | None = None
    venue_location: TagLocation | None = None
    venue_name: str | None = None
    venue_open_date: W3CDate | None = None
    venue_parking_lots_open_date: W3CDate | None = None
    venue_phone_number: str | None = None
    venue_place_id: str | None = None
    venue_region_name: str | None = None
    venue_room: str | None = None
    wifi_access: tuple[WifiNetwork, ...] | None = None
