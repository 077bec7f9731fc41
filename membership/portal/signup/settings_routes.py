"""Routes of the settings of public signup."""

from typing import Annotated

from fastapi import APIRouter, Request

from api_client.messages.signup import SignupView
from membership.base.scopes import Scope
from membership.portal.signup import settings
from membership.portal.signup.schemas import SignupChange
from membership.web.access import Call, reads, writes_once
from membership.web.idempotency import once, request_of
from membership.web.preconditions import InCondition, InShown

router = APIRouter(prefix="/v1/signup", tags=["Organization"])


@router.get("")
def get_signup(
    request: Request, call: Annotated[Call, reads(Scope.ORGANIZATION_READ)], shown: InShown
) -> SignupView:
    """Return whether and how the public may join, and the HTML to embed it in a web site."""
    view = settings.show_signup(call, request.app.state.settings.public_url)
    return shown.show(view, settings.signup_etag(view))


@router.put("")
def set_signup(
    request: Request,
    change: SignupChange,
    call: Annotated[Call, writes_once(Scope.ORGANIZATION_WRITE)],
    condition: InCondition,
) -> SignupView:
    """Replace the settings: what is left out is set to its default.

    On the page are the plans that are `public` and not archived. Those that cost something are
    shown, and sold at the desk only.

    Errors: `invalid_request` (422) for an origin that is not exact or not https, for more than
    20 of them, for a colour that is not `#rrggbb`, and for addresses other than https.
    """

    def save() -> SignupView:
        condition.require(lambda: settings.locked_etag(call))
        return settings.set_signup(call, change, request.app.state.settings.public_url)

    changed = once(call, request_of("set signup", body=change), SignupView, save)
    return condition.show(changed, settings.signup_etag(changed))
