"""Why a new password is refused, by the code of the service."""

from collections.abc import Callable

from kiosk.texts import Texts


def weak_password(code: str, texts: Texts) -> str:
    """Return why a new password is refused, in the language of the desk; empty for other codes."""
    sentence = _WEAK.get(code)
    return "" if sentence is None else sentence(texts)


def _of_the_account(texts: Texts) -> str:
    return texts.say(
        "The new password is mostly your name, your email address or the club. Take a few words "
        "that only you put together."
    )


def _saying(texts: Texts) -> str:
    return texts.say(
        "The new password is a saying, a title, a song or another sentence that many know. Make up "
        "one of your own."
    )


def _address(texts: Texts) -> str:
    return texts.say(
        "The new password is a street with its number, and there are few enough to try them all. "
        "Take a few words that only you put together."
    )


def _guessable(texts: Texts) -> str:
    return texts.say(
        "The new password is too easy to guess: usual words, a place, a date or keys in their "
        "order. Take a few words that only you put together; years and signs around a word do not "
        "help."
    )


def _too_short(texts: Texts) -> str:
    return texts.say("The new password needs at least 10 characters.")


def _too_long(texts: Texts) -> str:
    return texts.say("The new password is too long.")


_WEAK: dict[str, Callable[[Texts], str]] = {
    "password_guessable": _of_the_account,
    "password_phrase": _saying,
    "password_address": _address,
    "password_common": _guessable,
    "password_too_short": _too_short,
    "password_too_long": _too_long,
}
