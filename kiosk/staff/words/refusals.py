"""Why the service refuses what concerns one's own account, by the code of its refusal. Pure."""

from kiosk.texts import Texts


def account_refusal(code: str, texts: Texts) -> str:
    """Return why it is refused, in the language of the desk; empty for a code of something else."""
    say = texts.say
    match code:
        case "password_wrong":
            return say("This is not your current password.")
        case "password_changed":
            return say(
                "Your password was changed meanwhile. Sign out, and sign in with the new one."
            )
        case "second_factor_wrong":
            return say("This code is wrong or was used. Wait for the next one.")
        case "second_factor_first":
            return say("Set up your own second factor first.")
        case "second_factor_exists":
            return say("Remove the present second factor first.")
        case "second_factor_not_begun":
            return say(
                "No second factor is being set up any more. If it is on, its recovery codes were "
                "not shown here: remove it and set it up anew."
            )
        case "second_factor_missing":
            return say("There is no second factor any more.")
        case "staff_exists":
            return say(
                "There are accounts already. If you have just made the first one, sign in with it; "
                "further ones are made by an admin."
            )
        case _:
            return _new_password(code, texts)


def customer_refusal(code: str, texts: Texts) -> str:
    """Return why a change of a customer is refused; empty for a code of something else."""
    say = texts.say
    match code:
        case "subscriptions_undecided":
            return say(
                "A subscription goes on charging this customer. Say what becomes of it, or look at "
                "it first: load the profile again."
            )
        case "customer_banned":
            return say("This customer is blocked: nothing is ordered for them.")
        case "plan_archived_at_provider":
            return say(
                "At Stripe, the product of this plan is archived. Unarchive it in Stripe's "
                "dashboard, under Product catalog, then order again."
            )
        case _:
            return ""


def _new_password(code: str, texts: Texts) -> str:
    """Return why a new password is refused; empty for a code of something else."""
    say = texts.say
    match code:
        case "password_guessable":
            return say(
                "The password is mostly your name, your email or the club. Use four words "
                "that have nothing in common."
            )
        case "password_phrase":
            return say(
                "The password is a well-known phrase. Use four words that have nothing in common."
            )
        case "password_address":
            return say(
                "The password is a street address. Use four words that have nothing in common."
            )
        case "password_common":
            return say("The password is easy to guess. Use four words that have nothing in common.")
        case "password_too_short":
            return say("The password needs at least 10 characters.")
        case "password_too_long":
            return say("The password is too long.")
        case _:
            return ""
