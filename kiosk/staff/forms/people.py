"""Finding somebody by what is typed into a form."""

from api_client.management import ManagementClient
from api_client.messages.scan import CustomerView
from kiosk.staff.forms.request import refusal
from kiosk.texts import Texts


def only_customer(client: ManagementClient, who: str, texts: Texts) -> CustomerView:
    """Return the only customer found, if their number or whole name was given.

    Raises Refused for none, for several, and for one who was found by a part of something.
    """
    say = texts.say
    found = client.search_customers(who, limit=2).items if who else ()
    if len(found) == 1:
        only = found[0].customer
        if who.casefold() in {only.number.casefold(), only.name.casefold()}:
            return only
        title = say("Found is {name}, {number}. Give the number if it is them.",
                    name=only.name, number=only.number)  # fmt: skip
    elif found:
        title = say("Several people are found; give the number.")
    else:
        title = say("Nobody found for “{text}”.", text=who)
    raise refusal(title, "not_one_customer")
