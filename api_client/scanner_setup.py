"""Client of the part of the API for what the cameras of a club look for."""

from collections.abc import Sequence

from api_client.messages.code_formats import ClubFormats

from .client import MembershipClient, keyed

_PATH = "/v1/organization"


class ScannerSetupClient(MembershipClient):
    """Raises the errors of ``api_client.errors``."""

    def code_formats(self) -> ClubFormats:
        """Return the formats that are looked for."""
        return self._ask(ClubFormats, "GET", _PATH)

    def set_code_formats(
        self, formats: Sequence[str], once: str = "", *, if_match: str = ""
    ) -> ClubFormats:
        """Look for these formats at all desks, unless the state is another one."""
        body, headers = {"code_formats": list(formats)}, keyed(once, if_match)
        return self._ask(ClubFormats, "PATCH", _PATH, body=body, headers=headers)
