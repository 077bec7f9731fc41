"""Texts that the scripts of the member page show."""

from membership.portal.login.script_texts import login_texts
from resources.catalogue import catalogue


def member_texts(language: str) -> dict[str, str]:
    """Return the texts of the member page's scripts by name.

    Several names are error codes, states or payment methods of the API.
    """
    translations = catalogue(language)
    gettext, pgettext = translations.gettext, translations.pgettext
    return {
        **login_texts(language),
        "code_name": gettext("The code of your card, for the reader at the desk"),
        "seconds": gettext("{count} s"),
        "no_memberships": gettext("You have no membership at the moment."),
        "earlier": gettext("Earlier memberships ({count})"),
        "active": gettext("Active"),
        "expired": gettext("Expired"),
        "scheduled": gettext("Not started yet"),
        "scheduled_from": gettext("Begins on {day}"),
        "ended_early": gettext("Ended before its time"),
        "payment_overdue": gettext("Payment is overdue. Please see to it at the desk."),
        "no_seat": gettext(
            "Your company has no place free for you at the moment. Please ask there."
        ),
        "own": gettext("Your own"),
        "through": gettext("Through {company}"),
        "until": gettext("Until {day}, that day included"),
        "endless": gettext("Until it is ended"),
        "past_due": gettext("The last payment did not go through."),
        "incomplete": gettext("The first payment is still missing."),
        "renews": gettext("Paid until {day}, and then renewed by itself."),
        "cancels": gettext("Cancelled. It ends on {day}."),
        "cancels_ended": gettext("It has ended. Its last day was {day}."),
        "cancel": pgettext("member page", "Cancel"),
        "cancel_told": gettext("It stays good until {day} and is not renewed then."),
        "cancel_told_unpaid": gettext(
            "It ends now: the last day paid was {day}. The open payment is called off."
        ),
        "cancel_told_open": gettext(
            "It stays good until the end of what is paid, and is not renewed then."
        ),
        "cancel_yes": gettext("Yes, cancel"),
        "cancel_no": gettext("Keep it"),
        "cancelled": gettext("It is cancelled."),
        "resume": gettext("Keep it after all"),
        "resumed": gettext("It goes on."),
        "changes_after": gettext("After {day}: {plan}."),
        "change_plan": gettext("Change the plan"),
        "no_plans": gettext("There is no other plan to change to."),
        "change_later": gettext("From the next period on"),
        "change_now": gettext("At once …"),
        "change_cost": gettext(
            "{plan} begins now. {amount} is charged now, and {price} from the next payment on."
        ),
        "change_credit": gettext(
            "{plan} begins now. {amount} is credited to the next payments; from then on it costs "
            "{price}."
        ),
        "change_yes": gettext("Change now"),
        "change_back": gettext("Back"),
        "change_done": gettext("You have {plan} now."),
        "change_planned_done": gettext("The plan changes with the next period."),
        "change_withdraw": gettext("Keep the present plan"),
        "change_withdrawn": gettext("The plan stays as it is."),
        "payment_declined": gettext(
            "The payment did not go through, and nothing was changed. Please look at the payment "
            "method."
        ),
        "amount_changed": gettext("It costs something else by now. Please look at it again."),
        "change_planned": gettext("A change is planned already. Please undo it first."),
        "change_in_progress": gettext("Another change is being made. Please look again."),
        "renew": gettext("Pay the next period"),
        "order_closed": gettext("A payment for this is on its way already. Please wait for it."),
        "portal": gettext("Change the payment method"),
        "no_permissions": gettext("Nothing at the moment."),
        "until_day": gettext("until {day}"),
        "no_cards": gettext("You have no card yet."),
        "make_card": gettext("Get my card"),
        "made_card": gettext("Here is your card."),
        "issued": gettext("Issued on {day}"),
        "good": gettext("Good"),
        "revoked": gettext("No longer valid"),
        "replaced": gettext("Replaced by another one"),
        "in_apple": gettext("In Apple Wallet"),
        "in_google": gettext("In Google Wallet"),
        "add": gettext("Add to a wallet"),
        "show_this": gettext("Show"),
        "cash": pgettext("member page", "cash"),
        "card_terminal": gettext("card"),
        "transfer": gettext("transfer"),
        "voided": pgettext("member page", "Void"),
        "receipt": gettext("Receipt {number} (PDF)"),
        "receipt_alone": gettext("Open receipt"),
        "more": gettext("Show more"),
        "invoice": gettext("Open invoice {number}"),
        "paid": gettext("Paid"),
        "open": pgettext("member page", "Open"),
        "void": pgettext("member page", "Void"),
        "uncollectible": gettext("Not paid"),
        "disputed": gettext("Disputed with the bank"),
        "refunded": gettext("{amount} refunded"),
        "refunded_whole": gettext("Refunded"),
        "link_blocked": gettext("Open it here"),
        "downloaded": gettext("The file was downloaded."),
        "logged_out": gettext("You are logged out, and nothing of yours is left on this device."),
        "logged_out_offline": gettext(
            "Nothing of yours is left on this device. The service logs you out as soon as this "
            "page is opened with network."
        ),
        "section_failed": gettext("This could not be loaded."),
        "offline_card": gettext("No network. Your card can be shown until {time}."),
        "offline_none": gettext("No network. Connect to see your membership and your card."),
        "live_over": gettext(
            "The codes on this device are used up. Connect to the network for new ones."
        ),
        "live_wait": gettext("Connect to the network to show your card."),
        "live_until": gettext("Works without network until {time}"),
        "card_refused": gettext("You cannot get a card here. Please ask at the desk."),
        "card_exists": gettext("You have a card already."),
        "card_without_design": gettext(
            "There is no card to be had here yet. Please ask at the desk."
        ),
        "card_revoked": gettext("This card is no longer valid. Please ask at the desk."),
        "card_made_elsewhere": gettext("This card was made elsewhere and cannot be shown here."),
        "card_not_found": gettext("This card is not there any more."),
        "customer_not_found": gettext("Please begin again with your email address."),
        "ticket_wrong": gettext("That took too long. Please begin again with your email address."),
        "customer_erased": gettext("Please ask at the desk."),
        "payment_provider_refused": gettext(
            "The payment provider does not accept this at the moment. Please ask at the desk."
        ),
        "payment_provider_unavailable": gettext(
            "The payment provider cannot be reached at the moment. Please try again in a few "
            "minutes."
        ),
    }
