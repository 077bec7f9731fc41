"""The mail with a login code."""

from datetime import datetime, timedelta

from membership.events.mail.outbox import Mail
from membership.members.customers.service import email_key
from membership.rules.instants import zone_named
from membership.web.access import Tenant
from resources.catalogue import catalogue


def code_mail(
    recipient: str, tenant: Tenant, code: str, language: str, *, now: datetime, life: timedelta
) -> Mail:
    """Return the mail with a code that is good for ``life`` from ``now``.

    The code is not in the subject, which is stored unencrypted and shown on locked screens. The
    mail names the time until which it is good, for it may arrive late; it is not sent later.
    """
    gettext = catalogue(language).gettext
    until = (now + life).astimezone(zone_named(tenant.time_zone))
    subject = gettext("Your code for {organization}").format(organization=tenant.name)
    text = gettext(
        "Hello,\n\n"
        "this is your code to go on at {organization}:\n\n"
        "{code}\n\n"
        "It is good once, until {time}. A newer code makes it worthless. Nobody from\n"
        "{organization} will ever ask you for it.\n\n"
        "If it was not you who asked, you need do nothing.\n"
    ).format(
        organization=tenant.name,
        code=code,
        time=f"{until:%H:%M}",
    )
    return Mail(
        recipient,
        subject,
        text,
        urgent=True,
        life=life,
        topic=f"login code\n{email_key(recipient)}",
    )
