"""Profiles of customers and companies, what is sold to them, and their cards."""

from datetime import timedelta
from uuid import UUID

from api_client.messages.management import LinkedCustomers, LinkView
from api_client.messages.payments import PaymentMethod
from api_client.messages.scan import Status
from kiosk.staff.controllers.card import CARD as CARD_PAGE
from kiosk.staff.controllers.card import CardSheet
from kiosk.staff.controllers.company import CompanySheet
from kiosk.staff.controllers.customer import CustomerSheet
from kiosk.staff.controllers.merge import MERGE
from kiosk.staff.controllers.payment import PAYMENTS, PaymentSheet
from kiosk.staff.controllers.profile import COMPANY, CUSTOMER
from kiosk.staff.controllers.subscription import SUBSCRIPTION, SubscriptionSheet
from kiosk.staff.page import Place
from tests.kiosk.answers import AMARA, NOON, membership
from tests.kiosk.staff.billing_messages import ORDER, invoice, invoices, order
from tests.kiosk.staff.card_messages import CARD, cards, record, wallets
from tests.kiosk.staff.desk_messages import payment, voided
from tests.kiosk.staff.messages import NORTHWIND, company, link, profile
from tests.kiosk.staff.people_messages import person
from tools.screenshots.desk_pages import visit
from tools.screenshots.shots import staff_page
from tools.screenshots.studio import amara

_OLD = NOON - timedelta(days=40)


def customer() -> CustomerSheet:
    """Return the profile of somebody with all that a profile can have."""
    return CustomerSheet(
        profile(
            customer=amara(),
            phone="+4930231251001",
            birth_date=NOON.date().replace(year=1991),
            desk_note="Forgot a jacket on Monday; it is at the bar.",
            memberships=(
                membership(),
                membership(id=UUID(int=4), plan="Corporate", company="Northwind Analytics",
                           ends_at=None, last_day=None),
                membership(id=UUID(int=5), plan="Ten visits", status=Status.EXPIRED,
                           ends_at=_OLD, last_day=_OLD.date()),
            ),
            visits=tuple(visit(number) for number in range(4)),
        ),
        cards(record()),
    )  # fmt: skip


def new_customer() -> CustomerSheet:
    """Return the profile of somebody who has nothing yet."""
    nothing = {"memberships": (), "permissions": (), "companies": (), "email": None}
    return CustomerSheet(profile(**nothing), cards())


def northwind() -> CompanySheet:
    """Return the profile of a company with people."""
    view, _ = company()
    linked: tuple[LinkView, ...] = (link(),)
    return CompanySheet(view.model_copy(update={"linked": linked}), LinkedCustomers(items=()))


def new_company() -> CompanySheet:
    """Return the profile of a company without anything."""
    return CompanySheet(*company(memberships=()))


def payments() -> PaymentSheet:
    """Return the payments of a day."""
    items = (
        payment(9, paid_by="Jonas Weber", method=PaymentMethod.CARD_TERMINAL, amount_minor=3900),
        payment(8, paid_by="Northwind Analytics", method=PaymentMethod.TRANSFER,
                plan="Corporate", amount_minor=120000),
        voided(7),
    )  # fmt: skip
    return PaymentSheet(items, None, (NOON.date(), NOON.date()), complete=True)


def no_payments() -> PaymentSheet:
    """Return a day without payments."""
    return PaymentSheet((), None, (NOON.date(), NOON.date()), complete=True)


def card() -> CardSheet:
    """Return a card on one phone."""
    return CardSheet(record(), profile(), wallets())


def subscription() -> SubscriptionSheet:
    """Return a subscription that is paid."""
    return SubscriptionSheet(order(), AMARA.name, invoices(invoice()))


PAGES = (
    staff_page("customer", Place(CUSTOMER, AMARA.id), customer, empty=new_customer),
    staff_page("company", Place(COMPANY, NORTHWIND), northwind, empty=new_company),
    staff_page("payments", PAYMENTS, payments, empty=no_payments),
    staff_page("card", Place(CARD_PAGE, CARD), card),
    staff_page("subscription", Place(SUBSCRIPTION, ORDER), subscription),
    staff_page("merge", Place(MERGE, AMARA.id), person),
)
