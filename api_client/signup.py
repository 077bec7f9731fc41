"""Client of the part of the API for the settings of the signup and the keys of sites."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from api_client.messages.signup import EmbedKeyList, EmbedKeyView, SignupView

from .client import MembershipClient


class SignupClient(MembershipClient):
    """Raises the errors of ``api_client.errors``."""

    def signup(self) -> SignupView:
        """Return the settings of the signup."""
        return self._ask(SignupView, "GET", "/v1/signup")

    def set_signup(self, settings: Mapping[str, Any]) -> SignupView:
        """Replace the settings; those left out get their default."""
        return self._ask(SignupView, "PUT", "/v1/signup", body=settings)

    def embed_keys(self) -> EmbedKeyList:
        """Return the keys of sites, revoked ones last."""
        return self._ask(EmbedKeyList, "GET", "/v1/signup/keys")

    def add_embed_keys(self, keys: Sequence[Mapping[str, Any]]) -> EmbedKeyList:
        """Add public keys (JWK, RFC 7517), all or none. Returns all keys."""
        body = {"jwks": {"keys": list(keys)}}
        return self._ask(EmbedKeyList, "POST", "/v1/signup/keys", body=body)

    def revoke_embed_key(self, key_id: UUID) -> EmbedKeyView:
        """Revoke a key permanently."""
        return self._ask(EmbedKeyView, "POST", f"/v1/signup/keys/{key_id}/revoke")
