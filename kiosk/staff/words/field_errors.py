"""Why the service does not take the value of a field, by code and field. Pure.

The service names field and code of each error; its own sentence is English and is never shown.
"""

from collections.abc import Callable, Iterable, Mapping

from api_client.messages.scan import FieldFault
from kiosk.staff.words.service_refusals import service_refusal
from kiosk.staff.words.typed_days import EXAMPLE, typed_day
from kiosk.texts import Texts

_BODY = "body."


def name_in_request(fault: FieldFault) -> str:
    """Return the name of the field in the body of the request; empty for the body as a whole."""
    return fault.field.removeprefix(_BODY).split(".")[0] if fault.field.startswith(_BODY) else ""


def field_errors(
    faults: Iterable[FieldFault], label_of: Callable[[str], str], texts: Texts
) -> Mapping[str, str]:
    """Return a sentence for each field by its name in the request.

    ``label_of`` returns the label of a field by that name, and "" for one that the form does not
    have. Errors of what is no field of the form say what they are about.
    """
    found: dict[str, list[str]] = {}
    for fault in faults:
        name = name_in_request(fault)
        sentence = field_error(fault, texts) or unknown_error(fault, texts)
        if name and not label_of(name):
            sentence = f"{name}: {sentence}"
        known = found.setdefault(name, [])
        if sentence not in known:
            known.append(sentence)
    return {name: "\n".join(sentences) for name, sentences in found.items()}


def field_error(fault: FieldFault, texts: Texts) -> str:
    """Return what is wrong with a field; empty for a code without words.

    An entry of a list is named by its number, from 1.
    """
    parts = fault.field.removeprefix(_BODY).split(".")
    last = next((part for part in reversed(parts) if not part.isdecimal()), "")
    sentence = (
        _by_field(fault.code, last, texts)
        or _by_code(fault, texts)
        or service_refusal(fault.code, texts)
    )
    number = next((int(part) + 1 for part in parts[1:] if part.isdecimal()), 0)
    if sentence and number:
        return texts.say("Entry {number}: {sentence}", number=number, sentence=sentence)
    return sentence


def unknown_error(fault: FieldFault, texts: Texts) -> str:
    """Return the sentence for a code that this desk has no words for, with what support needs."""
    reference = " · ".join(filter(None, (fault.code, fault.field)))
    return texts.say("This was not accepted. For support: {reference}", reference=reference)


def _by_code(fault: FieldFault, texts: Texts) -> str:
    """Return the sentence of a code, whatever the field; ``limit`` is what it is measured by."""
    code, limit = fault.code, fault.limit
    if code == "string_too_short" and limit == "1":
        code = "missing"
    if code in _NUMBERS_OF:
        return _measured(code, limit, texts)
    of_code = _of_code(texts)
    return of_code.get(code) or of_code.get(code.split("_")[0], "")


def _of_code(texts: Texts) -> dict[str, str]:
    """Return sentences by code, or by the first word of a code: Pydantic's begin with a type."""
    say = texts.say
    day = say("Please enter a day, such as {example}.", example=typed_day(EXAMPLE, texts))
    number, choice = say("Please enter a whole number."), say("Please choose one from the list.")
    empty, domain = (
        say("Please fill this in."),
        say("This is not a mail domain, such as example.com."),
    )
    text, twice = say("Please enter a text."), say("This was entered twice.")
    return {
        "date": day,
        "datetime": day,
        "time": day,
        "timezone": day,
        "int": number,
        "float": number,
        "decimal": number,
        "finite": number,
        "uuid": choice,
        "enum": choice,
        "literal": choice,
        "bool": say("Please choose yes or no."),
        "missing": empty,
        "string": text,
        "string_pattern_mismatch": say("This does not have the right format."),
        "key_twice": say("The same permission is named twice."),
        "email_domain_invalid": domain,
        "character_not_allowed": say(
            "This has a sign that is not allowed or not seen. Please type it anew."
        ),
        "nothing_visible": say("This has no visible text. Please enter one."),
        "unknown": say("The service is of an older version and does not know this. Update it."),
        "repeated": twice,
        "code_format_missing": say("Please choose at least one."),
        "code_format_unknown": choice,
    }


_NUMBERS_OF = frozenset(
    {
        "string_too_short",
        "string_too_long",
        "too_short",
        "too_long",
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
        "multiple_of",
    }
)
"""Codes of errors that are measured by a number."""


def _measured(code: str, limit: str, texts: Texts) -> str:
    """Return the sentence of a code that is measured by ``limit``."""
    say = texts.say
    match code:
        case "string_too_short":
            return say("At least {limit} characters are needed.", limit=limit)
        case "string_too_long":
            return say("At most {limit} characters fit here.", limit=limit)
        case "too_short":
            return say("At least {limit} are needed.", limit=limit)
        case "too_long":
            return say("At most {limit} are possible.", limit=limit)
        case "greater_than":
            return say("This must be more than {limit}.", limit=limit)
        case "greater_than_equal":
            return say("This must be at least {limit}.", limit=limit)
        case "less_than":
            return say("This must be less than {limit}.", limit=limit)
        case "less_than_equal":
            return say("This must be at most {limit}.", limit=limit)
        case _:
            return say("This must be a multiple of {limit}.", limit=limit)


_MONEY = frozenset({"price_minor", "amount_minor", "refund_minor"})


def _by_field(code: str, field: str, texts: Texts) -> str:
    """Return the sentence of a code where the field says more; empty if it does not."""
    say = texts.say
    if field in _MONEY and code in _NUMBERS_OF:
        low = code.startswith("greater")
        return say("The amount is too low.") if low else say("The amount is too high.")
    if field == "tax_millipercent" and code in _NUMBERS_OF:
        return say("A tax is between 0 and 100 %.")
    if code not in {"value_error", "string_pattern_mismatch"}:
        return ""
    return _of_field(texts).get(field, "")


def _of_field(texts: Texts) -> dict[str, str]:
    """Return sentences by field, for values that a pattern or a rule of the field refuses."""
    say = texts.say
    calendar = say("This day is outside the calendar.")
    email, language = (
        say("This is not an email address."),
        say("This is not a language, such as de."),
    )
    return {
        "email": email,
        "billing_email": email,
        "phone": say("This is not a complete telephone number."),
        "key": say("Use small letters, digits, dots and dashes, such as area.pool."),
        "currency": say("This is not a currency, such as EUR."),
        "country": say("This is not a country, such as DE."),
        "language": language,
        "languages": language,
        "time_zone": say("This is not a time zone, such as Europe/Berlin."),
        "secret_key": say(
            "This is not a secret key; those begin with {beginnings}.",
            beginnings="sk_live_, sk_test_, rk_live_, rk_test_",
        ),
        "webhook_secret": say("This is not a signing secret; those begin with whsec_."),
        "address": say("An address has at most six lines."),
        "code": say("A code has six digits."),
        "at": calendar,
        "expires_at": calendar,
        "overdue_since": calendar,
        "paid_at": calendar,
        "starts_at": calendar,
    }
