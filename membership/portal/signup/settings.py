"""The settings of public signup."""

from html import escape
from typing import Any

from api_client.messages.signup import SignupView
from membership.events.audit.recorder import record
from membership.portal.signup.schemas import SignupChange
from membership.store.models import Organization, SignupSettings
from membership.web.access import Call
from membership.web.errors import NotFound
from membership.web.preconditions import strong_etag

_CLOSED = SignupChange(open=False, member_page=False)
_FIELDS = tuple(SignupChange.model_fields)


def show_signup(call: Call, public_url: str | None) -> SignupView:
    """Return the settings; by default signup and page of members are closed."""
    row = call.session.get(SignupSettings, call.tenant.id)
    current = _CLOSED if row is None else _settings_of(row)
    return _view(call, current, public_url)


def signup_etag(view: SignupView) -> str:
    """Return the ETag of what can be edited of the settings."""
    return strong_etag(view, *sorted(SignupChange.model_fields))


def locked_etag(call: Call) -> str:
    """Return the ETag of the settings, with the organization locked. Raises NotFound."""
    _lock_organization(call)
    return signup_etag(show_signup(call, None))


def _lock_organization(call: Call) -> None:
    """Lock the organization. Raises NotFound."""
    how: Any = {"key_share": True}
    if call.session.get(Organization, call.tenant.id, with_for_update=how) is None:
        raise NotFound("organization_not_found", "There is no such organization.")


def set_signup(call: Call, change: SignupChange, public_url: str | None) -> SignupView:
    """Replace the settings, with the organization locked, and return them."""
    session = call.session
    _lock_organization(call)
    row = session.get(SignupSettings, call.tenant.id)
    before = None if row is None else _settings_of(row)
    if before == change:
        return _view(call, change, public_url)
    if row is None:
        row = SignupSettings(organization_id=call.tenant.id)
    for name, value in _columns(change).items():
        setattr(row, name, value)
    row.changed_at = call.now
    session.add(row)
    session.flush()
    old = {} if before is None else _columns(before)
    new = {name: value for name, value in _columns(change).items() if old.get(name) != value}
    record(
        session,
        call.tenant.id,
        "signup.changed" if old else "signup.created",
        call.tenant.id,
        before={name: old[name] for name in new} if old else None,
        after=new,
    )
    return _view(call, change, public_url)


def _columns(change: SignupChange) -> dict[str, Any]:
    """Return the settings by column."""
    return change.model_dump(mode="json", include=set(_FIELDS))


def _settings_of(row: SignupSettings) -> SignupChange:
    """Return the settings in a row."""
    return SignupChange.model_validate({name: getattr(row, name) for name in _FIELDS})


def _view(call: Call, change: SignupChange, public_url: str | None) -> SignupView:
    """Return the settings with the HTML that a web site embeds."""
    page = snippet = None
    if public_url is not None:
        page = f"{public_url.rstrip('/')}/join/{call.tenant.slug}"
        snippet = snippet_of(page, call.tenant.slug, call.tenant.name)
    return SignupView(**change.model_dump(include=set(_FIELDS)), page_url=page, snippet=snippet)


def snippet_of(page: str, slug: str, name: str) -> str:
    """Return the HTML that embeds the page at an address in a web site.

    Without scripts the frame shows the offers, but nobody can join.
    """
    address, title = escape(page), escape(name)
    return (
        f'<script src="{address}/embed.js" data-organization="{escape(slug)}"'
        f' data-title="{title}" async></script>\n'
        f'<noscript><iframe src="{address}" title="{title}"'
        ' style="width:100%;height:40rem;border:0"></iframe></noscript>'
    )
