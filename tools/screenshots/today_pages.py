"""Today: a day with visits, and a new club that is being set up."""

from functools import partial
from uuid import UUID

from api_client.messages.organization import UNNAMED, OrganizationSettings
from api_client.messages.scan import Outcome
from kiosk.staff.controllers.today import Begun, TodaySheet
from kiosk.staff.page import TODAY
from kiosk.staff.words.today import Step
from tests.kiosk.staff.card_messages import designs
from tests.kiosk.staff.messages import plan
from tools.screenshots.desk_pages import visit
from tools.screenshots.shots import Shots, staff_page
from tools.screenshots.studio import Studio

_NEW = OrganizationSettings(name=UNNAMED, time_zone="UTC", currency="EUR")
_NAMED = _NEW.model_copy(update={"name": "Riverside Sports Club", "country": "DE"})
_STEPS = {
    Step.CLUB: Begun(_NEW, (), designs(False).items),
    Step.PLAN: Begun(_NAMED, (), designs(False).items),
    Step.MEMBER: Begun(_NAMED, (plan(id=UUID(int=52)),), designs(False).items),
}


def today() -> TodaySheet:
    """Return a day with visits, in a club that is set up."""
    outcomes = (Outcome.ACTIVE, Outcome.EXPIRED, Outcome.ACTIVE, Outcome.ACTIVE, Outcome.BLOCKED)
    visits = tuple(visit(number, outcome) for number, outcome in enumerate(outcomes * 3))
    return TodaySheet(visits, False, _STEPS[Step.MEMBER])


def take(step: Step, studio: Studio) -> None:
    """Open the form of a step in a club that has come as far as that."""
    studio.open(TODAY, TodaySheet((), False, _STEPS[step]))
    if studio.staff.changes.form is None:
        studio.staff.pages.today.take_step(step)


def steps(studio: Studio) -> None:
    """Show the checklist of a club that has a plan."""
    studio.open(TODAY, TodaySheet((), False, _STEPS[Step.MEMBER]))


_PAGE = staff_page("today", TODAY, today, empty=lambda: TodaySheet((), False, None))

PAGES = (
    Shots(
        _PAGE.name,
        {
            **_PAGE.states,
            "set-up": steps,
            **{f"set-up-{step}": partial(take, step) for step in _STEPS},
        },
    ),
)
