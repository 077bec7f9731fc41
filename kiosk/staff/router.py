"""What each page of the management asks the service for, and how an answer is painted."""

from collections.abc import Callable
from uuid import UUID

from api_client.management import ManagementClient
from api_client.messages.billing import StripeView
from api_client.messages.cards import CustomerCards
from api_client.messages.management import (
    CompanyPage,
    CompanyView,
    CustomerProfile,
    LinkedCustomers,
    PlanPage,
)
from kiosk.staff.controllers.card import CardSheet, load_sheet
from kiosk.staff.controllers.checkout import CheckoutSheet
from kiosk.staff.controllers.design import DesignSheet, load_designs
from kiosk.staff.controllers.desks import Desks
from kiosk.staff.controllers.payment import PaymentSheet
from kiosk.staff.controllers.signup import SignupSheet, load_signup
from kiosk.staff.controllers.stripe import load_stripe
from kiosk.staff.controllers.subscription import (
    FileBilling,
    SubscriptionSheet,
    load_billing,
    load_subscription,
)
from kiosk.staff.notices import sentence_of
from kiosk.staff.pages.parts import Action
from kiosk.staff.pages.profile import Allowed, FilePage
from kiosk.staff.words.home import company_entries, plan_entries
from kiosk.staff.words.membership import MembershipLine
from kiosk.staff.words.profile import FileWords, company_words, customer_words
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow

Place = tuple[str, UUID | None]
"""A page and whose it is."""
HOME: Place = ("home", None)
DESIGNS: Place = ("designs", None)
SIGNUP: Place = ("signup", None)
STRIPE: Place = ("stripe", None)
PAYMENTS: Place = ("payments", None)
"""Those of some days; with an id, those of a membership."""

Load = Callable[[ManagementClient, str], object]


def leads_to(action: Action, target: object, *, in_company: bool) -> Place | None:
    """The page that a button of a file opens; None for one that does something else."""
    match action, target:
        case Action.OPEN_CARD, UUID():
            return "card", target
        case Action.SUBSCRIPTION, MembershipLine():
            return "subscription", target.order_id
        case Action.OPEN, MembershipLine():
            return "company", target.company_id
        case Action.OPEN, UUID():
            return "customer" if in_company else "company", target
        case _:
            return None


