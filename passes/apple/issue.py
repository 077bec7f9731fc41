"""The issuer of a pass."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleIssue:
    """The issuer of a pass, and the web service from which a phone gets its updates.

    ``web_service_url`` is the base to which the phone appends ``/v1/...``; it and ``auth_token``
    (at least 16 characters) are both given, or neither. ``allow_http`` accepts a URL without TLS,
    which a phone uses only with a developer setting.
    """

    pass_type_id: str
    team_id: str
    web_service_url: str | None
    auth_token: str | None
    organization_name: str
    allow_http: bool = False
