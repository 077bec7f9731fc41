"""The web service for phones with cards in Apple Wallet; Apple specifies paths and responses.

Apple: "Adding a Web Service to Update Passes", "Register a Pass for Update Notifications", "Get
the List of Updatable Passes", "Send an Updated Pass", "Unregister a Pass for Update
Notifications", "Log a Message". Phones have no API key: they send the token of their pass, or
their device's id, which nobody else knows. A wrong token, serial number, pass type and
organization all get the same response.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_by_slug
from membership.base.logs import logger
from membership.wallet.apple.rendering import render_pkpass
from membership.wallet.apple.web_service.access import AuthenticatedPass, check_pass_type, is_plain
from membership.wallet.apple.web_service.messages import clean_messages
from membership.wallet.apple.web_service.phone import Phone
from membership.wallet.apple.web_service.schemas import LogEntries, PushToken, SerialNumbers
from membership.wallet.apple.web_service.service import (
    find_updated,
    is_fetch_new,
    record_fetched,
    register,
    unregister,
)
from membership.web.errors import Busy, Invalid, NotFound
from membership.web.methods import is_head

PKPASS = "application/vnd.apple.pkpass"
"""Media type of a pass (Apple, "Distributing and updating a pass")."""

router = APIRouter(prefix="/apple/{organization}/v1", include_in_schema=False)

_REGISTRATION = "/devices/{device}/registrations/{pass_type}/{serial}"
_NOT_STORED = {"Cache-Control": "no-store"}
_REVALIDATED = {"Cache-Control": "private, no-cache"}
Body = TypeVar("Body", bound=BaseModel)


@router.post(_REGISTRATION)
async def register_pass(
    request: Request, organization: str, device: str, pass_type: str, serial: str
) -> Response:
    """Register a device for a card: 201 if it is new, 200 if it was registered."""
    phone, body = Phone(request), await request.body()

    def look(session: Session, _now: datetime) -> AuthenticatedPass:
        known = phone.authenticate(session, organization, pass_type, serial)
        check_pass_type(session, known)
        return known

    known = await phone.reads(look)
    push_token = _read(PushToken, body).push_token
    _check_device(device)
    new = await phone.writes(lambda session, now: register(session, known, device, push_token, now))
    return Response(status_code=201 if new else 200)


@router.delete(_REGISTRATION)
async def unregister_pass(
    request: Request, organization: str, device: str, pass_type: str, serial: str
) -> Response:
    """Unregister a device from a card: 200, also if it was not registered."""
    phone = Phone(request)
    known = await phone.reads(
        lambda session, _now: phone.authenticate(session, organization, pass_type, serial)
    )
    _check_device(device)
    await phone.writes(lambda session, now: unregister(session, known, device, now))
    return Response(status_code=200)


@router.get("/devices/{device}/registrations/{pass_type}")
async def list_updatable(
    request: Request, organization: str, device: str, pass_type: str
) -> Response:
    """List the cards of a device that changed since its tag: 200, or 204 if none did."""
    phone, since = Phone(request), request.query_params.get("passesUpdatedSince")
    updated = await phone.reads(
        lambda session, _now: find_updated(
            session.connection(), organization, device, pass_type, since
        )
    )
    if updated.known_device:
        phone.mark_authenticated()
    if not updated.card_ids:
        return Response(status_code=204, headers=_NOT_STORED)
    serials = [str(card_id) for card_id in updated.card_ids]
    answer = SerialNumbers(serial_numbers=serials, last_updated=str(updated.tag))
    return Response(
        answer.model_dump_json(by_alias=True), headers=_NOT_STORED, media_type="application/json"
    )


@router.get("/passes/{pass_type}/{serial}")
async def send_updated(
    request: Request, organization: str, pass_type: str, serial: str
) -> Response:
    """Send a card as it is now, a revoked one too: 200, or 304 if the phone has it."""
    phone, state = Phone(request), request.app.state
    since = _instant(request.headers)

    def look(session: Session, now: datetime) -> tuple[AuthenticatedPass, Response, int | None]:
        known = phone.authenticate(session, organization, pass_type, serial)
        check_pass_type(session, known)
        if known.changed_at is not None and since is not None and known.changed_at <= since:
            answer, seq = Response(status_code=304, headers=_REVALIDATED), known.update_seq
        else:
            answer, seq = _pass(session, state, known, now)
        return known, answer, seq if is_fetch_new(session.connection(), known, seq) else None

    known, answer, seq = await phone.reads(look)
    if seq is not None and not is_head(request):
        await _record_fetch(phone, known, seq)
    return answer


@router.post("/log")
async def log_messages(request: Request, organization: str) -> Response:
    """Write some of a phone's messages to this service's log. Raises NotFound, Invalid."""
    phone, body = Phone(request), await request.body()

    def look(session: Session, _now: datetime) -> int:
        tenant = tenant_by_slug(session, organization) if is_plain(organization) else None
        if tenant is None:
            raise NotFound("organization_not_found", "There is no such organization.")
        return tenant.id

    organization_id = await phone.reads(look)
    messages = _read(LogEntries, body).logs
    kept = clean_messages(messages)
    logger().warning(
        "apple_phone_log",
        organization=organization_id,
        messages=kept,
        left_out=len(messages) - len(kept),
    )
    return Response(status_code=200)


async def _record_fetch(phone: Phone, known: AuthenticatedPass, seq: int) -> None:
    """Store that a version was fetched.

    A failure is logged only: the phone gets its card, and may be pushed once more.
    """
    try:
        await phone.writes(lambda session, _now: record_fetched(session.connection(), known, seq))
    except (Busy, SQLAlchemyError) as error:
        logger().warning("apple_fetch_not_noted", kind=type(error).__name__)


def _pass(
    session: Session, state: object, known: AuthenticatedPass, now: datetime
) -> tuple[Response, int]:
    """A card as it is now, and its update number."""
    vault, settings = state.vault, state.settings  # type: ignore[attr-defined]
    made = render_pkpass(session, vault, settings, known.tenant, known.card_id, now=now)
    headers = {**_REVALIDATED, "Last-Modified": format_datetime(made.changed_at, usegmt=True)}
    return Response(made.data, headers=headers, media_type=PKPASS), made.update_seq


def _read(kind: type[Body], body: bytes) -> Body:
    """Parse a body; its error quotes nothing of it. Raises Invalid."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"][:1])
        field = f"body.{place}" if place else "body"
        raise Invalid("invalid_request", field, "This is not what Apple lays down.") from None


def _check_device(device: str) -> None:
    """Raise Invalid for what cannot be a device's id."""
    if not is_plain(device):
        raise Invalid("invalid_request", "path.device", "This is no id of a device.")


def _instant(headers: Mapping[str, str]) -> datetime | None:
    """The instant of If-Modified-Since, in whole seconds; None without a valid one."""
    try:
        instant = parsedate_to_datetime(headers.get("If-Modified-Since", ""))
    except (ValueError, OverflowError):
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
