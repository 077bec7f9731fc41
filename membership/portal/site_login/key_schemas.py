"""Messages about the public keys with which tokens of sites are verified."""

from typing import Annotated, Any

from pydantic import Field

from api_client.messages.scan import Message
from membership.base.request_body import RequestBody

MAX_KEYS = 10
"""Number of active keys that an organization may have."""

MAX_MEMBERS = 40
"""Members of one JWK; the registered ones are half as many, and only three are stored."""


class KeySet(Message):
    """A JWK Set (RFC 7517): public keys, each with its ``kid``."""

    keys: Annotated[
        tuple[Annotated[dict[str, Any], Field(max_length=MAX_MEMBERS)], ...],
        Field(min_length=1, max_length=MAX_KEYS),
    ]


class NewEmbedKeys(RequestBody):
    """Keys to accept. Those that are good already may be among them."""

    jwks: KeySet = Field(
        examples=[
            {
                "keys": [
                    {
                        "kty": "OKP",
                        "crv": "Ed25519",
                        "kid": "site-2027",
                        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                    }
                ]
            }
        ],
    )
