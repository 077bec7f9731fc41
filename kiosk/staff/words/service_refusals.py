"""Why the service refuses what staff ask for, by the code of its refusal. Pure.

The sentences of the service are English and are not shown. A code that has no words here is named
for support.
"""

from kiosk.texts import Texts


def service_refusal(code: str, texts: Texts) -> str:
    """Return why it is refused, in the language of the desk; empty for a code without words."""
    for words in (
        _of_memberships,
        _of_people,
        _of_companies,
        _of_cards,
        _of_payments,
        _of_plan_changes,
        _of_requests,
        _of_site_keys,
    ):
        if code in (found := words(texts)):
            return found[code]
    return ""


def _of_memberships(texts: Texts) -> dict[str, str]:
    say = texts.say
    ended = say("This membership has ended already.")
    return {
        "changed_meanwhile": say(
            "Somebody else has changed this meanwhile; nothing was done. Close this, look at it "
            "as it is now, and try again."
        ),
        "membership_not_found": say("This membership no longer exists."),
        "membership_open": say("This membership has no end."),
        "length_missing": say("This plan has no length, so there is nothing to renew by."),
        "membership_ended": ended,
        "membership_ended_early": say("This membership was ended early, and stays ended."),
        "membership_transferred": say("Another membership took the place of this one."),
        "calendar_ends": say("The membership would last beyond the end of the calendar."),
        "not_extended": say("The new last day must be later than the present one, and to come."),
        "end_invalid": say("The end must be after the start, and not later than the present end."),
        "period_invalid": say("The first and the last day do not fit together."),
        "no_end_planned": say("No early end is planned."),
        "plan_archived": say("This plan is archived and no longer sold."),
        "plan_not_found": say("This plan no longer exists."),
        "permission_in_use": say("Plans still carry this permission; take it from them first."),
        "billed_by_provider": say("A subscription decides about it; cancel that first."),
        "membership_paid": say(
            "It was paid. Void the payment under Receipts, then its renewal goes too."
        ),
    }


def _of_people(texts: Texts) -> dict[str, str]:
    say = texts.say
    return {
        "customer_not_found": say("This customer no longer exists."),
        "customer_erased": say("The data of this customer was erased; nothing can be changed."),
        "customer_banned": say("This customer is blocked."),
        "customer_changed": say("Somebody else is changing this customer; try again."),
        "already_merged": say("This was merged already. Go back, and look for who is left."),
        "merge_with_self": say("Both are the same person already."),
        "too_many_former_numbers": say(
            "Both have too many former numbers together. Take some out first."
        ),
        "name_missing": say("Please enter a name."),
        "phone_invalid": say("This is not a complete telephone number."),
        "photo_invalid": say("This is not a complete picture (JPEG, PNG or WebP)."),
        "photo_too_large": say("The picture is too large."),
        "email_missing": say("The customer has no email address; enter one."),
        "email_taken": say("There is an account with this email address already."),
        "last_admin": say("There must be at least one admin."),
        "staff_not_found": say("This account no longer exists."),
        "visit_not_found": say("This visit no longer exists."),
    }


def _of_companies(texts: Texts) -> dict[str, str]:
    say = texts.say
    return {
        "company_not_found": say("This company no longer exists."),
        "company_archived": say("This company is archived and takes nothing new."),
        "email_domain_public": say("This mail domain is a public one; anybody can have it."),
        "email_domain_taken": say("Another company has this mail domain."),
        "link_changed": say("Somebody else is changing this link; try again."),
        "link_not_found": say("This customer is not linked to the company any more."),
    }


def _of_cards(texts: Texts) -> dict[str, str]:
    say = texts.say
    return {
        "card_not_found": say("This card no longer exists."),
        "card_revoked": say("This card was revoked."),
        "card_replaced": say("This card was replaced already."),
        "card_without_design": say("This card is printed only and has no link."),
        "design_archived": say("This card design is archived; choose another one."),
        "design_not_found": say("This card design no longer exists."),
        "image_invalid": say("This is not a complete picture."),
        "image_not_found": say("A picture of this design no longer exists; choose it again."),
        "certificate_not_good": say("The certificate for Apple Wallet is missing or invalid."),
        "no_public_url": say(
            "The service has no public address yet, so no link to a card can be made."
        ),
        "key_not_found": say("This key no longer exists."),
        "expiry_in_the_past": say("The last day of the key is already over."),
    }


