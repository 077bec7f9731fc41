"""Texts that the scripts of all pages with a login show."""

from resources.catalogue import catalogue


def login_texts(language: str) -> dict[str, str]:
    """Return the texts of the login's script by name; several names are error codes of the API."""
    gettext = catalogue(language).gettext
    return {
        "working": gettext("One moment …"),
        "code_wrong": gettext("This code is wrong or no longer good. Check it, or get a new one."),
        "too_many_tries": gettext("That was tried too often. Please wait a few minutes."),
        "invalid_request": gettext("Please check what you have entered."),
        "session_over": gettext("That took too long. Please begin again with your email address."),
        "page_not_found": gettext("Nobody can join here at the moment. Please ask at the desk."),
        "offline": gettext("The service cannot be reached. Please try again."),
        "failed": gettext("That did not work. Please try again, or ask at the desk."),
    }
