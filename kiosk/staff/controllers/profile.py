"""What the profiles of customers and companies have in common: memberships and online orders."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from api_client.management import ManagementClient
from api_client.messages.billing import CheckoutLink
from api_client.messages.management import CompanyView, PlanPage, PlanView
from api_client.messages.sales import SaleKind
from kiosk.staff.controllers.billing import ProfileBilling, load_billing
from kiosk.staff.controllers.card import CARD
from kiosk.staff.controllers.checkout import CheckoutController
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.controllers.lists import load_plans
from kiosk.staff.controllers.payment import PaymentController
from kiosk.staff.controllers.sale import Sales, Wanted
from kiosk.staff.controllers.subscription import SUBSCRIPTION
from kiosk.staff.forms.membership import MembershipForms
from kiosk.staff.forms.subscription import order_form, refund_form, settle_form
from kiosk.staff.notices import sentence_of
from kiosk.staff.page import Place
from kiosk.staff.pages.parts import Action
from kiosk.staff.pages.profile import Allowed, ProfilePage
from kiosk.staff.words.membership import MembershipLine
from kiosk.staff.words.profile import ProfileWords
from kiosk.staff.words.subscription import Flag
from kiosk.staff.worker import Task

CUSTOMER, COMPANY = "customer", "company"

Owner = Mapping[str, str]
"""``customer_id`` or ``company_id`` with the id: the owner of a membership in a request."""


class ProfileController(Controller):
    """Base of both. ``edit_scope`` is needed to edit; ``entry_place`` is where an entry leads.

    ``of_person``: a customer, who can be merged and erased.
    """

    edit_scope: str
    entry_place: str
    of_person: bool = False

    def __init__(
        self,
        context: Context,
        page: ProfilePage,
        payments: PaymentController,
        checkout: CheckoutController,
        sales: Sales,
    ) -> None:
        super().__init__(context)
        self.page: ProfilePage = page
        self._payments, self._checkout, self._sales = payments, checkout, sales
        self._forms = MembershipForms(context.texts, context.session.today)
        page.acted.connect(self.act)

    def about(self) -> str:
        """Return whose profile is open, with name and number. Raises LookupError if none is."""
        raise NotImplementedError

    def owner(self) -> Owner:
        """Return the owner of the open profile. Raises LookupError if none is open."""
        raise NotImplementedError

    def edit(self) -> None:
        """Ask for the fields of the profile."""
        raise NotImplementedError

    def billed_company(self) -> CompanyView | None:
        """Return the company that pays for orders; None on a customer's profile."""
        return None

    def act(self, action: Action, target: object) -> None:
        """Do what a button of the profile is for. ``target`` is as ``ProfilePage.acted`` has it."""
        open_ = self._context.navigation.open
        match action, target:
            case Action.EDIT, _:
                self.edit()
            case Action.ASSIGN, _:
                self._sell(SaleKind.NEW)
            case Action.ORDER, _:
                self._order()
            case Action.OPEN_CARD, UUID():
                open_(Place(CARD, target))
            case Action.OPEN, UUID():
                open_(Place(self.entry_place, target))
            case Action.SETTLE, Flag():
                self._settle(target)
            case _, MembershipLine():
                self._act_on_membership(action, target)

    def _settle(self, flag: Flag) -> None:
        """Ask what becomes of a payment that staff have looked at."""
        texts, ask = self._texts, self._context.changes.ask
        if flag.refunded_invoice is None:
            ask(*settle_form(texts, flag, self.about()))
        else:
            ask(*refund_form(texts, flag, flag.refunded_invoice, self.about()))

    def show_profile(self, words: ProfileWords, billing: ProfileBilling | None) -> None:
        """Show a profile, and on it why its payments through Stripe are not known."""
        known = billing or ProfileBilling()
        if known.configured is not None:
            self._session.takes_orders = known.configured
        self.page.show_profile(words, self._allowed())
        if known.failure is not None:
            why = sentence_of(known.failure, self._texts)
            self.page.show_failure(
                self._texts.say("Payments through Stripe cannot be shown: {why}", why=why)
            )

    def billing_loader(self, owner: Owner) -> Callable[[ManagementClient], ProfileBilling | None]:
        """Return a loader of the orders of ``owner``; it returns None if they may not be seen."""
        if not self._session.may("memberships:read"):
            return lambda _client: None
        configured = self._session.takes_orders
        return lambda client: load_billing(client, owner, configured)

    def _allowed(self) -> Allowed:
        may = self._session.may
        return Allowed(
            memberships=may("memberships:write"),
            edit=may(self.edit_scope),
            links=may("companies:write"),
            cards=may("cards:write"),
            payments=may("memberships:read"),
            online=bool(self._session.takes_orders),
            merge=self.of_person and may(self.edit_scope),
            erase=self.of_person and may("personal:write"),
            changes=may("audit:read"),
        )

    def _act_on_membership(self, action: Action, line: MembershipLine) -> None:
        ask, open_ = self._context.changes.ask, self._context.navigation.open
        about = self.about()
        match action:
            case Action.OPEN:
                open_(Place(COMPANY, line.company_id))
            case Action.SUBSCRIPTION:
                open_(Place(SUBSCRIPTION, line.order_id))
            case Action.PAYMENTS:
                self._payments.open_membership(line)
            case Action.RENEW:
                self._sell(SaleKind.RENEW, line)
            case Action.PAY:
                self._sell(SaleKind.PAY, line)
            case Action.EXTEND:
                ask(*self._forms.extend(line, about))
            case Action.END:
                ask(*self._forms.end(line, about))
            case Action.UNDO:
                ask(*self._forms.undo(line, about))
            case Action.TRANSFER:
                self._sell(SaleKind.CHANGE, line)
            case _:
                raise ValueError(f"{action} is nothing that is done to a membership")

    def _sell(self, kind: SaleKind, line: MembershipLine | None = None) -> None:
        """Open the sheet of a sale to whom is shown."""
        self._sales.begin(Wanted(self.owner(), kind, None if line is None else line.id))

    def _order(self) -> None:
        """Ask which plan is to be paid online, and show its payment page then."""
        owner, about, company = self.owner(), self.about(), self.billed_company()

        def ask(plans: Sequence[PlanView], asked_on: Place | None) -> None:
            form = order_form(self._texts, owner, plans, company, about)
            self._context.changes.ask(*form, self._on_ordered, asked_on=asked_on)

        self._with_plans(ask)

    def _on_ordered(self, link: CheckoutLink) -> None:
        self._context.navigation.open(self._checkout.begin(link))

    def _with_plans(self, then: Callable[[Sequence[PlanView], Place | None], None]) -> None:
        """Load the plans as they are now, then go on with them and the page that asked."""
        asked_on = self._context.navigation.front

        def go_on(plans: PlanPage) -> None:
            then(plans.items, asked_on)

        self._context.send(Task("plans", lambda client, _: load_plans(client), go_on))
