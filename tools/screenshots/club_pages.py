"""What a manager sets: designs, the signup, payments online, keys, own account."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from api_client.messages.cards import EditedDesign
from api_client.messages.code_formats import ClubFormats
from api_client.messages.keys import KeyList, KeyView
from api_client.messages.second_factor import FactorState
from kiosk.staff.controllers.api_keys import API_KEYS
from kiosk.staff.controllers.code_formats import CODE_FORMATS
from kiosk.staff.controllers.design import DESIGNS, DesignSheet
from kiosk.staff.controllers.signup import SIGNUP, SignupSheet
from kiosk.staff.controllers.stripe import STRIPE
from kiosk.staff.page import ACCOUNT
from membership.base.scopes import DESK_SCOPES
from tests.kiosk.answers import NOON
from tests.kiosk.staff.card_messages import designs
from tests.kiosk.staff.desk_messages import keys, signup, stripe
from tools.screenshots.shots import staff_page

_CONTENT: dict[str, Any] = {
    "kind": "store_card", "title": {"en": "Member card", "de": "Mitgliedskarte"},
    "languages": ["en", "de"], "background": "#1d3557", "foreground": "#ffffff",
    "label": "#c9d6e6", "images": {}, "fields": [], "code": "card", "code_text": True,
}  # fmt: skip


def design() -> DesignSheet:
    """Return two designs, one open."""
    line = designs(False).items[0]
    opened = EditedDesign(**{**line.model_dump(), "design": _CONTENT, "hints": ()})
    return DesignSheet(designs(False, True), opened)


def api_key(number: int, **other: Any) -> KeyView:
    """Return a key."""
    fields: dict[str, Any] = {
        "id": UUID(int=number), "name": f"Door {number}", "prefix": "mk_live_a1B2",
        "scopes": ("permissions:read",), "made_by": None, "maker_disabled": False,
        "created_at": NOON, "expires_at": None, "last_used_at": None, "revoked_at": None,
    }  # fmt: skip
    return KeyView(**(fields | other))


def api_keys() -> KeyList:
    """Return keys in each state."""
    desk = tuple(sorted(DESK_SCOPES))
    return KeyList(
        items=(
            api_key(1, last_used_at=NOON),
            api_key(2, name="Second desk", scopes=desk, expires_at=NOON + timedelta(days=9)),
            api_key(3, revoked_at=NOON),
        )
    )


def account() -> FactorState:
    """Return an account with a second factor."""
    return FactorState(enabled=True, since=NOON, recovery_codes_left=2, demanded=False)


def new_account() -> FactorState:
    """Return an account without a second factor."""
    return FactorState(enabled=False, since=None, recovery_codes_left=0, demanded=False)


PAGES = (
    staff_page("designs", DESIGNS, design, empty=lambda: DesignSheet(designs(), None)),
    staff_page(
        "signup",
        SIGNUP,
        lambda: SignupSheet(signup(), keys(None, NOON)),
        empty=lambda: SignupSheet(signup(open=False, allowed_origins=()), keys()),
    ),
    staff_page("stripe", STRIPE, stripe, empty=lambda: stripe(configured=False)),
    staff_page("api-keys", API_KEYS, api_keys, empty=lambda: KeyList(items=())),
    staff_page("account", ACCOUNT, account, empty=new_account),
    staff_page("camera", CODE_FORMATS, lambda: ClubFormats(code_formats=("QRCode", "Code39"))),
)
