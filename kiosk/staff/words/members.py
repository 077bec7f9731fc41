"""Words of the list of members: its columns, its filters and what became of mails. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from babel.numbers import format_decimal

from api_client.messages.members import MemberRow, MemberStatus
from kiosk.style import Tone
from kiosk.texts import Texts

SHOWN_NAMES = 8
"""Members who are named when something was not done for them."""


class Column(StrEnum):
    """A column of the list."""

    NAME = "name"
    NUMBER = "number"
    STATUS = "status"
    PLAN = "plan"
    UNTIL = "until"
    COMPANY = "company"
    EMAIL = "email"
    PHONE = "phone"
    PHOTO = "photo"
    CARD = "card"


FIRST_COLUMNS = (Column.NAME, Column.NUMBER, Column.STATUS, Column.PLAN, Column.UNTIL)
"""The columns of a desk where nobody has chosen any."""

TONES = {
    MemberStatus.ACTIVE: Tone.ACTIVE,
    MemberStatus.PAYMENT_OVERDUE: Tone.ATTENTION,
    MemberStatus.EXPIRED: Tone.EXPIRED,
    MemberStatus.NOT_YET_STARTED: Tone.NOT_YET_STARTED,
    MemberStatus.NO_MEMBERSHIP: Tone.NO_MEMBERSHIP,
    MemberStatus.BLOCKED: Tone.BLOCKED,
}


Option = tuple[str, str]
"""An entry of a filter: the parameter that it sends, such as ``card=false``, and its words."""


@dataclass(frozen=True)
class MailLine:
    """Why no card link was mailed to a member."""

    name: str
    why: str


def column_words(texts: Texts) -> dict[Column, str]:
    """Return the headings of all columns, in their order."""
    say = texts.say
    return {
        Column.NAME: say("Name"),
        Column.NUMBER: say("Number"),
        Column.STATUS: say("Status"),
        Column.PLAN: say("Plan"),
        Column.UNTIL: say("Valid until"),
        Column.COMPANY: say("Company"),
        Column.EMAIL: say("Email"),
        Column.PHONE: say("Phone"),
        Column.PHOTO: say("Photo"),
        Column.CARD: say("Card"),
    }


def status_words(status: MemberStatus, texts: Texts) -> str:
    """Return a status as it is shown."""
    say = texts.say
    return {
        MemberStatus.ACTIVE: say("Active"),
        MemberStatus.PAYMENT_OVERDUE: say("Payment overdue"),
        MemberStatus.EXPIRED: say("Expired"),
        MemberStatus.NOT_YET_STARTED: say("Not yet started"),
        MemberStatus.NO_MEMBERSHIP: say("No membership"),
        MemberStatus.BLOCKED: say("Banned"),
    }[status]


def status_options(texts: Texts) -> list[Option]:
    """Return the entries of the filter by status, the one for all first."""
    ends = [
        (
            f"expires_within_days={days}",
            texts.say_many("Ends within {count} day", "Ends within {count} days", days),
        )
        for days in (7, 30)
    ]
    by_status = [(f"status={each.value}", status_words(each, texts)) for each in MemberStatus]
    return [("", texts.say("Every status")), *by_status[:2], *ends, *by_status[2:]]


def missing_options(texts: Texts) -> list[Option]:
    """Return the entries of the filter by photo and card."""
    say = texts.say
    return [
        ("", say("Photo and card")),
        ("photo=false", say("No photo")),
        ("card=false", say("No card")),
    ]


def cell_words(row: MemberRow, column: Column, texts: Texts) -> str:
    """Return what a cell shows."""
    match column:
        case Column.NAME:
            return row.customer.name
        case Column.NUMBER:
            return row.customer.number
        case Column.STATUS:
            return status_words(row.status, texts)
        case Column.PLAN:
            return row.plan or ""
        case Column.UNTIL:
            return _until_words(row, texts)
        case Column.COMPANY:
            return ", ".join(row.companies)
        case Column.EMAIL:
            return row.email or ""
        case Column.PHONE:
            return row.phone or ""
        case Column.PHOTO:
            return texts.say("yes") if row.has_photo else texts.say("no")
        case Column.CARD:
            return texts.say("no") if row.card_id is None else texts.say("yes")


def _until_words(row: MemberRow, texts: Texts) -> str:
    """Return the last day, or the first of what has not started, or that there is no end."""
    if row.starts_on is not None:
        return texts.say("from {day}", day=texts.day(row.starts_on))
    if row.valid_until is not None:
        return texts.day(row.valid_until)
    active = row.status in {MemberStatus.ACTIVE, MemberStatus.PAYMENT_OVERDUE}
    return texts.say("No end date") if active else ""


def count_words(total: int, texts: Texts, *, more: bool = False) -> str:
    """Return how many members there are, ``more`` of them than were counted."""
    shown = format_decimal(total, locale=texts.locale)
    if more:
        return texts.say("More than {shown} members", shown=shown)
    return texts.say_many("{shown} member", "{shown} members", total, shown=shown)


def cannot_mail(row: MemberRow, texts: Texts) -> str:
    """Return why no card link can be mailed to a member; empty if it can."""
    if row.status is MemberStatus.BLOCKED:
        return texts.say("banned")
    if row.card_id is None:
        return texts.say("no card")
    return "" if row.email else texts.say("no email")


def mail_question(rows: Sequence[MemberRow], texts: Texts) -> tuple[str, list[MailLine]]:
    """Return the question before mails are sent, and who cannot get one."""
    left_out = [
        MailLine(row.customer.name, why) for row in rows if (why := cannot_mail(row, texts))
    ]
    count = len(rows) - len(left_out)
    question = texts.say_many(
        "Mail {count} member the link of their card?",
        "Mail {count} members the link of their card?",
        count,
    )
    return question if count else texts.say("Nobody of them can be mailed a card."), left_out


def mailed_words(sent: int, texts: Texts) -> str:
    """Return how many mails were handed over."""
    return texts.say_many("{count} mail is on its way.", "{count} mails are on their way.", sent)


def left_out_words(lines: Sequence[MailLine], texts: Texts) -> str:
    """Return who got no mail and why; only the first of them by name."""
    if not lines:
        return ""
    named = [f"{line.name}: {line.why}" for line in lines[:SHOWN_NAMES]]
    more = len(lines) - len(named)
    if more:
        named.append(texts.say_many("and {count} more", "and {count} more", more))
    return texts.say("Not mailed: {who}", who="; ".join(named))
