"""Tokens of sites: short-lived JWTs that identify a visitor, each valid once.

A token is verified with a stored key and the one algorithm of that key; the algorithm in the
token's header has to agree. The reason for a refusal is logged, without the token or any part of
it, and never returned.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import jwt
from jwt.exceptions import InvalidJTIError
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.portal.login.schemas import EmailAddress
from membership.portal.site_login.jwks import KID, PublicKey, public_key
from membership.store.models import EmbedKey, EmbedToken
from membership.store.upsert import insert_into
from membership.web.access import Tenant, digest

MAX_TOKEN_LENGTH = 4096
"""In characters: claims are few, and RSA signatures have about 1,400."""

MAX_SECONDS = 300
_LEEWAY_SECONDS = 10
"""Tolerated difference of a site's clock."""

_TYPE = "JWT"
_LAST_SECOND = 2**33
_MAX_ID_LENGTH = 200
_NUMBER = re.compile(r"(?:[Cc]-)?([0-9]{1,12})")
"""A customer number, with or without its prefix."""

_ADDRESS: TypeAdapter[str] = TypeAdapter(EmailAddress)
_TIMES_BY_OUR_CLOCK: Any = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "strict_aud": True,
    "require": ["aud", "exp", "iat", "jti"],
}
"""Times are checked here, with the clock of the service."""

_REASONS: Mapping[type[Exception], str] = {
    jwt.InvalidSignatureError: "signature_wrong",
    jwt.InvalidAlgorithmError: "algorithm_wrong",
    jwt.InvalidAudienceError: "audience_wrong",
    jwt.MissingRequiredClaimError: "claim_missing",
    InvalidJTIError: "id_wrong",
}


class TokenRefused(Exception):
    """An invalid token. ``reason`` is for the log only, and quotes nothing of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TokenSubject:
    """The person that a token identifies, by number or else by email address.

    ``used_before`` is whether the token was used before, which only a repeat of that request may.
    """

    email: str | None
    number: int | None
    used_before: bool = False


def named_key(session: Session, tenant: Tenant, token: str) -> PublicKey:
    """Return the active key that a token names, which is to be judged: see ``accept_token``.

    Raises TokenRefused.
    """
    return _public(_key_of(session, tenant, token))


def accept_token(
    session: Session, tenant: Tenant, token: str, sound: PublicKey, now: datetime
) -> TokenSubject:
    """Verify a token and mark it as used; it stays valid if the transaction is rolled back.

    ``sound`` is its key, as it was judged before this transaction. Whether the token was used
    before is in the answer. Raises TokenRefused for any other reason.
    """
    key = _key_of(session, tenant, token)
    if _public(key) != sound:
        raise TokenRefused("key_replaced")  # by another one under its kid, a moment ago
    claims = _claims(token, key, sound, audience_of(tenant.slug))
    expires_at = _check_times(claims, now)
    subject = _subject(claims)
    first = _mark_used(session, key, claims["jti"], expires_at)
    return replace(subject, used_before=not first)


def audience_of(slug: str) -> str:
    """Return the required ``aud`` of tokens for an organization."""
    return f"walletdesk:join:{slug}"


def _key_of(session: Session, tenant: Tenant, token: str) -> EmbedKey:
    """Return the active key that a token names. Raises TokenRefused."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise TokenRefused("too_long")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenRefused("not_a_jwt") from None
    if header.get("typ", _TYPE) != _TYPE:
        raise TokenRefused("type_wrong")
    if "crit" in header:  # extensions that must be understood (RFC 7515, 4.1.11): none is
        raise TokenRefused("extension_unknown")
    kid = header.get("kid")
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


def _public(key: EmbedKey) -> PublicKey:
    """Return a stored key. Raises TokenRefused for a damaged one."""
    try:
        return public_key(key.jwk, key.algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        raise TokenRefused("broken") from None


def _claims(token: str, key: EmbedKey, public: PublicKey, audience: str) -> dict[str, Any]:
    """Verify signature and audience; return the claims. Raises TokenRefused."""
    try:
        return jwt.decode(
            token,
            public,
            algorithms=[key.algorithm],
            audience=audience,
            options=_TIMES_BY_OUR_CLOCK,
        )
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        reason = next((why for kind, why in _REASONS.items() if isinstance(error, kind)), "broken")
        raise TokenRefused(reason) from None


def _check_times(claims: Mapping[str, Any], now: datetime) -> datetime:
    """Return when a token expires, leeway included. Raises TokenRefused unless valid now."""
    issued, expires = _second(claims["iat"]), _second(claims["exp"])
    begins = max(issued, _second(claims.get("nbf", issued)))
    at = now.timestamp()
    if not 0 < expires - issued <= MAX_SECONDS:
        raise TokenRefused("lasts_too_long")
    if begins > at + _LEEWAY_SECONDS:
        raise TokenRefused("not_yet_valid")
    if expires <= at - _LEEWAY_SECONDS:
        raise TokenRefused("expired")
    return datetime.fromtimestamp(expires + _LEEWAY_SECONDS, UTC)


def _second(claim: Any) -> int:
    """Return a time claim in whole seconds since 1970. Raises TokenRefused."""
    # True is an int in Python, and every comparison with NaN is false.
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        raise TokenRefused("time_wrong")
    if not 0 <= claim <= _LAST_SECOND:
        raise TokenRefused("time_wrong")
    return int(claim)


def _subject(claims: Mapping[str, Any]) -> TokenSubject:
    """Return the person of the claims. Raises TokenRefused.

    An address counts only if the site says that it is verified; a number needs no address, but
    none beside it may be unverified.
    """
    number = claims.get("number")
    if claims.get("email_verified", number is not None) is not True:
        raise TokenRefused("email_not_verified")
    if number is not None:
        return TokenSubject(None, _number(number))
    try:
        return TokenSubject(_ADDRESS.validate_python(claims.get("email")), None)
    except ValidationError:
        raise TokenRefused("email_wrong") from None


def _number(claim: Any) -> int:
    """Return a customer number, given as an integer or as text. Raises TokenRefused."""
    match = _NUMBER.fullmatch(str(claim)) if isinstance(claim, int | str) else None
    if match is None:
        raise TokenRefused("number_wrong")
    return int(match[1])


def _mark_used(session: Session, key: EmbedKey, token_id: str, expires_at: datetime) -> bool:
    """Store the id of a token; False if it was used before. Raises TokenRefused for a bad id.

    Ids are unique per key, because sites do not know each other's.
    """
    if not 0 < len(token_id) <= _MAX_ID_LENGTH:
        raise TokenRefused("id_wrong")
    connection = session.connection()
    # Of two concurrent requests, the second waits here for the commit or rollback of the first.
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
    return used is not None