def _of_payments(texts: Texts) -> dict[str, str]:
    say = texts.say
    return {
        "amount_zero": say("With 0 nothing is paid. Renew without a payment instead."),
        "currency_wrong": say("The membership was sold in another currency."),
        "payment_to_come": say("The day of the payment is in the future."),
        "payment_not_found": say("This payment no longer exists."),
        "payment_voided": say("This payment was voided already."),
        "plan_is_free": say("This plan costs nothing, so there is nothing to pay."),
        "order_not_found": say("This order no longer exists."),
        "order_closed": say("This order was already paid or cancelled."),
        "subscription_runs": say("A subscription for this plan is running already."),
        "not_cancellable": say("There is no subscription, or it has ended already."),
        "not_resumable": say("There is nothing to undo."),
        "billing_not_set_up": say("Payments through Stripe are not set up."),
        "payment_provider_refuses_key": say("Stripe does not accept the stored key."),
        "public_url_missing": say("The service has no public address yet."),
        "amount_not_payable": say("Stripe takes no payment of this amount."),
        "payment_declined": say("The payment did not go through, and nothing was changed."),
        "invoice_not_found": say("This invoice no longer exists."),
        "not_refunded": say("This invoice was not refunded as a whole."),
        "refund_answered": say("The membership was ended because of this refund already."),
        "nothing_to_settle": say("This is already settled."),
    }


def _of_plan_changes(texts: Texts) -> dict[str, str]:
    say = texts.say
    return {
        "amount_changed": say("The price has changed; check it again."),
        "change_in_progress": say("A change of plan is in progress; check again in a moment."),
        "change_planned": say("A change is planned already. Please undo it first."),
        "currency_differs": say("The two plans are paid in different currencies."),
        "no_change_planned": say("No change of plan is planned."),
        "plan_not_changeable": say(
            "It cannot change to this plan: the subscription is unpaid, ends or runs for a fixed "
            "term, or the plan is no other subscription."
        ),
    }


def _of_requests(texts: Texts) -> dict[str, str]:
    say = texts.say
    again = say("This was sent before with other values. Close it and open it again.")
    older = say("The service is of an older version and does not know this. Update it.")
    return {
        "body_too_large": say("This is too large."),
        "day_invalid": say("There is no such day."),
        "design_changed": say("Somebody else has changed this design; load it again."),
        "design_invalid": say("A wallet could not show this design."),
        "design_key_taken": say("There is a design with this name already."),
        "design_version_not_found": say("This version of the design no longer exists."),
        "rollout_not_found": say("This roll-out no longer exists."),
        "idempotency_key_reused": again,
        "idempotency_key_refused": again,
        "method_not_allowed": older,
        "no_such_route": older,
        "organization_not_found": say("There is no such club."),
        "owner_missing": say("Please choose a customer or a company."),
        "payment_missing": say("This plan costs something. Please enter the payment."),
        "period_changed": say("The dates have changed; check them again."),
        "permission_not_found": say("This permission no longer exists."),
        "photo_not_found": say("This photo no longer exists."),
        "reset_token_invalid": say("This link was used or is too old. Ask for a new one."),
        "request_begun": say("This is still in progress. Check again in a moment."),
        "request_withdrawn": again,
        "scope_missing": say("You may not do this."),
        "staff_only": say("You may not do this."),
        "too_many_tries": say("Too many tries. Wait a few minutes."),
    }


def _of_site_keys(texts: Texts) -> dict[str, str]:
    say = texts.say
    return {
        "embed_key_not_found": say("This key no longer exists."),
        "key_invalid": say("This is not a public key."),
        "key_size_refused": say("An RSA key has 2048 to 8192 bits."),
        "key_unsupported": say("Only Ed25519 keys for EdDSA and RSA keys for RS256 are accepted."),
        "key_was_revoked": say("This key was revoked and cannot be added again."),
        "kid_invalid": say("Each key needs a name (“kid”) of its own."),
        "kid_taken": say("There is another key with this name (“kid”)."),
        "kid_twice": say("Two keys have the same name (“kid”)."),
        "private_key_refused": say("This is a private key. Enter the public one only."),
        "too_many_keys": say("There are too many keys. Revoke those that are not used any more."),
    }
