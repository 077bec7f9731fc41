"""The profile of a customer."""

import time
from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import Slot
from PySide6.QtGui import QImage, QPixmap

from api_client.management import ManagementClient
from api_client.messages.cards import CustomerCards, DesignList, IssuedCard
from api_client.messages.management import CustomerProfile, LinkView
from api_client.messages.sales import SaleKind
from kiosk.offers import Act, Offer
from kiosk.staff.controllers.billing import ProfileBilling
from kiosk.staff.controllers.card import CARD
from kiosk.staff.controllers.checkout import CheckoutController
from kiosk.staff.controllers.controller import Context
from kiosk.staff.controllers.histories import Histories
from kiosk.staff.controllers.linking import Linking
from kiosk.staff.controllers.merge import MERGE
from kiosk.staff.controllers.notes import Notes
from kiosk.staff.controllers.payment import PaymentController
from kiosk.staff.controllers.people import load_person
from kiosk.staff.controllers.photo import PHOTO
from kiosk.staff.controllers.photo_removal import PhotoRemoval
from kiosk.staff.controllers.profile import COMPANY, CUSTOMER, Owner, ProfileController
from kiosk.staff.controllers.sale import Sales, Wanted
from kiosk.staff.forms.card import CardForms
from kiosk.staff.forms.customer import customer_form, end_logins_form
from kiosk.staff.forms.erase import erase_form
from kiosk.staff.forms.links import Company, unlink_form
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.customer import CustomerPage
from kiosk.staff.pages.parts import Action
from kiosk.staff.words.merge import Person
from kiosk.staff.words.profile import customer_words
from kiosk.staff.words.standing import Primary, Step
from kiosk.staff.words.subscription import runs, stops
from kiosk.staff.worker import Task


@dataclass(frozen=True)
class CustomerSheet:
    """What the profile of a customer loads; None for what the role may not see."""

    profile: CustomerProfile
    cards: CustomerCards | None = None
    billing: ProfileBilling | None = None


_EXPECTED_S = 120.0
"""For how long an act of a verdict waits for its customer: for a sign-in, in seconds."""


@dataclass(frozen=True)
class Expected:
    """What was asked for at a verdict, for whom, and when in seconds of the clock."""

    customer_id: UUID
    offer: Offer
    at_s: float


