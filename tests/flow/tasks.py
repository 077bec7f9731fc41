"""What a receptionist does most: tasks, each with the most actions that it may take."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from PySide6.QtWidgets import QLabel

from api_client.management import ManagementClient
from api_client.messages.cards import CustomerCards
from api_client.messages.scan import Status
from kiosk.staff.controllers.profile import COMPANY, CUSTOMER
from kiosk.staff.page import MEMBERS, Place
from kiosk.wedge import Reading

from .desk import Desk
from .test_management import Printer
from .ways import Keys, Mouse, Reader, Way

GOLD = "Gold Membership"


@dataclass
class Scene:
    """A desk with somebody signed in, the service as a manager sees it, and whom a task is about.

    ``mails`` is the folder of mails that were sent.
    """

    at: Desk
    client: ManagementClient
    printer: Printer
    mails: Path
    word: str = field(default_factory=lambda: f"Q{uuid4().hex[:9]}")
    """A name that nobody else has."""
    id: UUID = field(init=False)
    number: str = field(init=False)
    company: UUID = field(init=False)
    printed: int = field(init=False)

    def __post_init__(self) -> None:
        self.printed = len(self.printer.printed)
        made = self.client.create_customer(
            {"given_name": "Ada", "family_name": self.word}, str(uuid4())
        ).customer
        self.id, self.number = made.id, made.number

    def sell(self, plan_id: UUID, **more: str) -> UUID:
        """Assign a plan. Returns the membership's id."""
        sold = {"customer_id": str(self.id), "plan_id": str(plan_id), **more}
        return self.client.assign(sold, str(uuid4())).id

    def gold(self) -> UUID:
        """Id of a plan of a year."""
        return next(each.id for each in self.client.plans().items if each.name == GOLD)

    def expire(self) -> None:
        """Sell a plan that ended some days ago."""
        today = datetime.now(UTC).date()
        starts, ends = today - timedelta(days=60), today - timedelta(days=4)
        self.sell(self.gold(), starts_on=starts.isoformat(), last_day=ends.isoformat())

    def go(self, place: Place) -> None:
        """Stand on a page that is loaded."""
        staff = self.at.kiosk.management
        staff.go(place)
        self.at.wait_until(lambda: staff.panel.page is staff.pages.view(place))

    def go_to_desk(self) -> None:
        """Stand at the desk, without a verdict."""
        self.at.kiosk.management.go_to_desk()
        self.at.kiosk.session.clear()
        self.at.wait_until(lambda: not self.at.window.managing)

    def cards(self) -> CustomerCards:
        """The person's cards."""
        return self.client.cards_of(self.id)

    def sees(self, words: str) -> bool:
        """Return whether a label with these words is on screen."""
        labels = self.at.window.findChildren(QLabel)
        return any(words in each.text() for each in labels if each.isVisible())


def _scanned(scene: Scene) -> None:
    """Their card is read at the desk."""
    scene.expire()
    scene.go_to_desk()
    shown = len(scene.at.shown)
    scene.at.kiosk.session.on_hand_scanned(Reading(scene.number, ""))
    scene.at.wait_for(shown + 1)
    assert scene.at.shown[-1].verdict.headline.startswith("EXPIRED")


def _renew(way: Way, _scene: Scene) -> None:
    way.press("Renew & pay", "F2")
    way.press("Take * in cash", "Return")


def _renewed(scene: Scene) -> bool:
    (held,) = scene.client.customer(scene.id).memberships
    return held.status is Status.ACTIVE and len(scene.client.payments_of(held.id).items) == 1


def _new_member(way: Way, scene: Scene) -> None:
    way.press("New member …", "F2")
    way.fill("Given name", "Bela")
    way.fill("Family name", f"New{scene.word}")
    way.fill("Email", f"{scene.word.lower()}@example.com")
    way.choose("Plan", "Standard")
    way.choose("Wallet card", "Mail the link")
    way.press("Take * in cash", "Return")


def _is_member(scene: Scene) -> bool:
    hits = scene.client.search_customers(f"New{scene.word}").items
    if len(hits) != 1:
        return False
    profile = scene.client.customer(hits[0].customer.id)
    paid = [p for m in profile.memberships for p in scene.client.payments_of(m.id).items]
    cards = scene.client.cards_of(profile.customer.id).items
    address = f"{scene.word.lower()}@example.com"
    mailed = any(address in each.read_text("utf-8") for each in scene.mails.glob("*"))
    return len(paid) == len(cards) == 1 and mailed


def _refused(scene: Scene) -> None:
    """At the desk; somebody whose membership has ended is in the club's books."""
    scene.expire()
    scene.go_to_desk()


def _look_up(way: Way, scene: Scene) -> None:
    way.fill("Search", scene.word[:-3], "Ctrl+F")
    way.open_row(f"Ada {scene.word}*")


