"""The kinds of events, by the names under which receivers know them."""

from enum import StrEnum


class EventType(StrEnum):
    """What can happen. Names are ``<thing>.<what was done>`` and never change."""

    CUSTOMER_CREATED = "customer.created"
    CUSTOMER_UPDATED = "customer.updated"
    CUSTOMER_MERGED = "customer.merged"
    CUSTOMER_ERASED = "customer.erased"
    COMPANY_CREATED = "company.created"
    COMPANY_UPDATED = "company.updated"
    LINK_CREATED = "link.created"
    LINK_ENDED = "link.ended"
    PLAN_CREATED = "plan.created"
    PLAN_UPDATED = "plan.updated"
    MEMBERSHIP_CREATED = "membership.created"
    MEMBERSHIP_RENEWED = "membership.renewed"
    MEMBERSHIP_EXTENDED = "membership.extended"
    MEMBERSHIP_ENDED = "membership.ended"
    MEMBERSHIP_TRANSFERRED = "membership.transferred"
    MEMBERSHIP_PAYMENT_CHANGED = "membership.payment_changed"
    MEMBERSHIP_EXPIRED = "membership.expired"
    CARD_ISSUED = "card.issued"
    CARD_REVOKED = "card.revoked"
    IMPORT_FINISHED = "import.finished"
    WEBHOOK_TEST = "webhook.test"