class CustomerController(ProfileController):
    """Shows a customer, changes what belongs to them, and issues cards."""

    name = CUSTOMER
    edit_scope = "customers:write"
    entry_place = COMPANY
    of_person = True

    def __init__(
        self,
        context: Context,
        payments: PaymentController,
        checkout: CheckoutController,
        sales: Sales,
    ) -> None:
        self.page: CustomerPage = CustomerPage(context.texts)
        super().__init__(context, self.page, payments, checkout, sales)
        self._photos = PhotoRemoval(context)
        self._histories = Histories(context, self.page)
        self._notes = Notes(context, self.page)
        self.page.stepped.connect(self._step)
        self.page.wanted.connect(self._histories.load)
        self._linking = Linking(context)
        self.page.removed.connect(self._unlink)
        self._card_forms = CardForms(context.texts)
        self._cards: dict[UUID, str] = {}
        self._profile: CustomerProfile | None = None
        self._charging: tuple[str, ...] = ()
        self._expected: Expected | None = None

    def open(self, place: Place) -> Page[CustomerSheet]:
        """Return the profile of the customer with the id of ``place``."""
        customer_id = place.subject
        bills = self.billing_loader({"customer_id": str(customer_id)})
        sees_cards = self._session.may("cards:read")

        def load(client: ManagementClient) -> CustomerSheet:
            return CustomerSheet(
                client.customer(customer_id),
                client.cards_of(customer_id) if sees_cards else None,
                bills(client),
            )

        return Page(place, load, self.show)

    def show(self, sheet: CustomerSheet) -> None:
        """Show a customer, and load their photo."""
        self._profile = profile = sheet.profile
        orders = sheet.billing.orders if sheet.billing is not None else ()
        charging = (each.plan for each in orders if runs(each) and not stops(each))
        self._charging = tuple(dict.fromkeys(charging))  # two orders of a plan are one name
        words = customer_words(profile, sheet.cards, self._texts, self._session.zone, orders)
        self.show_profile(words, sheet.billing)
        self._cards = {card.id: card.title for card in words.cards or ()}
        self._histories.show(profile)
        self._notes.show(profile)
        if profile.customer.photo_path:
            self._context.fetch_photo(profile.customer.photo_path)
        self._begin_expected(profile)

    def show_photo(self, path: str, image: QImage) -> None:
        """Show a photo, if it is that of the customer who is shown."""
        if self._profile is not None and self._profile.customer.photo_path == path:
            self.page.show_photo(QPixmap.fromImage(image))

    def expect(self, customer_id: UUID, offer: Offer) -> None:
        """Begin what was asked for at the verdict once this customer is shown, if that is soon."""
        self._expected = Expected(customer_id, offer, time.monotonic())

    def _begin_expected(self, profile: CustomerProfile) -> None:
        """Open the form that was asked for at the verdict of the customer who is shown."""
        expected, self._expected = self._expected, None
        if expected is None or expected.customer_id != profile.customer.id:
            return
        if time.monotonic() - expected.at_s > _EXPECTED_S:
            return
        match expected.offer.act:
            case Act.SELL:
                self.act(Action.ASSIGN, None)
            case Act.NEW_CARD:
                self.act(Action.ISSUE, None)
            case Act.RENEW | Act.PAY:
                kind = SaleKind.RENEW if expected.offer.act is Act.RENEW else SaleKind.PAY
                wanted = Wanted(self.owner(), kind, expected.offer.membership_id)
                if self._session.may("memberships:write"):
                    self._sales.begin(wanted)

    def leave(self) -> None:
        """The customer is no longer shown; a note that was typed is kept until it is."""
        self._profile = None
        self._histories.leave()

    def unsaved(self) -> object | None:
        """Return the note that was typed and is not stored; None without one."""
        return self._notes.unsaved()

    def end_session(self) -> None:
        """Forget a note that was typed."""
        self._notes.forget()

    def about(self) -> str:
        """Return the customer's name and number. Raises LookupError if none is shown."""
        customer = self._shown().customer
        return f"{customer.name} · {customer.number}"

    def owner(self) -> Owner:
        """Return the customer. Raises LookupError if none is shown."""
        return {"customer_id": str(self._shown().customer.id)}

    def edit(self) -> None:
        """Open the form of the customer."""
        form = customer_form(self._texts, self._shown(), self._charging)
        self._context.changes.ask(*form)

    def act(self, action: Action, target: object) -> None:
        """As on every profile; issue a card, end logins, merge and erase."""
        super().act(action, target)
        if action is Action.ISSUE:
            self._issue()
        elif action is Action.REPLACE and isinstance(target, UUID):
            form = self._card_forms.replace(target, self._cards[target], self.about())
            self._context.changes.ask(*form, self._on_issued)
        elif action is Action.LINK:
            linked = {each.company_id for each in self._open_links()}
            self._linking.ask_company(self._shown().customer, linked)
        elif action is Action.MERGE:
            self._context.navigation.open(Place(MERGE, self._shown().customer.id))
        elif action is Action.ERASE:
            self._erase()
        elif action is Action.PHOTO:
            self._context.navigation.open(Place(PHOTO, self._shown().customer.id))
        elif action is Action.REMOVE_PHOTO:
            self._photos.remove(self._shown())
        elif action is Action.END_LOGINS:
            self._context.changes.ask(*end_logins_form(self._texts, self._shown()))

    def _open_links(self) -> list[LinkView]:
        """Return the links of the customer that hold now."""
        return [each for each in self._shown().companies if each.valid_until is None]

    @Slot(object, str)
    def _unlink(self, company_id: UUID, name: str) -> None:
        """Open the form that unlinks the customer from a company."""
        roles = {each.company_id: each.role for each in self._open_links()}
        company, person = Company(company_id, name), self._shown().customer
        form = unlink_form(self._texts, company, person, roles.get(company_id, ""))
        self._context.changes.ask(*form)

    def _step(self, primary: Primary) -> None:
        """Take the one step that fits."""
        match primary.step:
            case Step.SELL:
                self.act(Action.ASSIGN, None)
            case Step.RENEW:
                self.act(Action.RENEW, primary.line)
            case Step.PAY:
                self.act(Action.PAY, primary.line)

    def _shown(self) -> CustomerProfile:
        if self._profile is None:
            raise LookupError("no customer is shown")
        return self._profile

    def _issue(self) -> None:
        """Load the designs, then open the form in which one is chosen, for whom is shown now."""
        profile, asked_on = self._shown(), self._context.navigation.front

        def choose(designs: DesignList) -> None:
            live = [each for each in designs.items if each.archived_at is None]
            form = self._card_forms.issue(profile, live)
            self._context.changes.ask(*form, self._on_issued, asked_on=asked_on)

        self._context.send(Task("designs", lambda client, _: client.designs(), choose))

    def _erase(self) -> None:
        """Load the customer anew, with what the payment provider has, then ask."""
        customer_id, asked_on = self._shown().customer.id, self._context.navigation.front
        sees = self._session.may("memberships:read")

        def load(client: ManagementClient, _once: str) -> Person:
            return load_person(client, customer_id, sees_payer=sees)

        def ask(person: Person) -> None:
            self._context.changes.ask(*erase_form(self._texts, person), asked_on=asked_on)

        self._context.send(Task("erase_whom", load, ask))

    def _on_issued(self, issued: IssuedCard) -> None:
        self._context.navigation.open(Place(CARD, issued.card.id))
