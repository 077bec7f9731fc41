"""What each page of the management asks the service for, and how an answer is painted."""

from collections.abc import Callable
from uuid import UUID

from api_client.billing_schemas import StripeView
from api_client.card_schemas import CustomerCards
from api_client.management import ManagementClient
from api_client.management_schemas import (
    CompanyPage,
    CompanyView,
    CustomerProfile,
    LinkedCustomers,
    PlanPage,
)
from kiosk.texts import Texts
from kiosk.views.management.file_page import Allowed
from kiosk.views.window import KioskWindow

from .cards import CardSheet, load_sheet
from .designs import DesignSheet, load_designs
from .desks import Desks
from .files import company_words, customer_words
from .lists import company_entries, plan_entries
from .payments import PaymentSheet
from .signup import SignupSheet, load_signup
from .stripe_desk import load_stripe

Place = tuple[str, UUID | None]
"""A page and whose it is."""
HOME: Place = ("home", None)
DESIGNS: Place = ("designs", None)
SIGNUP: Place = ("signup", None)
STRIPE: Place = ("stripe", None)
PAYMENTS: Place = ("payments", None)
"""Those of some days; with an id, those of a membership."""

Load = Callable[[ManagementClient, str], object]


class Pages:
    """Paints pages for whoever is signed in, with ``scopes``; ``zone`` is the club's."""

    def __init__(self, window: KioskWindow, texts: Texts, desks: Desks) -> None:
        self._window, self._panel, self._texts = window, window.management, texts
        self._desks, self._changes = desks, desks.changes
        self.scopes: frozenset[str] = frozenset()
        self.zone = "UTC"

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
        if id_ is None:
            return lambda client, _: (client.companies(""), client.plans())
        if page == "card":
            return load_sheet(id_)
        if page == "company":
            return lambda client, _: (client.company(id_), client.people_of(id_))
        sees_cards = "cards:read" in self.scopes
        return lambda client, _: _file_of(client, id_, cards=sees_cards)

    def place_of(self, answer: object) -> Place | None:
        """Which page an answer is for; None if for none."""
        match answer:
            case (CustomerProfile() as profile, CustomerCards() | None):
                return "customer", profile.customer.id
            case (CompanyView() as company, LinkedCustomers()):
                return "company", company.id
            case CardSheet():
                return "card", answer.card.id
            case DesignSheet():
                return DESIGNS
            case SignupSheet():
                return SIGNUP
            case PaymentSheet():
                return "payments", answer.membership_id
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
            case (CustomerProfile() as profile, CustomerCards() | None as cards):
                self._paint_customer(profile, cards)
            case (CompanyView() as company, LinkedCustomers() as people):
                self._paint_company(company, people)
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
            case StripeView():
                self._window.enter_management(self._panel.stripe)
                self._desks.stripe.show(answer)

    def _paint_customer(self, profile: CustomerProfile, cards: CustomerCards | None) -> None:
        self._changes.look_at(profile)
        words = customer_words(profile, cards, self._texts, self.zone)
        self._panel.customer.show_file(words, self._allowed("customers:write"))
        self._window.enter_management(self._panel.customer)

    def _paint_company(self, company: CompanyView, people: LinkedCustomers) -> None:
        self._changes.look_at(company)
        words = company_words(company, people, self._texts, self.zone)
        self._panel.company.show_file(words, self._allowed("companies:write"))
        self._window.enter_management(self._panel.company)

    def _paint_home(self, companies: CompanyPage, plans: PlanPage) -> None:
        home = self._panel.home
        home.say_fault("")
        home.companies.show_entries(company_entries(companies, self._texts))
        home.plans.show_entries(plan_entries(plans, self._texts))
        self._window.enter_management(home)

    def _allowed(self, editing: str) -> Allowed:
        return Allowed(
            memberships="memberships:write" in self.scopes,
            edit=editing in self.scopes,
            links="companies:write" in self.scopes,
            cards="cards:write" in self.scopes,
            payments="memberships:read" in self.scopes,
        )


def _file_of(
    client: ManagementClient, customer_id: UUID, *, cards: bool
) -> tuple[CustomerProfile, CustomerCards | None]:
    """A customer, with their cards for who may see them."""
    return client.customer(customer_id), client.cards_of(customer_id) if cards else None
