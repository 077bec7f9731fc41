"""The types of events, by the names that receivers get."""

from enum import StrEnum


class EventType(StrEnum):
    """What can happen. Names are ``<thing>.<what was done>`` and never change."""

    meaning: str
    """Its description, a sentence; shown by the OpenAPI description and docs/webhooks.md."""

    def __new__(cls, name: str, meaning: str = "") -> "EventType":
        """Make a type from its name and its description."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.meaning = meaning
        return member

    CUSTOMER_CREATED = "customer.created", "A customer was added."
    CUSTOMER_UPDATED = "customer.updated", "What is known of a customer was changed."
    CUSTOMER_MERGED = "customer.merged", "Two customers became one; the old id still leads there."
    CUSTOMER_ERASED = "customer.erased", "A customer's personal data was erased."
    COMPANY_CREATED = "company.created", "A company was added."
    COMPANY_UPDATED = "company.updated", "A company was changed or archived."
    LINK_CREATED = (
        "link.created",
        "A customer was linked to a company and inherits from it; sent again for the same link "
        "after its end was undone.",
    )
    LINK_ENDED = "link.ended", "A customer was unlinked from a company."
    PLAN_CREATED = "plan.created", "A plan was added."
    PLAN_UPDATED = "plan.updated", "A plan was changed or archived; what was sold stays."
    MEMBERSHIP_CREATED = "membership.created", "A plan was assigned to a customer or company."
    MEMBERSHIP_RENEWED = "membership.renewed", "A membership got another period."
    MEMBERSHIP_RENEWAL_UNDONE = (
        "membership.renewal_undone",
        "A renewal was taken back, or its payment voided: the former period counts again.",
    )
    MEMBERSHIP_EXTENDED = "membership.extended", "The end of a membership was moved by staff."
    MEMBERSHIP_ENDED = (
        "membership.ended",
        "An early end was noted: at once, or planned (`membership.expired` then tells its coming).",
    )
    MEMBERSHIP_END_WITHDRAWN = (
        "membership.end_withdrawn",
        "An early end that had not come yet was taken back.",
    )
    MEMBERSHIP_TRANSFERRED = "membership.transferred", "A membership went over to another plan."
    MEMBERSHIP_PAYMENT_CHANGED = (
        "membership.payment_changed",
        "A payment became overdue, or was settled.",
    )
    MEMBERSHIP_RENEWAL_CHANGED = (
        "membership.renewal_changed",
        "A payment provider will not renew a membership any more, or will again.",
    )
    MEMBERSHIP_CHANGE_UNDONE = (
        "membership.change_undone",
        "The last change of a membership was undone; a renewal has an event of its own.",
    )
    MEMBERSHIP_EXPIRED = (
        "membership.expired",
        "A membership's end came, as sold or as planned early (`reason` is then `ended_early`).",
    )
    CARD_ISSUED = "card.issued", "A card was issued to a customer."
    CARD_REVOKED = "card.revoked", "A card was revoked."
    CARD_INSTALLED = "card.installed", "A phone has added a card to its wallet."
    CARD_REMOVED = "card.removed", "A phone has removed a card from its wallet."
    CARD_DESIGN_CREATED = "card_design.created", "A design of cards was added."
    CARD_DESIGN_UPDATED = (
        "card_design.updated",
        "A design was edited or archived; cards issued before are changed in the background.",
    )
    BILLING_PAYMENT_REFUNDED = (
        "billing.payment_refunded",
        "A payment through the provider was refunded, in part or as a whole.",
    )
    BILLING_PAYMENT_DISPUTED = (
        "billing.payment_disputed",
        "The payer's bank contests a payment through the provider.",
    )
    BILLING_DISPUTE_CLOSED = "billing.dispute_closed", "A dispute of a payment was won or lost."
    BILLING_PAYMENT_FLAGGED = (
        "billing.payment_flagged",
        "A payment arrived of somebody who is banned or erased, beside another subscription that "
        "nobody chose to have twice, was back before it was read, or was not granted: look at it.",
    )
    IMPORT_FINISHED = "import.finished", "An import came to its end."
    WEBHOOK_TEST = "webhook.test", "A test of one endpoint; it is sent at once and not kept."


EventType.__doc__ = "What can happen. Names never change; more are added.\n\n" + "\n".join(
    f"- `{each.value}`: {each.meaning}" for each in EventType
)
