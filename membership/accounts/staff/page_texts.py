"""Texts that the script of the page for setting a password shows."""

from resources.catalogue import catalogue


def password_texts(language: str) -> dict[str, str]:
    """Return the texts by name; several names are error codes of the API.

    ``{seconds}`` in ``later`` stands for the pause before the next try, in seconds.
    """
    gettext = catalogue(language).gettext
    return {
        "sending": gettext("Sending …"),
        "differ": gettext("The two passwords are not the same."),
        "later": gettext(
            "The service does not answer just now. What you typed stays here and is sent again in "
            "{seconds} seconds."
        ),
        "try_now": gettext("Try now"),
        "done": gettext("Your password is set. You can sign in at the desk now."),
        "may_be_set": gettext(
            "The password may have been set by an earlier try whose answer was lost. Try to sign "
            "in with it; if that fails, ask for a new link."
        ),
        "incomplete": gettext(
            "This link is not complete. Open it from the mail again, or ask for a new one."
        ),
        "reset_token_invalid": gettext(
            "This link is not good any more: it was used, is over, or a newer one was mailed. Ask "
            "for a new one."
        ),
        "password_guessable": gettext(
            "The new password is mostly your name, your email address or the club. Take a few "
            "words that only you put together."
        ),
        "password_phrase": gettext(
            "The new password is a saying, a title, a song or another sentence that many know. "
            "Make up one of your own."
        ),
        "password_address": gettext(
            "The new password is a street with its number, and there are few enough to try them "
            "all. Take a few words that only you put together."
        ),
        "password_common": gettext(
            "The new password is too easy to guess: usual words, a place, a date or keys in their "
            "order. Take a few words that only you put together; years and signs around a word do "
            "not help."
        ),
        "password_too_short": gettext("The new password needs at least 10 characters."),
        "password_too_long": gettext("The new password is too long."),
    }
