"""The tables. Every row belongs to one organization, by key and by foreign key.

Primary keys begin with ``organization_id`` and foreign keys carry it along, so that a row of
one organization cannot refer to a row of another, whatever the code above does. What is
derived (a membership's status, inherited memberships, a card's state) has no column.
"""

from api_client.management_schemas import LinkSource, MembershipSource, Role
from membership.models.access import ApiKey, IdempotencyKey
from membership.models.audit import AuditEntry
from membership.models.billing import BillingEvent, BillingInvoice, BillingOrder, StripeAccount
from membership.models.companies import Company, CompanyDomain, CompanyLink
from membership.models.desk import Card, Visit
from membership.models.events import (
    DeliveryState,
    Event,
    OutgoingMail,
    WebhookDelivery,
    WebhookEndpoint,
)
from membership.models.imports import (
    Import,
    ImportChunk,
    ImportKey,
    ImportKind,
    ImportReport,
    ImportState,
)
from membership.models.joining import (
    CustomerRefreshToken,
    CustomerSession,
    EmbedKey,
    EmbedToken,
    LoginCode,
    SignupSettings,
)
from membership.models.organization import Organization
from membership.models.payments import BillingState, Payment
from membership.models.people import (
    Customer,
    CustomerAlias,
    CustomerPhoto,
    CustomerTerm,
    TermKind,
)
from membership.models.selling import Membership, Permission, Plan, PlanPermission
from membership.models.staff import PasswordReset, StaffAccount, StaffSession, Throttle
from membership.models.wallet import (
    AppleRegistration,
    CardDesign,
    CardDesignVersion,
    CardRollout,
    CardWallet,
    EventFollower,
    IdentityKind,
    RolloutState,
    WalletIdentity,
    WalletImage,
    WalletMark,
    WalletState,
)

__all__ = [
    "ApiKey",
    "AppleRegistration",
    "AuditEntry",
    "BillingEvent",
    "BillingInvoice",
    "BillingOrder",
    "BillingState",
    "Card",
    "CardDesign",
    "CardDesignVersion",
    "CardRollout",
    "CardWallet",
    "Company",
    "CompanyDomain",
    "CompanyLink",
    "Customer",
    "CustomerAlias",
    "CustomerPhoto",
    "CustomerRefreshToken",
    "CustomerSession",
    "CustomerTerm",
    "DeliveryState",
    "EmbedKey",
    "EmbedToken",
    "Event",
    "EventFollower",
    "IdempotencyKey",
    "IdentityKind",
    "Import",
    "ImportChunk",
    "ImportKey",
    "ImportKind",
    "ImportReport",
    "ImportState",
    "LinkSource",
    "LoginCode",
    "Membership",
    "MembershipSource",
    "Organization",
    "OutgoingMail",
    "PasswordReset",
    "Payment",
    "Permission",
    "Plan",
    "PlanPermission",
    "Role",
    "RolloutState",
    "SignupSettings",
    "StaffAccount",
    "StaffSession",
    "StripeAccount",
    "TermKind",
    "Throttle",
    "Visit",
    "WalletIdentity",
    "WalletImage",
    "WalletMark",
    "WalletState",
    "WebhookDelivery",
    "WebhookEndpoint",
]
