"""Client of the part of the API for API keys."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api_client.messages.keys import KeyList, KeyView, MintedKey, RevokedKeys

from .client import MembershipClient

_PATH = "/v1/keys"
_A_PAGE = 100


class KeyClient(MembershipClient):
    """Raises the errors of ``api_client.errors``."""

    def api_keys(self) -> KeyList:
        """Return the newest keys of the organization, revoked ones included."""
        return self._ask(KeyList, "GET", _PATH, params={"limit": _A_PAGE})

    def make_api_key(self, fields: Mapping[str, Any]) -> MintedKey:
        """Make a key. It takes no ``Idempotency-Key``: the key is in this answer only."""
        return self._ask(MintedKey, "POST", _PATH, body=dict(fields))

    def revoke_api_key(self, key_id: UUID) -> KeyView:
        """Revoke a key for good; one that is revoked stays so."""
        return self._ask(KeyView, "POST", f"{_PATH}/{key_id}/revoke")

    def revoke_api_keys_of(self, staff_id: UUID) -> RevokedKeys:
        """Revoke all keys that a member of staff made and that still work."""
        return self._ask(RevokedKeys, "POST", f"{_PATH}/made-by/{staff_id}/revoke")
