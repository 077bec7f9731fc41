"""Client of the part of the API for the settings of the signup and the keys of sites."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from api_client.messages.signup import EmbedKeyList, EmbedKeyView, SignupView

from .client import MembershipClient, keyed


class SignupClient(MembershipClient):
    """Raises the errors of ``api_client.errors``."""

    def signup(self) -> SignupView:
        """Return the settings of the signup."""
        return self._ask(SignupView, "GET", "/v1/signup")

    def set_signup(
        self, settings: Mapping[str, Any], once: str = "", *, if_match: str = ""
    ) -> SignupView:
        """Replace the settings, unless the state is another one; those left out get a default."""
        headers = keyed(once, if_match)
        return self._ask(SignupView, "PUT", "/v1/signup", body=settings, headers=headers)

    def embed_keys(self) -> EmbedKeyList:
        """Return the keys of sites, revoked ones last."""
        return self._ask(EmbedKeyList, "GET", "/v1/signup/keys")

    def add_embed_keys(self, keys: Sequence[Mapping[str, Any]], once: str = "") -> EmbedKeyList:
        """Add public keys (JWK, RFC 7517), all or none. Returns all keys."""
        body = {"jwks": {"keys": list(keys)}}
        path = "/v1/signup/keys"
        return self._ask(EmbedKeyList, "POST", path, body=body, headers=keyed(once))

    def revoke_embed_key(self, key_id: UUID, once: str = "") -> EmbedKeyView:
        """Revoke a key permanently."""
        path = f"/v1/signup/keys/{key_id}/revoke"
        return self._ask(EmbedKeyView, "POST", path, headers=keyed(once))
