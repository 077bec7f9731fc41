"""Plans and companies of the demo club. Days are offsets from today."""

from dataclasses import dataclass

from api_client.messages.management import IntervalUnit
from membership.members.plans.schemas import NewInterval, NewPermission, NewPlan

NAME = "Lakeside Club"
SLUG = "lakeside-club"
TIME_ZONE = "Europe/Berlin"
CURRENCY = "EUR"
COUNTRY = "DE"

STANDARD, GOLD, COURSE, CORPORATE = "standard", "gold", "course", "corporate"

_GYM = NewPermission(key="area.gym", label="Gym")
_POOL = NewPermission(key="area.pool", label="Pool")
_SAUNA = NewPermission(key="area.sauna", label="Sauna")
_COURTS = NewPermission(key="area.courts", label="Courts")
_LOUNGE = NewPermission(key="area.lounge", label="Lounge")
_SWIMMING = NewPermission(key="course.swimming", label="Swimming course")
_WEB = NewPermission(key="web.members", label="Members' website")

PLANS: dict[str, NewPlan] = {
    STANDARD: NewPlan(
        name="Standard Membership",
        description="Gym and pool, every day.",
        price_minor=3900,
        billing=NewInterval(unit=IntervalUnit.MONTH),
        length=NewInterval(unit=IntervalUnit.YEAR),
        public=True,
        permissions=(_GYM, _POOL, _WEB),
    ),
    GOLD: NewPlan(
        name="Gold Membership",
        description="Everything in the house, and a guest at weekends.",
        price_minor=6900,
        billing=NewInterval(unit=IntervalUnit.MONTH),
        length=NewInterval(unit=IntervalUnit.YEAR),
        public=True,
        permissions=(_GYM, _POOL, _SAUNA, _COURTS, _LOUNGE, _WEB),
    ),
    COURSE: NewPlan(
        name="10-Week Course",
        description="Learn to swim in ten lessons.",
        price_minor=18900,
        length=NewInterval(unit=IntervalUnit.WEEK, count=10),
        public=True,
        permissions=(_POOL, _SWIMMING),
    ),
    CORPORATE: NewPlan(
        name="Corporate Membership",
        description="For everybody who works at a company, up to its number of seats.",
        price_minor=49000,
        billing=NewInterval(unit=IntervalUnit.MONTH),
        permissions=(_GYM, _POOL, _COURTS, _WEB),
    ),
}


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale of a plan: first and last day and later changes, as offsets from today.

    Without ``last`` it runs for the length of the plan. ``ended`` is the day on which it was
    ended early, ``overdue`` the day since which a payment is.
    """

    plan: str
    first: int
    last: int | None = None
    ended: int | None = None
    why: str = ""
    overdue: int | None = None


@dataclass(frozen=True, slots=True)
class Firm:
    """A company: its membership, and the email domain that links its employees."""

    name: str
    domain: str
    sale: Sale
    seats: int | None = None


FIRMS: dict[str, Firm] = {
    firm.domain: firm
    for firm in (
        Firm("Nordlicht Studio", "nordlicht.example", Sale(CORPORATE, -410)),
        Firm("Hafenkante Logistik", "hafenkante.example", Sale(CORPORATE, -220, 145), seats=3),
        Firm("Brightwater Labs", "brightwater.example", Sale(CORPORATE, -95, 270)),
        Firm("Tandem Bakery", "tandem.example", Sale(CORPORATE, -400, -36)),
        Firm("Kestrel & Moor", "kestrelmoor.example", Sale(CORPORATE, 12, 376)),
    )
}
