"""The field map: for every column of every table, whose data it is, its export and its erasure.

It is complete: a test compares it with the models, so that no column can be added without this
decision. ``privacy.export`` and ``erasure`` use nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

ERASED_GIVEN_NAME, ERASED_FAMILY_NAME = "Erased", "customer"
ERASED_NAME = f"{ERASED_GIVEN_NAME} {ERASED_FAMILY_NAME}"
"""Replaces a name."""


class Whose(StrEnum):
    """Whose data a column holds."""

    CUSTOMER = "customer"
    STAFF = "staff"
    CONTACT = "company contact"
    NOBODY = "nobody"
    SECRET = "secret"  # noqa: S105 - a class of columns


class Erasure(StrEnum):
    """What erasure does to a column, in the rows of the erased customer."""

    KEEP = "keep"
    NULL = "null"
    TEXT = "fixed text"
    ROW = "delete the row"
    VALUES = "replace the values of personal fields inside"
    IF_ACTOR = "fixed text where they acted themself"


@dataclass(frozen=True, slots=True)
class Field:
    """A column. ``text`` is what ``Erasure.TEXT`` writes; ``shown`` columns are exported.

    ``why_kept`` is the reason where a customer's own data outlives the erasure.
    """

    whose: Whose = Whose.NOBODY
    erasure: Erasure = Erasure.KEEP
    text: str = ""
    shown: bool = False
    why_kept: str = ""


def _plain(*names: str) -> dict[str, Field]:
    """Columns without personal data."""
    return dict.fromkeys(names, Field())


def _shown(*names: str) -> dict[str, Field]:
    """Columns without personal data that are exported."""
    return dict.fromkeys(names, Field(shown=True))


def _secret(*names: str) -> dict[str, Field]:
    """Secrets: never exported."""
    return dict.fromkeys(names, Field(Whose.SECRET))


def _staff(*names: str) -> dict[str, Field]:
    """Columns about staff: they record who is responsible, and end with the account."""
    return dict.fromkeys(names, Field(Whose.STAFF))


def _null(*names: str, shown: bool = True) -> dict[str, Field]:
    """Columns about the customer that become null."""
    return dict.fromkeys(names, Field(Whose.CUSTOMER, Erasure.NULL, shown=shown))


def _text(text: str = "", *, shown: bool = True) -> Field:
    """A column about the customer that cannot be null."""
    return Field(Whose.CUSTOMER, Erasure.TEXT, text, shown=shown)


def _row(*names: str, shown: bool = True) -> dict[str, Field]:
    """Columns of rows that exist only for the customer."""
    return dict.fromkeys(names, Field(Whose.CUSTOMER, Erasure.ROW, shown=shown))


def _kept(why: str, *names: str) -> dict[str, Field]:
    """Columns about the customer that stay, with nothing that identifies them."""
    return dict.fromkeys(names, Field(Whose.CUSTOMER, shown=True, why_kept=why))


_ACTOR = Field(Whose.STAFF, Erasure.IF_ACTOR, ERASED_NAME)
_ACCOUNTS = "accounting: what was sold must still add up"
_COUNTS = "attendance: visits are counted without the person"

FIELDS: Mapping[str, Mapping[str, Field]] = {
    "organizations": {
        **_plain("id", "slug", "name", "time_zone", "currency", "country", "demo", "created_at"),
        **_plain("expires_soon_days", "second_factor_demanded", "code_formats", "numbers_prove"),
        **_plain("next_customer_number", "all_take_seats"),
        **_plain("address", "tax_number", "tax_millipercent"),
    },
    "secret_key_checks": {**_plain("id", "created_at"), **_secret("sealed")},
    "throttles": _plain("name", "count", "window_began_at", "blocked_until"),
    "known_origins": _plain("name", "seen_at"),
    "api_keys": {
        **_plain("id", "organization_id", "name", "prefix", "scopes", "created_at", "revoked_at"),
        **_plain("expires_at", "last_used_at"),
        **_staff("maker_kind", "maker_id", "maker_name"),
        **_secret("digest"),
    },
    "idempotency_keys": {
        **_plain("organization_id", "caller_id", "key", "request_digest", "created_at"),
        "answer": Field(Whose.CUSTOMER, Erasure.VALUES),
    },
    "audit_entries": {
        **_plain("organization_id", "actor_kind", "actor_id", "request_id"),
        **_shown("id", "at", "action", "subject_kind", "subject_id"),
        "actor_name": _ACTOR,
        "before": Field(Whose.CUSTOMER, Erasure.VALUES, shown=True),
        "after": Field(Whose.CUSTOMER, Erasure.VALUES, shown=True),
    },
    "customers": {
        **_plain("organization_id"),
        **_shown("id", "number", "state", "erased_at", "created_at"),
        "given_name": _text(ERASED_GIVEN_NAME),
        "family_name": _text(ERASED_FAMILY_NAME),
        **_null("email", "phone", "birth_date", "desk_note", "language", "photo_tag"),
        **_null("former_numbers"),
        **_null("email_key", "email_domain", shown=False),
        **dict.fromkeys(("search_text", "sort_name"), _text(shown=False)),
    },
    "customer_aliases": {
        **_plain("organization_id", "customer_id"),
        **_shown("old_id", "old_number", "merged_at"),
        **_null("email", "phone"),
        **_null("email_key", shown=False),
    },
    "former_numbers": {**_plain("organization_id", "customer_id"), **_row("key", shown=False)},
    "customer_photos": {
        **_plain("organization_id", "customer_id"),
        **_row("mime", "tag", "data", "changed_at"),
    },
    "customer_terms": {
        **_plain("organization_id", "kind", "customer_id"),
        **_row("term", shown=False),
    },
    "cards": {
        **_plain("organization_id", "customer_id"),
        **_shown("id", "issued_at", "revoked_at"),
        **_plain("static_since"),
        **_secret("code"),
        "label": _text(),
    },
    "card_designs": _plain(
        "organization_id",
        "id",
        "key",
        "name",
        "version",
        "created_at",
        "changed_at",
        "archived_at",
        "google_class_digest",
    ),
    "card_design_versions": _plain(
        "organization_id", "design_id", "version", "content", "created_at"
    ),
    "card_rollouts": {
        **_plain("organization_id", "id", "design_id", "version", "state", "total", "done"),
        **_plain("position", "started_at", "finished_at"),
    },
    "wallet_images": _plain("organization_id", "tag", "width", "height", "data", "created_at"),
    "card_wallets": {
        **_plain("organization_id", "card_id", "design_id", "replaces", "rotating_step"),
        **_plain("face_digest", "design_version", "changed_at", "update_seq", "refresh_at"),
        **_plain("marks", "alias_since", "link_number", "old_link_of"),
        **_plain("google_created_at", "google_saved", "google_seq", "google_next_attempt_at"),
        **_plain("google_attempts", "google_error", "google_digest", "google_leased_until"),
        **_secret("apple_token", "rotating_key", "code_signature", "alias"),
    },
    # Kept by an erasure: phones must still get the card without a name.
    "apple_registrations": {
        **_plain("organization_id", "card_id", "pass_type_id", "registered_at"),
        **_plain("registered_seq", "fetched_seq", "pushed_seq"),
        **_plain("push_at", "push_attempts", "push_error"),
        **_secret("device_id", "push_token"),
    },
    "wallet_identities": {
        **_plain("organization_id", "kind", "facts", "not_after", "changed_at"),
        **_plain("paused_until", "failures"),
        **_secret("sealed"),
    },
    "wallet_states": {
        **_plain("organization_id", "last_update_seq", "clock_at", "created_at"),
        **_secret("link_key", "code_key"),
    },
    "wallet_marks": _plain("organization_id", "id", "company_id", "position", "asked_at"),
    "event_followers": _plain("name", "seq"),
    "company_links": {
        **_plain("organization_id", "customer_id"),
        **_shown("id", "company_id", "source"),
        **_kept(_ACCOUNTS, "valid_from", "valid_until"),
        "role": _text(),
    },
    "companies": {
        **_plain("organization_id", "seat_cap", "search_text", "archived_at", "created_at"),
        **_shown("id", "name"),
        "billing_name": Field(Whose.CONTACT),
        "billing_email": Field(Whose.CONTACT),
    },
    "company_domains": _plain("organization_id", "domain", "company_id"),
    "memberships": {
        **_plain("organization_id", "customer_id", "company_id", "actor_kind", "actor_id"),
        **_plain("anchor_day", "period_number", "ended_for_good", "expiry_due_at", "renews"),
        **_shown("id", "plan_id", "plan_name", "permissions", "time_zone", "previous_id"),
        **_kept(
            _ACCOUNTS,
            "price_minor",
            "currency",
            "billing_unit",
            "billing_count",
            "length_unit",
            "length_count",
            "starts_at",
            "ends_at",
            "last_day",
            "ended_early_at",
            "payment_overdue_since",
            "source",
            "created_at",
        ),
        **_kept(_ACCOUNTS, "former_periods"),
        **_null("ended_early_why"),
        **_null("last_change", shown=False),
        "actor_name": _ACTOR,
    },
    "visits": {
        **_plain("organization_id", "customer_id", "text_digest"),
        **_shown("id", "card_id"),
        **_kept(_COUNTS, "desk", "method", "at", "outcome", "named_by", "undone_at"),
    },
    "permissions": _plain("organization_id", "key", "label"),
    "plans": _plain(
        "organization_id",
        "id",
        "name",
        "description",
        "price_minor",
        "tax_millipercent",
        "currency",
        "billing_unit",
        "billing_count",
        "length_unit",
        "length_count",
        "public",
        "archived_at",
        "created_at",
    ),
    "plan_permissions": _plain("organization_id", "plan_id", "permission_key", "position"),
    "staff_accounts": {
        **_plain("organization_id", "id", "role"),
        **_staff("email", "email_key", "name", "password_changed_at", "last_login_at"),
        **_staff("disabled_at", "created_at"),
        **_secret("password_hash"),
    },
    "staff_sessions": {
        **_plain("organization_id", "id", "staff_id"),
        **_staff("created_at", "last_used_at", "expires_at", "revoked_at"),
        **_secret("digest"),
    },
    "staff_factors": {
        **_plain("organization_id", "staff_id"),
        **_staff("created_at", "confirmed_at"),
        **_secret("sealed", "recovery_digests", "last_step"),
    },
    "password_resets": {
        **_plain("organization_id", "id", "staff_id"),
        **_staff("created_at", "expires_at", "used_at"),
        **_secret("digest"),
    },
    "signup_settings": {
        **_plain("organization_id", "open", "member_page", "allowed_origins", "accent"),
        **_plain("background", "terms_url", "privacy_url", "changed_at"),
    },
    "embed_keys": {
        **_plain("organization_id", "id", "kid", "algorithm", "jwk", "created_at", "revoked_at"),
    },
    "embed_tokens": {**_plain("organization_id", "expires_at"), **_secret("digest")},
    "login_codes": {
        **_plain("organization_id", "id", "tries", "own_tries"),
        **_row("created_at", "expires_at", "used_at", "ticket_used_at"),
        **_row("email_key"),
        **_secret("code_digest", "ticket_digest", "requested_by"),
    },
    "customer_sessions": {
        **_plain("organization_id", "id", "customer_id"),
        **_row("created_at", "expires_at", "access_expires_at", "revoked_at", "revoked_why"),
        **_secret("access_digest"),
    },
    # They go with their session.
    "customer_refresh_tokens": {
        **_plain("organization_id", "session_id", "created_at", "used_at"),
        **_secret("digest"),
    },
    "billing_states": _plain("organization_id", "next_receipt_number"),
    "payments": {
        **_plain("organization_id", "actor_kind", "actor_id"),
        **_shown("id", "membership_id", "plan_name"),
        **_kept(_ACCOUNTS, "receipt_number", "method", "amount_minor", "currency"),
        **_kept(_ACCOUNTS, "paid_at", "voided_at", "created_at"),
        "paid_by": _text(ERASED_NAME),
        "note": _text(),
        **_null("voided_why"),
        **_plain("voided_by_kind", "voided_by_id"),
        **_plain("granted", "renewal", "renewal_stays_because"),
        **_shown("seller_name", "seller_address", "seller_tax_number"),
        **_kept(_ACCOUNTS, "tax_millipercent", "period_from", "period_until"),
        **_staff("voided_by_name"),
        "actor_name": _ACTOR,
    },
    "stripe_accounts": {
        **_plain("organization_id", "account", "livemode", "key_hint", "grace_days", "changed_at"),
        **_secret("sealed"),
    },
    "billing_orders": {
        **_plain("organization_id", "customer_id", "company_id", "version"),
        **_plain("checked_at", "next_check_at", "actor_kind", "actor_id", "changing_since"),
        **_shown("id", "plan_id", "plan_name", "membership_id"),
        **_kept(_ACCOUNTS, "price_minor", "currency", "billing_unit", "billing_count"),
        **_kept(_ACCOUNTS, "length_unit", "length_count", "state", "created_at"),
        **_kept(_ACCOUNTS, "checkout_id", "checkout_expires_at", "subscription_id"),
        **_kept(_ACCOUNTS, "subscription_status", "paid_until", "cancels_at", "continues_on"),
        **_kept(_ACCOUNTS, "trouble", "trouble_kind", "settled_at"),
        **_kept(_ACCOUNTS, "next_plan_id", "next_price_minor", "changes_at"),
        **_null("provider_customer_id"),
        "actor_name": _ACTOR,
    },
    "billing_invoices": {
        **_plain("organization_id"),
        **_shown("order_id"),
        **_kept(_ACCOUNTS, "id", "number", "status", "amount_minor", "currency", "created_at"),
        **_kept(_ACCOUNTS, "period_start", "period_end", "refunded_minor", "disputed", "dispute"),
        **_kept(_ACCOUNTS, "refund_answer", "plan_name", "withheld"),
    },
    "provider_tasks": _plain(
        "organization_id", "kind", "object_id", "asked_at", "tries", "due_at", "error"
    ),
    "billing_events": {
        **_plain("organization_id", "id", "type", "object_id", "occurred_at", "received_at"),
        **_plain("tries", "due_at", "done_at", "error"),
    },
    "events": _plain(
        "seq",
        "organization_id",
        "id",
        "type",
        "subject_id",
        "data",
        "occurred_at",
        "created_at",
    ),
    "webhook_endpoints": {
        **_plain("organization_id", "id", "url", "description", "event_types"),
        **_plain("former_secret_until", "disabled_at", "disabled_why", "next_attempt_at"),
        **_plain("lease_id", "leased_until", "failing_since", "deleted_at", "created_at"),
        **_secret("secret", "former_secret"),
    },
    "webhook_deliveries": {
        **_plain("organization_id", "endpoint_id", "event_seq", "state", "attempts", "dead_at"),
        **_plain("last_attempt_at", "last_status", "last_error", "delivered_at"),
        **_plain("set_aside_at", "retry_at", "behind_seq"),
    },
    "outgoing_mails": {
        **_plain("organization_id", "id", "attempts", "next_attempt_at", "last_error"),
        **_plain("urgent", "expires_at"),
        **_secret("topic"),
        **_row("recipient", "subject", "sent_at", "created_at"),
        **_row("body", shown=False),
    },
    "imports": {
        **_plain("organization_id", "id", "kind", "options", "dry_run", "state", "file_name"),
        **_plain("file_bytes", "header", "encoding", "delimiter", "position", "next_line"),
        **_plain("lines_total", "lines_done", "counts", "error", "unfiled", "filed_after"),
        **_plain("notes", "guesses", "upload_id"),
        **_plain("actor_kind", "actor_id", "leased_by", "leased_until"),
        **_plain("created_at", "started_at", "finished_at"),
        "actor_name": _ACTOR,
    },
    "import_chunks": {
        **_plain("organization_id", "import_id", "start"),
        **_row("data", shown=False),
    },
    "import_keys": _plain("organization_id", "import_id", "key", "line", "people"),
    "import_lines": {
        **_plain("organization_id", "id", "subject_id", "import_id"),
        **_row("content", shown=False),
    },
    "import_reports": _plain("organization_id", "import_id", "first_line", "outcomes"),
}
"""By table and column."""
