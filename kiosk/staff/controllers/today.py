"""Today: what is still to be set up, one step after the other, and the visits of the day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QLocale, QTimeZone, Slot

from api_client.management import ManagementClient
from api_client.messages.cards import DesignLine
from api_client.messages.management import PlanView
from api_client.messages.organization import OrganizationSettings
from api_client.messages.scan import VisitView
from kiosk.staff.controllers.card import CARD
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.controllers.lists import load_plans
from kiosk.staff.controllers.profile import CUSTOMER
from kiosk.staff.forms.first_run import Enrolled, club_form, first_member_form, first_plan_form
from kiosk.staff.page import TODAY, Page, Place
from kiosk.staff.pages.today import TodayPage
from kiosk.staff.words.places import Whereabouts
from kiosk.staff.words.today import SetUp, Step, step_lines, today_words

MOST_VISITS = 500
"""Visits of a day that are counted at most; the page says if there are more."""
_SETS_UP = ("organization:write", "plans:write", "memberships:write", "cards:write")


@dataclass(frozen=True)
class Begun:
    """What a club has of what is set up first."""

    settings: OrganizationSettings
    plans: tuple[PlanView, ...]
    designs: tuple[DesignLine, ...]


@dataclass(frozen=True)
class TodaySheet:
    """What the page loads: the visits of today, newest first, and ``begun`` for who may set up.

    ``more``: there are further visits today.
    """

    visits: tuple[VisitView, ...]
    more: bool
    begun: Begun | None


def load_today(client: ManagementClient, zone: str, *, sets_up: bool) -> TodaySheet:
    """Return the visits of the day where the club is, and what is set up. Raises ApiError."""
    visits, more = load_visits(client, zone, datetime.now(UTC))
    if not sets_up:
        return TodaySheet(visits, more, None)
    settings = client.organization()
    plans = tuple(plan for plan in load_plans(client).items if plan.archived_at is None)
    designs = tuple(line for line in client.designs().items if line.archived_at is None)
    return TodaySheet(visits, more, Begun(settings, plans, designs))


def load_visits(
    client: ManagementClient, zone: str, now: datetime
) -> tuple[tuple[VisitView, ...], bool]:
    """Return the visits of the day of ``now``, newest first, and whether there are more.

    Raises ApiError.
    """
    where = ZoneInfo(zone)
    today = now.astimezone(where).date()
    found: list[VisitView] = []
    cursor: str | None = None
    while len(found) < MOST_VISITS:
        page = client.visits(cursor)
        of_today = [each for each in page.items if each.at.astimezone(where).date() == today]
        found += of_today
        cursor = page.next_cursor
        if len(of_today) < len(page.items) or cursor is None:
            return tuple(found), False
    return tuple(found), True


def here() -> Whereabouts:
    """Return where this PC is, as its system has it."""
    locale = QLocale.system()
    country = QLocale.territoryToCode(locale.territory())
    zone = bytes(QTimeZone.systemTimeZoneId().data()).decode()
    return Whereabouts(country if len(country) == 2 else "", zone)


class TodayController(Controller):
    """Shows the day, and leads through the steps of setting up a new club.

    In a club that has nothing yet, the next step opens by itself; Esc leaves it, and its row in
    the checklist opens it again.
    """

    name = TODAY.name

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.page: TodayPage = TodayPage(context.texts)
        self._begun: Begun | None = None
        self._begins, self._goes_on = True, False
        """Whether the first step, or the next one, opens once the page is shown."""
        self.page.step_wanted.connect(self.take_step)
        self.page.customer_opened.connect(
            lambda customer_id: context.navigation.open(Place(CUSTOMER, customer_id))
        )

    def open(self, place: Place) -> Page[TodaySheet]:
        """Return the page."""
        zone = self._session.zone
        sets_up = all(self._session.may(scope) for scope in _SETS_UP)
        return Page(place, lambda client: load_today(client, zone, sets_up=sets_up), self.show)

    def start_session(self) -> None:
        """Lead on from the account to the club, if that has no name yet."""
        self._begins = True

    def show(self, sheet: TodaySheet) -> None:
        """Show the day, and the next step if one has just been done."""
        texts, zone = self._texts, self._session.zone
        self._begun = sheet.begun
        begins, goes_on = self._begins, self._goes_on
        self._begins = self._goes_on = False
        words = today_words(sheet.visits, sheet.more, texts, zone, datetime.now(UTC))
        self.page.show_failure("")
        self.page.show_words(words, texts.day(self._session.today()))
        made = self._set_up(sheet)
        self.page.show_steps(step_lines(made, texts) if made is not None else ())
        step = made.next_step if made is not None else None
        if step is not None and (goes_on or (begins and step is Step.CLUB)):
            self.take_step(step)

    @Slot(object)
    def take_step(self, step: Step) -> None:
        """Open the form of a step."""
        begun = self._begun
        if begun is None:
            return
        changes, texts = self._context.changes, self._texts
        design = begun.designs[0] if begun.designs else None
        open_: dict[Step, Callable[[], None]] = {
            Step.CLUB: lambda: changes.ask(
                *club_form(texts, begun.settings, here()), self._then, asked_on=TODAY
            ),
            Step.PLAN: lambda: changes.ask(
                *first_plan_form(texts, begun.settings.currency), self._then, asked_on=TODAY
            ),
            Step.MEMBER: lambda: changes.ask(
                *first_member_form(texts, begun.plans, design), self._show_card, asked_on=TODAY
            ),
        }
        open_[step]()

    def _then(self, _made: object) -> None:
        """Go on with the next step."""
        self._goes_on = True
        self._context.navigation.reload()

    def _show_card(self, enrolled: Enrolled) -> None:
        """Show the card of the first member, or the member if there is no design."""
        if enrolled.card_id is not None:
            self._context.navigation.open(Place(CARD, enrolled.card_id))
        else:
            self._context.navigation.open(Place(CUSTOMER, enrolled.customer_id))

    def _set_up(self, sheet: TodaySheet) -> SetUp | None:
        begun = sheet.begun
        if begun is None:
            return None
        cards = sum(line.cards for line in begun.designs)
        return SetUp(begun.settings, len(begun.plans), cards, bool(sheet.visits))
