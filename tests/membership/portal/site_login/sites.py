"""Sites of a club that sign their visitors in, as the tests need them."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from io import StringIO
from itertools import count
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from tests.membership.support import TIMEOUT, Service

_addresses = count(1)


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key, made once for all tests."""
    return rsa.generate_private_key(65537, bits)


@dataclass(frozen=True)
class Site:
    """A web site with a key."""

    kid: str
    algorithm: str
    private: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

    @property
    def jwk(self) -> dict[str, Any]:
        """The public key, as the site publishes it."""
        return {**_jwk(self.private.public_key()), "kid": self.kid, "use": "sig"}

    @property
    def private_jwk(self) -> dict[str, Any]:
        """The key that is nobody else's business."""
        return {**_jwk(self.private), "kid": self.kid}

    def token(self, service: Service, **changes: Any) -> str:
        """A good token, but for the claims that are changed; None leaves one out."""
        claims = good_claims(service) | changes
        told = {name: value for name, value in claims.items() if value is not None}
        headers = {"kid": self.kid}
        return jwt.encode(told, self.private, algorithm=self.algorithm, headers=headers)


def new_site(kid: str = "site-1") -> Site:
    """A site with a new Ed25519 key."""
    return Site(kid, "EdDSA", ed25519.Ed25519PrivateKey.generate())


def _jwk(key: Any) -> dict[str, Any]:
    """A key as JWK."""
    if isinstance(key, rsa.RSAPublicKey | rsa.RSAPrivateKey):
        return RSAAlgorithm.to_jwk(key, as_dict=True)
    return OKPAlgorithm.to_jwk(key, as_dict=True)


def good_claims(service: Service) -> dict[str, Any]:
    """The claims of a token that is good for a minute."""
    now = int(service.clock().timestamp())
    return {
        "aud": f"walletdesk:join:{service.tenant.slug}",
        "iat": now,
        "exp": now + 60,
        "jti": f"token {next(_addresses)}",
        "email": "amara@example.com",
        "email_verified": True,
    }


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token as far as it is signed, and the dot before the signature."""
    parts = (json.dumps(part).encode() for part in (header, claims))
    return "".join(urlsafe_b64encode(part).rstrip(b"=").decode() + "." for part in parts)


def add_keys(service: Service, *keys: dict[str, Any]) -> requests.Response:
    """The answer to adding keys."""
    return service.call("POST", "/v1/signup/keys", json={"jwks": {"keys": keys}})


def known(service: Service, site: Site) -> Site:
    """Open signup, and let the club know a site's key."""
    assert service.call("PUT", "/v1/signup", json={"open": True}).status_code == 200
    answer = add_keys(service, site.jwk)
    assert answer.status_code == 201, answer.text
    return site


def show(service: Service, token: object, address: str | None = None) -> requests.Response:
    """The answer to showing a token, from an address of its own unless told otherwise."""
    if address is None:
        number = next(_addresses)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return requests.post(
        f"{service.url}/v1/join/{service.tenant.slug}/sessions/token",
        json={"token": token},
        headers={"X-Forwarded-For": address},
        timeout=TIMEOUT,
    )


def reason(service: Service, log: StringIO, token: str) -> str:
    """Why a token is refused, as the log says it; whoever showed it learns nothing."""
    log.seek(0)
    log.truncate()
    answer = show(service, token)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")
    assert answer.json()["detail"] == "This token is not good; let the site make another one."
    told = [line for line in log.getvalue().splitlines() if "embed_token_refused" in line]
    assert len(told) == 1
    # Neither the token nor any longer part of it.
    assert not any(part in log.getvalue() for part in token.split(".") if len(part) > 10)
    return str(json.loads(told[0])["reason"])
