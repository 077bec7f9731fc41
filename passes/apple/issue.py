"""Who issues a pass."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleIssue:
    """What a pass says of its issuer, and where the phone asks for its newest version.

    ``web_service_url`` is the base to which the phone appends ``/v1/...``; it and
    ``auth_token`` (at least 16 characters) are both given, or neither. ``allow_http`` takes an
    address without TLS, which only a phone with a developer's setting asks.
    """

    pass_type_id: str
    team_id: str
    web_service_url: str | None
    auth_token: str | None
    organization_name: str
    allow_http: bool = False
