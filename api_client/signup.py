"""Client of the part of the API with which staff open the signup, and accept keys of sites."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from api_client.messages.signup import EmbedKeyList, EmbedKeyView, SignupView

from .client import MembershipClient


class SignupClient(MembershipClient):
    """Raises the errors of ``api_client.errors``."""

    def signup(self) -> SignupView:
        """Show whether and how the public may join."""
        return self._ask(SignupView, "GET", "/v1/signup")

    def set_signup(self, settings: Mapping[str, Any]) -> SignupView:
        """Replace the settings: what is left out is set to its default."""
        return self._ask(SignupView, "PUT", "/v1/signup", body=settings)

    def embed_keys(self) -> EmbedKeyList:
        """List the keys of sites, revoked ones last."""
        return self._ask(EmbedKeyList, "GET", "/v1/signup/keys")

    def add_embed_keys(self, keys: Sequence[Mapping[str, Any]]) -> EmbedKeyList:
        """Accept public keys (JWK), all or none; answers all keys."""
        body = {"jwks": {"keys": list(keys)}}
        return self._ask(EmbedKeyList, "POST", "/v1/signup/keys", body=body)

    def revoke_embed_key(self, key_id: UUID) -> EmbedKeyView:
        """Revoke a key, for good."""
        return self._ask(EmbedKeyView, "POST", f"/v1/signup/keys/{key_id}/revoke")
