"""Tokens with which a site vouches for its visitor: short-lived JWTs, each good once.

A token is believed by the key that staff have stored, and by the one algorithm that this key is
for: what the token's own header says of algorithms only has to agree. Whoever is refused is not
told why; the log is, without the token or anything that stands in it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from jwt.exceptions import InvalidJTIError
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.portal.login.schemas import OwnAddress
from membership.portal.signup.jwks import KID, public_key
from membership.store.models import EmbedKey, EmbedToken
from membership.store.upsert import insert_into
from membership.web.access import Tenant, digest

LONGEST_TOKEN = 4096
"""Characters of a token at most: claims are few, and RSA signatures have about 1,400."""

MOST_SECONDS = 300
_LEEWAY_SECONDS = 10
"""How far the clock of a site may be off."""

_LAST_SECOND = 2**33
_LONGEST_ID = 200
_NUMBER = re.compile(r"(?:[Cc]-)?([0-9]{1,12})")
"""A customer's number, as it is shown or bare."""

_ADDRESS: TypeAdapter[str] = TypeAdapter(OwnAddress)
_TIMES_BY_OUR_CLOCK: Any = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "strict_aud": True,
    "require": ["aud", "exp", "iat", "jti"],
}
"""Times are looked at here, by the service's clock and not by the library's."""

_REASONS: Mapping[type[Exception], str] = {
    jwt.InvalidSignatureError: "signature_wrong",
    jwt.InvalidAlgorithmError: "algorithm_wrong",
    jwt.InvalidAudienceError: "audience_wrong",
    jwt.MissingRequiredClaimError: "claim_missing",
    InvalidJTIError: "id_wrong",
}


class TokenRefused(Exception):
    """A token that is not good. ``reason`` is for the log only, and quotes nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whom a site vouches for: one of the two is known, the number if both were told."""

    email: str | None
    number: int | None


def accept_token(session: Session, tenant: Tenant, token: str, now: datetime) -> Visitor:
    """Check a token and use it up; it stays good if the transaction is rolled back.

    Raises TokenRefused.
    """
    key = _key_of(session, tenant, token)
    claims = _claims(token, key, audience_of(tenant.slug))
    expires_at = _check_times(claims, now)
    visitor = _visitor(claims)
    _use_up(session, key, claims["jti"], expires_at)
    return visitor


def audience_of(slug: str) -> str:
    """What the ``aud`` of a token for an organization must be."""
    return f"walletdesk:join:{slug}"


def _key_of(session: Session, tenant: Tenant, token: str) -> EmbedKey:
    """The good key that a token says it is signed with. Raises TokenRefused."""
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused("too_long")
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenRefused("not_a_jwt") from None
    if not isinstance(kid, str) or not KID.match(kid):
        raise TokenRefused("kid_missing")
    key = session.scalars(
        select(EmbedKey).where(
            EmbedKey.organization_id == tenant.id,
            EmbedKey.kid == kid,
            EmbedKey.revoked_at.is_(None),
        )
    ).first()
    if key is None:
        raise TokenRefused("kid_unknown")
    return key


def _claims(token: str, key: EmbedKey, audience: str) -> dict[str, Any]:
    """What a token says, if it is signed with its key for us. Raises TokenRefused."""
    try:
        return jwt.decode(
            token,
            public_key(key.jwk, key.algorithm),
            algorithms=[key.algorithm],
            audience=audience,
            options=_TIMES_BY_OUR_CLOCK,
        )
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        reason = next((why for kind, why in _REASONS.items() if isinstance(error, kind)), "broken")
        raise TokenRefused(reason) from None


def _check_times(claims: Mapping[str, Any], now: datetime) -> datetime:
    """When a token ends, leeway included. Raises TokenRefused unless it is good just now."""
    issued, expires = _second(claims["iat"]), _second(claims["exp"])
    begins = max(issued, _second(claims.get("nbf", issued)))
    at = now.timestamp()
    if not 0 < expires - issued <= MOST_SECONDS:
        raise TokenRefused("lasts_too_long")
    if begins > at + _LEEWAY_SECONDS:
        raise TokenRefused("not_yet_valid")
    if expires <= at - _LEEWAY_SECONDS:
        raise TokenRefused("expired")
    return datetime.fromtimestamp(expires + _LEEWAY_SECONDS, UTC)


def _second(claim: Any) -> int:
    """A time of a token, in whole seconds since 1970. Raises TokenRefused."""
    # True is an int to Python, and NaN compares with nothing.
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        raise TokenRefused("time_wrong")
    if not 0 <= claim <= _LAST_SECOND:
        raise TokenRefused("time_wrong")
    return int(claim)


def _visitor(claims: Mapping[str, Any]) -> Visitor:
    """Whom a token is about. Raises TokenRefused."""
    if claims.get("email_verified", True) is not True:
        raise TokenRefused("email_not_verified")
    number = claims.get("number")
    if number is not None:
        return Visitor(None, _number(number))
    try:
        return Visitor(_ADDRESS.validate_python(claims.get("email")), None)
    except ValidationError:
        raise TokenRefused("email_wrong") from None


def _number(claim: Any) -> int:
    """A customer's number, as a number or in digits. Raises TokenRefused."""
    match = _NUMBER.fullmatch(str(claim)) if isinstance(claim, int | str) else None
    if match is None:
        raise TokenRefused("number_wrong")
    return int(match[1])


def _use_up(session: Session, key: EmbedKey, token_id: str, expires_at: datetime) -> None:
    """Note that a token was used. Raises TokenRefused if it was before.

    Each key has ids of its own, for two sites do not know each other's.
    """
    if not 0 < len(token_id) <= _LONGEST_ID:
        raise TokenRefused("id_wrong")
    connection = session.connection()
    # Of two at once, the second waits here until it is known whether the first came through.
    used = connection.execute(
        insert_into(connection, EmbedToken)
        .values(
            organization_id=key.organization_id,
            digest=digest(f"{key.kid}\n{token_id}"),
            expires_at=expires_at,
        )
        .on_conflict_do_nothing()
        .returning(EmbedToken.digest)
    ).first()
    if used is None:
        raise TokenRefused("used_before")
