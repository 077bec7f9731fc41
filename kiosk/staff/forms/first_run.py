"""The forms of setting up a club: the club, its first plan, its first member with a card."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from api_client.management import ManagementClient
from api_client.messages.cards import DesignLine
from api_client.messages.management import IntervalUnit, PlanView
from api_client.messages.organization import UNNAMED, OrganizationSettings
from kiosk.staff.forms.amount import minor_units
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.forms.organization import save_settings, undo_settings
from kiosk.staff.forms.request import Call, Filled, without_blanks
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.words.membership import plan_words
from kiosk.staff.words.places import Whereabouts, countries, currencies, zones
from kiosk.texts import Texts

_ENDLESS = ""


@dataclass(frozen=True)
class Enrolled:
    """The first member, and the card that they got; None without a design."""

    customer_id: UUID
    card_id: UUID | None


def club_form(
    texts: Texts, settings: OrganizationSettings, here: Whereabouts
) -> tuple[Form, Filled[OrganizationSettings]]:
    """Name the club, and say where it is; what is not set yet is preset from ``here``."""
    say = texts.say
    form = Form(texts, say("Your club"), say("Save"), topic="club")
    new = settings.name == UNNAMED and settings.country is None
    zone = (here.zone or settings.time_zone) if new else settings.time_zone
    currency = (here.currency or settings.currency) if new else settings.currency
    country = here.country if new else settings.country or ""
    form.add_line("name", say("Name"), "" if new else settings.name, required=True)
    form.add_choice("country", say("Country"), countries(texts), country)
    form.add_choice("time_zone", say("Time zone"), zones(zone), zone)
    form.add_choice("currency", say("Currency"), currencies(texts, currency), currency)
    names = {
        "name": say("Name"),
        "country": say("Country"),
        "time_zone": say("Time zone"),
        "currency": say("Currency"),
    }
    edited = Edited(
        texts, settings, lambda now: {field: getattr(now, field) for field in names}, names
    )

    form.undo = undo_settings(texts, edited)

    def filled(values: Mapping[str, Value]) -> Call[OrganizationSettings]:
        fields = without_blanks(values, keep=("name",))
        return lambda client, once: save_settings(edited, fields, client, once)

    return form, filled


def first_plan_form(texts: Texts, currency: str) -> tuple[Form, Filled[PlanView]]:
    """Make a plan of what a first one needs: a name, a price, and for how long it is sold."""
    say = texts.say
    form = Form(texts, say("First plan"), say("Create"), topic="plan:first")
    form.add_line("name", say("Name"), required=True).setPlaceholderText(say("Membership"))
    form.add_line("price", say("Price in {currency}", currency=currency), required=True)
    form.add_choice("length", say("Lasts"), _lengths(texts), "year:1")
    form.send_as(price="price_minor")

    def filled(values: Mapping[str, Value]) -> Call[PlanView]:
        unit, _, count = str(values["length"]).partition(":")
        fields = {
            "name": str(values["name"]),
            "price_minor": minor_units(str(values["price"]), currency, texts),
            "currency": currency,
            "length": {"unit": unit, "count": int(count)} if unit else None,
        }
        return lambda client, once: client.save_plan(None, fields, once)

    return form, filled


def first_member_form(
    texts: Texts, plans: tuple[PlanView, ...], design: DesignLine | None
) -> tuple[Form, Filled[Enrolled]]:
    """Create a customer, sell them one of ``plans``, and issue a card in ``design``."""
    say = texts.say
    form = Form(texts, say("First member with a card"), say("Create"), topic="member:first")
    form.add_line("given_name", say("Given name"), required=True)
    form.add_line("family_name", say("Family name"), required=True)
    form.add_line("email", say("Email"))
    form.add_choice("plan_id", say("Plan"), [(str(p.id), plan_words(p, texts)) for p in plans])

    def filled(values: Mapping[str, Value]) -> Call[Enrolled]:
        person = without_blanks(values, keep=("given_name", "family_name"))
        plan_id = person.pop("plan_id")

        def enrol(client: ManagementClient, once: str) -> Enrolled:
            # Each request has a key of its own, made from that of the form: sent again, the form
            # does nothing twice, however far it came.
            customer_id = client.create_customer(person, once).customer.id
            sold = {"customer_id": str(customer_id), "plan_id": plan_id}
            client.assign(sold, _key(once, "plan"))
            if design is None:
                return Enrolled(customer_id, None)
            issued = client.issue_card(customer_id, design.id, _key(once, "card"))
            return Enrolled(customer_id, issued.card.id)

        return enrol

    return form, filled


def _key(once: str, part: str) -> str:
    return str(uuid5(UUID(once), part))


def _lengths(texts: Texts) -> list[tuple[str, str]]:
    one, many = "{count} month", "{count} months"
    months = [
        (f"{IntervalUnit.MONTH}:{count}", texts.say_many(one, many, count)) for count in (1, 3, 6)
    ]
    year = (f"{IntervalUnit.YEAR}:1", texts.say_many("{count} year", "{count} years", 1))
    return [*months, year, (_ENDLESS, texts.say("No end date"))]
