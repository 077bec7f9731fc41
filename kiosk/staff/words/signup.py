"""What the page of the online signup shows, from messages of the service. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api_client.messages.scan import FieldFault, Problem
from api_client.messages.signup import SignupView
from kiosk.staff.words.membership import no_public_address
from kiosk.texts import Texts

FIELDS = ("accent", "background", "terms_url", "privacy_url", "allowed_origins")
"""Fields beside which an error is shown, from the top of the page."""

_OF_PYDANTIC = "Value error, "


@dataclass(frozen=True)
class JoinSettings:
    """The settings as they are on the page; sites are one a line."""

    open: bool
    member_page: bool
    sites: str
    accent: str
    background: str
    terms_url: str
    privacy_url: str


@dataclass(frozen=True)
class JoinPlaces:
    """The address of the signup page and the HTML for a site, or why there are none."""

    page_url: str
    snippet: str
    missing: str


def settings_of(view: SignupView) -> JoinSettings:
    """Return the settings of the service as the page shows them."""
    return JoinSettings(
        open=view.open,
        member_page=view.member_page,
        sites="\n".join(view.allowed_origins),
        accent=view.accent,
        background=view.background,
        terms_url=view.terms_url or "",
        privacy_url=view.privacy_url or "",
    )


def sites_of(settings: JoinSettings) -> list[str]:
    """Return the sites without surrounding blanks and empty lines."""
    return [line.strip() for line in settings.sites.splitlines() if line.strip()]


def request_of(settings: JoinSettings) -> dict[str, Any]:
    """Return the body of the request."""
    return {
        "open": settings.open,
        "member_page": settings.member_page,
        "allowed_origins": sites_of(settings),
        "accent": settings.accent,
        "background": settings.background,
        "terms_url": settings.terms_url or None,
        "privacy_url": settings.privacy_url or None,
    }


def names_of(texts: Texts) -> Mapping[str, str]:
    """Return the words for the fields of the request."""
    say = texts.say
    return {
        "open": say("Anyone may join"),
        "member_page": say("Members have a page of their own"),
        "allowed_origins": say("Allowed sites, one per line"),
        "accent": say("Buttons and links"),
        "background": say("Background"),
        "terms_url": say("Terms"),
        "privacy_url": say("Privacy"),
    }


def places_of(view: SignupView, texts: Texts) -> JoinPlaces:
    """Return the addresses of the signup page."""
    if view.page_url is None or view.snippet is None:
        return JoinPlaces("", "", no_public_address(texts))
    return JoinPlaces(view.page_url, view.snippet, "")


def failures_of(problem: Problem, sites: Sequence[str], texts: Texts) -> Mapping[str, str]:
    """Return failures by field of the page; those of no field are under ``""``."""
    failures: dict[str, list[str]] = {}
    for error in problem.errors:
        name, _, rest = error.field.removeprefix("body.").partition(".")
        known = name if name in FIELDS else ""
        failures.setdefault(known, []).append(_sentence(error, name, rest, sites, texts))
    if not failures:
        failures[""] = [problem.detail or problem.title]
    return {name: "\n".join(sentences) for name, sentences in failures.items()}


def _sentence(error: FieldFault, name: str, rest: str, sites: Sequence[str], texts: Texts) -> str:
    """Return an error in words; one of a site names the site."""
    say = texts.say
    why = error.message.removeprefix(_OF_PYDANTIC)
    match name:
        case "accent" | "background":
            return say("Enter a colour such as #00695c.")
        case "terms_url" | "privacy_url":
            return say("Enter an address that begins with https://, or nothing.")
        case "allowed_origins" if rest.isdecimal() and int(rest) < len(sites):
            return say("{site}: {why}", site=sites[int(rest)], why=_told(why, texts))
        case "allowed_origins":
            return say("At most 20 sites.")
        case _:
            return f"{error.field}: {why}"


def _told(why: str, texts: Texts) -> str:
    """Return what is wrong with a site, translated if the message is a known one."""
    say = texts.say
    known = {
        "must be an origin such as https://www.example.com": say(
            "must be an address such as https://www.example.com"
        ),
        "must be an origin alone: no path, query or user": say(
            "must be the address of the site alone, without a page"
        ),
        "must begin with https:// (http:// for localhost only)": say("must begin with https://"),
        "must name one host exactly, such as https://www.example.com": say(
            "must name one site exactly, such as https://www.example.com"
        ),
    }
    return known.get(why, why)
