"""What phones with cards in Apple Wallet ask; Apple lays down the paths and the answers.

Apple: "Adding a Web Service to Update Passes", "Register a Pass for Update Notifications", "Get
the List of Updatable Passes", "Send an Updated Pass", "Unregister a Pass for Update
Notifications", "Log a Message". Phones have no API key: they show the token in their pass, or
their device's id, which nobody else knows. What is wrong with a token, a serial number, a pass
type or an organization is not told apart.
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
from membership.wallet.apple.web_service.access import KnownPass, check_pass_type, is_plain
from membership.wallet.apple.web_service.messages import kept_messages
from membership.wallet.apple.web_service.phone import Phone
from membership.wallet.apple.web_service.schemas import LogEntries, PushToken, SerialNumbers
from membership.wallet.apple.web_service.service import (
    find_news,
    is_news,
    note_fetched,
    register,
    unregister,
)
from membership.web.errors import Busy, Invalid, NotFound

PKPASS = "application/vnd.apple.pkpass"
"""Media type of a pass (Apple, "Distributing and updating a pass")."""

router = APIRouter(prefix="/apple/{organization}/v1", include_in_schema=False)

_REGISTRATION = "/devices/{device}/registrations/{pass_type}/{serial}"
_NOT_KEPT = {"Cache-Control": "no-store"}
_ASKED_AGAIN = {"Cache-Control": "private, no-cache"}
Body = TypeVar("Body", bound=BaseModel)


@router.post(_REGISTRATION)
async def register_pass(
    request: Request, organization: str, device: str, pass_type: str, serial: str
) -> Response:
    """Let a device be told of a card: 201 if it is new, 200 if it was known."""
    phone, body = Phone(request), await request.body()

    def look(session: Session, _now: datetime) -> KnownPass:
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
    """Tell a device no more of a card: 200, also if it was not told before."""
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
    """Tell which cards of a device have news since its tag: 200, or 204 if none has."""
    phone, since = Phone(request), request.query_params.get("passesUpdatedSince")
    news = await phone.reads(
        lambda session, _now: find_news(
            session.connection(), organization, device, pass_type, since
        )
    )
    if news.known_device:
        phone.is_known()
    if not news.card_ids:
        return Response(status_code=204, headers=_NOT_KEPT)
    serials = [str(card_id) for card_id in news.card_ids]
    answer = SerialNumbers(serial_numbers=serials, last_updated=str(news.tag))
    return Response(
        answer.model_dump_json(by_alias=True), headers=_NOT_KEPT, media_type="application/json"
    )


@router.get("/passes/{pass_type}/{serial}")
async def send_updated(
    request: Request, organization: str, pass_type: str, serial: str
) -> Response:
    """Send a card as it is now, a revoked one too: 200, or 304 if the phone has it."""
    phone, state = Phone(request), request.app.state
    since = _instant(request.headers)

    def look(session: Session, now: datetime) -> tuple[KnownPass, Response, int | None]:
        known = phone.authenticate(session, organization, pass_type, serial)
        check_pass_type(session, known)
        if known.changed_at is not None and since is not None and known.changed_at <= since:
            answer, seq = Response(status_code=304, headers=_ASKED_AGAIN), known.update_seq
        else:
            answer, seq = _pass(session, state, known, now)
        return known, answer, seq if is_news(session.connection(), known, seq) else None

    known, answer, seq = await phone.reads(look)
    if seq is not None:
        await _note(phone, known, seq)
    return answer


@router.post("/log")
async def log_messages(request: Request, organization: str) -> Response:
    """Keep some of what went wrong on a phone, in this service's own log."""
    phone, body = Phone(request), await request.body()

    def look(session: Session, _now: datetime) -> int:
        tenant = tenant_by_slug(session, organization) if is_plain(organization) else None
        if tenant is None:
            raise NotFound("organization_not_found", "There is no such organization.")
        return tenant.id

    organization_id = await phone.reads(look)
    messages = _read(LogEntries, body).logs
    kept = kept_messages(messages)
    logger().warning(
        "apple_phone_log",
        organization=organization_id,
        messages=kept,
        left_out=len(messages) - len(kept),
    )
    return Response(status_code=200)


async def _note(phone: Phone, known: KnownPass, seq: int) -> None:
    """Note that a version was fetched.

    What cannot be noted does not keep the card from the phone, which may be pushed once more.
    """
    try:
        await phone.writes(lambda session, _now: note_fetched(session.connection(), known, seq))
    except (Busy, SQLAlchemyError) as error:
        logger().warning("apple_fetch_not_noted", kind=type(error).__name__)


def _pass(session: Session, state: object, known: KnownPass, now: datetime) -> tuple[Response, int]:
    """A card as it is now, and the number of its last change."""
    vault, settings = state.vault, state.settings  # type: ignore[attr-defined]
    made = render_pkpass(session, vault, settings, known.tenant, known.card_id, now=now)
    headers = {**_ASKED_AGAIN, "Last-Modified": format_datetime(made.changed_at, usegmt=True)}
    return Response(made.data, headers=headers, media_type=PKPASS), made.update_seq


def _read(kind: type[Body], body: bytes) -> Body:
    """Read what a phone sent, without quoting it in an error. Raises Invalid."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"][:1])
        field = f"body.{place}" if place else "body"
        raise Invalid("invalid_request", field, "This is not what Apple lays down.") from None


def _check_device(device: str) -> None:
    """Refuse what cannot be a device's id. Raises Invalid."""
    if not is_plain(device):
        raise Invalid("invalid_request", "path.device", "This is no id of a device.")


def _instant(headers: Mapping[str, str]) -> datetime | None:
    """The instant in If-Modified-Since, in whole seconds; None for what is none."""
    try:
        instant = parsedate_to_datetime(headers.get("If-Modified-Since", ""))
    except (ValueError, OverflowError):
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