class Pages:
    """Paints pages for whoever is signed in, with ``scopes``; ``zone`` is the club's."""

    def __init__(self, window: KioskWindow, texts: Texts, desks: Desks) -> None:
        self._window, self._panel, self._texts = window, window.management, texts
        self._desks, self._changes = desks, desks.changes
        self.scopes: frozenset[str] = frozenset()
        self.zone = "UTC"
        self._takes_orders: bool | None = None

    def let_in(self, scopes: frozenset[str]) -> None:
        """Somebody signed in, or out, then without scopes."""
        self.scopes = scopes
        self._takes_orders = None
        if not scopes:
            self._desks.checkout.forget()

    def request(self, place: Place) -> Load:
        """What a page asks for."""
        page, id_ = place
        if page == "designs":
            return load_designs(id_)
        if page == "payments":
            return self._desks.payments.request(id_, self.zone)
        if page == "signup":
            return load_signup
        if page == "stripe":
            return load_stripe
        if page == "subscription" and id_ is not None:
            return load_subscription(id_)
        if page == "checkout" and id_ is not None:
            return self._desks.checkout.request(id_)
        if id_ is None:
            return lambda client, _: (client.companies(""), client.plans())
        if page == "card":
            return load_sheet(id_)
        bills = self._bills_of(page, id_)
        if page == "company":
            return lambda client, _: (client.company(id_), client.people_of(id_), bills(client))
        sees_cards = "cards:read" in self.scopes
        return lambda client, _: (
            client.customer(id_),
            client.cards_of(id_) if sees_cards else None,
            bills(client),
        )

    def place_of(self, answer: object) -> Place | None:
        """Which page an answer is for; None if for none."""
        match answer:
            case (CustomerProfile() as profile, CustomerCards() | None, FileBilling() | None):
                return "customer", profile.customer.id
            case (CompanyView() as company, LinkedCustomers(), FileBilling() | None):
                return "company", company.id
            case CardSheet():
                return "card", answer.card.id
            case DesignSheet():
                return DESIGNS
            case SignupSheet():
                return SIGNUP
            case PaymentSheet():
                return "payments", answer.membership_id
            case SubscriptionSheet():
                return "subscription", answer.order.id
            case CheckoutSheet():
                return "checkout", answer.order.id
            case StripeView():
                return STRIPE
            case (CompanyPage(), PlanPage()):
                return HOME
            case _:
                return None

    def leave(self) -> None:
        """Another page comes to the front."""
        self._desks.leave()

    def paint(self, answer: object) -> None:
        """Paint the page that an answer is for, and bring it to the front."""
        match answer:
            case (
                CustomerProfile() as profile,
                CustomerCards() | None as cards,
                FileBilling() | None as billing,
            ):
                self._paint_customer(profile, cards, billing or FileBilling())
            case (
                CompanyView() as company,
                LinkedCustomers() as people,
                FileBilling() | None as billing,
            ):
                self._paint_company(company, people, billing or FileBilling())
            case (CompanyPage() as companies, PlanPage() as plans):
                self._paint_home(companies, plans)
            case CardSheet():
                self._changes.look_at(answer.profile)
                self._window.enter_management(self._panel.card)
                self._desks.cards.show(answer, self.zone, may_change="cards:write" in self.scopes)
            case DesignSheet():
                self._window.enter_management(self._panel.designs)
                self._desks.designs.show(answer)
            case SignupSheet():
                self._window.enter_management(self._panel.signup)
                self._desks.signup.show(answer, self.zone)
            case PaymentSheet():
                self._window.enter_management(self._panel.payments)
                may_void = "memberships:write" in self.scopes
                self._desks.payments.show(answer, self.zone, may_void=may_void)
            case SubscriptionSheet():
                self._window.enter_management(self._panel.subscription)
                may_change = "memberships:write" in self.scopes
                self._desks.subscriptions.show(answer, self.zone, may_change=may_change)
            case CheckoutSheet():
                self._window.enter_management(self._panel.checkout)
                self._desks.checkout.show(answer, self.zone)
            case StripeView():
                self._takes_orders = answer.configured
                self._window.enter_management(self._panel.stripe)
                self._desks.stripe.show(answer)

    def _paint_customer(
        self, profile: CustomerProfile, cards: CustomerCards | None, billing: FileBilling
    ) -> None:
        self._changes.look_at(profile)
        words = customer_words(profile, cards, self._texts, self.zone, billing.orders)
        self._paint_file(self._panel.customer, words, billing, "customers:write")

    def _paint_company(
        self, company: CompanyView, people: LinkedCustomers, billing: FileBilling
    ) -> None:
        self._changes.look_at(company)
        words = company_words(company, people, self._texts, self.zone, billing.orders)
        self._paint_file(self._panel.company, words, billing, "companies:write")

    def _paint_file(
        self, page: FilePage, words: FileWords, billing: FileBilling, editing: str
    ) -> None:
        """Paint a file, and say on it if its payments through Stripe are not known."""
        if billing.configured is not None:
            self._takes_orders = billing.configured
        page.show_file(words, self._allowed(editing))
        if billing.fault is not None:
            why = sentence_of(billing.fault, self._texts)
            said = self._texts.say("Payments through Stripe cannot be shown: {why}", why=why)
            page.say_fault(said)
        self._window.enter_management(page)

    def _paint_home(self, companies: CompanyPage, plans: PlanPage) -> None:
        home = self._panel.home
        home.say_fault("")
        home.companies.show_entries(company_entries(companies, self._texts))
        home.plans.show_entries(plan_entries(plans, self._texts))
        self._window.enter_management(home)

    def _bills_of(self, page: str, id_: UUID) -> Callable[[ManagementClient], FileBilling | None]:
        """What a file asks about payments through Stripe, for who may see them."""
        if "memberships:read" not in self.scopes:
            return lambda _client: None
        owner, known = {f"{page}_id": str(id_)}, self._takes_orders
        return lambda client: load_billing(client, owner, known)

    def _allowed(self, editing: str) -> Allowed:
        return Allowed(
            memberships="memberships:write" in self.scopes,
            edit=editing in self.scopes,
            links="companies:write" in self.scopes,
            cards="cards:write" in self.scopes,
            payments="memberships:read" in self.scopes,
            online=bool(self._takes_orders),
        )
