"""Texts that the script of the signup page shows."""

from membership.portal.login.script_texts import login_texts
from resources.catalogue import catalogue


def signup_texts(language: str) -> dict[str, str]:
    """Return the texts of the signup script by name; several names are error codes of the API."""
    translations = catalogue(language)
    gettext, pgettext = translations.gettext, translations.pgettext
    return {
        **login_texts(language),
        "consent_missing": gettext("Without your consent you cannot be registered here."),
        "already_member": gettext("You have this membership already."),
        "join_refused": gettext("You cannot join here. Please ask at the desk."),
        "plan_not_found": gettext("This membership is no longer offered."),
        "payment_at_desk": gettext(
            "This membership is paid at the desk. Please ask there to join."
        ),
        "done": gettext("You have joined: {plan}."),
        "done_until": gettext("Its last day is {day}."),
        "done_number": gettext(
            "Your customer number is {number}. Show it at the desk to get your card."
        ),
        "join": gettext("Join now"),
        "join_again": gettext("Try again"),
        "order": gettext("Order and pay"),
        "order_again": gettext("Back to the payment"),
        "continues": gettext("You have it until {day}; what you pay now continues after that day."),
        "paying": pgettext("signup page", "Waiting for the payment …"),
        "order_closed": gettext("A payment for this is on its way already. Please wait for it."),
        "payment_provider_unavailable": gettext(
            "The payment cannot be begun just now. Please try again in a few minutes."
        ),
        "payment_provider_refused": gettext(
            "This membership cannot be paid online at the moment. Please ask at the desk."
        ),
        "plan_archived_at_provider": gettext(
            "This membership cannot be paid online at the moment. Please ask at the desk."
        ),
        "not_paid": gettext("Nothing was paid. You can try again."),
        "paid_later": gettext(
            "If you have paid, the bank is still working on it: the membership begins as soon as "
            "the payment has arrived."
        ),
        "subscription_runs": gettext(
            "You have this already. Please see to its payment or its cancellation on your own page."
        ),
        "other_subscription_runs": gettext(
            "You have a subscription to another plan already. You can change its plan on your own "
            "page."
        ),
        "vouched": gettext("You are logged in as {name}."),
    }
