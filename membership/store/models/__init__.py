"""The tables. Every row belongs to one organization, by key and by foreign key.

Primary keys begin with ``organization_id`` and foreign keys carry it along, so that a row of
one organization cannot refer to a row of another, whatever the code above does. What is
derived (a membership's status, inherited memberships, a card's state) has no column.
"""

from api_client.messages.management import LinkSource, MembershipSource, Role
from membership.store.models.access import ApiKey, IdempotencyKey
from membership.store.models.audit import AuditEntry
from membership.store.models.billing import (
    BillingEvent,
    BillingInvoice,
    BillingOrder,
    ProviderTask,
    ProviderTaskKind,
    StripeAccount,
)
from membership.store.models.companies import Company, CompanyDomain, CompanyLink
from membership.store.models.desk import Card, Visit
from membership.store.models.events import (
    DeliveryState,
    Event,
    OutgoingMail,
    WebhookDelivery,
    WebhookEndpoint,
)
from membership.store.models.imports import (
    Import,
    ImportChunk,
    ImportKey,
    ImportKind,
    ImportLine,
    ImportReport,
    ImportState,
)
from membership.store.models.joining import (
    CustomerRefreshToken,
    CustomerSession,
    EmbedKey,
    EmbedToken,
    LoginCode,
    SignupSettings,
)
from membership.store.models.organization import Organization
from membership.store.models.payments import BillingState, Payment
from membership.store.models.people import (
    Customer,
    CustomerAlias,
    CustomerPhoto,
    CustomerTerm,
    FormerNumber,
    TermKind,
)
from membership.store.models.secret_key import SecretKeyCheck
from membership.store.models.selling import Membership, Permission, Plan, PlanPermission
from membership.store.models.staff import (
    KnownOrigin,
    PasswordReset,
    StaffAccount,
    StaffFactor,
    StaffSession,
    Throttle,
)
from membership.store.models.wallet import (
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
    "FormerNumber",
    "IdempotencyKey",
    "IdentityKind",
    "Import",
    "ImportChunk",
    "ImportKey",
    "ImportKind",
    "ImportLine",
    "ImportReport",
    "ImportState",
    "KnownOrigin",
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
    "ProviderTask",
    "ProviderTaskKind",
    "Role",
    "RolloutState",
    "SecretKeyCheck",
    "SignupSettings",
    "StaffAccount",
    "StaffFactor",
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