def _looked_up(scene: Scene) -> bool:
    seen = scene.at.shown and scene.at.shown[-1].verdict
    if not (seen and seen.person and scene.word in seen.person.name):
        return False
    assert scene.client.visits_of(scene.id).items == (), "nobody was checked in"
    return seen.headline.startswith("EXPIRED")


def _of_company(scene: Scene) -> None:
    """On the page of a company."""
    made = scene.client.save_company(None, {"name": f"{scene.word} Ltd"}, str(uuid4()))
    scene.company = made.id
    scene.go(Place(COMPANY, made.id))


def _link(way: Way, scene: Scene) -> None:
    way.press("Link a person …", "F2")
    way.fill("Person", scene.word)
    scene.at.wait_until(lambda: scene.sees(scene.number))  # whom
    way.look()
    way.press(f"Link Ada {scene.word}", "Return")


def _linked(scene: Scene) -> bool:
    return [each.customer.id for each in scene.client.people_of(scene.company).items] == [scene.id]


def _plan(way: Way, scene: Scene) -> None:
    way.press("New plan …", "F2")
    way.fill("Name", f"Plan {scene.word}")
    way.fill("Price in EUR", "25")
    way.fill("Permission*", f"Pool {scene.word}")
    way.press("Add", "Return")
    way.fill("Permission*", f"Sauna {scene.word}")
    way.press("Create", "Ctrl+Return")


def _planned(scene: Scene) -> bool:
    plans = [each for each in scene.client.plans().items if each.name == f"Plan {scene.word}"]
    labels = [[one.label for one in plan.permissions] for plan in plans]
    return labels == [[f"Pool {scene.word}", f"Sauna {scene.word}"]]


def _paying(scene: Scene) -> None:
    """On the profile of somebody whose plan is paid each month."""
    month = {"unit": "month", "count": 1}
    fields = {"name": f"Monthly {scene.word}", "price_minor": 4900, "currency": "EUR",
              "billing": month}  # fmt: skip
    scene.sell(scene.client.save_plan(None, fields, str(uuid4())).id)
    scene.go(Place(CUSTOMER, scene.id))


def _take_cash(way: Way, scene: Scene) -> None:
    way.press("Take payment", "F2")
    scene.at.wait_until(lambda: scene.sees("€1.00 back"))
    way.press("Take €49.00 in cash", "Return")


def _took_cash(scene: Scene) -> bool:
    (held,) = scene.client.customer(scene.id).memberships
    paid = scene.client.payments_of(held.id).items
    return len(paid) == 1 and len(scene.printer.printed) == scene.printed + 1


def _holder(scene: Scene) -> None:
    """On the profile of somebody with a card."""
    design = scene.client.designs().items[0]
    scene.client.issue_card(scene.id, design.id, str(uuid4()))
    scene.go(Place(CUSTOMER, scene.id))


def _lost_card(way: Way, _scene: Scene) -> None:
    if isinstance(way, Keys):
        way.find("lost")
    else:
        way.open_tab("Cards*")
        way.press("Lost? New card …*")
    way.press("Replace", "Ctrl+Return")


def _has_new_card(scene: Scene) -> bool:
    page, cards = scene.at.kiosk.management.pages.card.page, scene.cards().items
    good = [each for each in cards if each.revoked_at is None]
    if not (len(cards) == 2 and len(good) == 1 and page.isVisible()):
        return False
    return page.words is not None and page.words.id == good[0].id and page.qr.isVisible()


@dataclass(frozen=True)
class Task:
    """``begin`` leads to where it starts; ``most`` is how many actions it may take."""

    name: str
    starts: str
    most: int
    begin: Callable[[Scene], None]
    work: Callable[[Way, Scene], None]
    done: Callable[[Scene], bool]


TASKS = (
    Task("Renew with payment", "a scan that shows EXPIRED", 2, _scanned, _renew, _renewed),
    Task("New member: plan, paid, card mailed", "Members", 7, lambda scene: scene.go(MEMBERS),
         _new_member, _is_member),
    Task("Look somebody up by half a name, see why they were refused", "the desk", 2, _refused,
         _look_up, _looked_up),
    Task("Link a person to a company, seeing whom", "the company", 3, _of_company, _link, _linked),
    Task("New plan with two permissions", "Plans", 8, lambda scene: scene.go(Place("plans")),
         _plan, _planned),
    Task("Take cash with receipt, change due shown", "the profile", 2, _paying, _take_cash,
         _took_cash),
    Task("Lost card replaced, the new one shown for the phone", "the profile", 3, _holder,
         _lost_card, _has_new_card),
)  # fmt: skip

WAYS = (Mouse, Keys, Reader)
