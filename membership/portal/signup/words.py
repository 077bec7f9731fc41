"""What the signup page says, in each of its languages."""

from collections.abc import Mapping

from api_client.messages.management import IntervalUnit

PAGE: Mapping[str, Mapping[str, str]] = {
    "en": {
        "heading": "Become a member of {organization}",
        "none": "There is nothing to join at the moment.",
        "choose": "Choose {plan}",
        "choose_short": "Choose",
        "look": "Details of {plan}",
        "look_short": "Details",
        "back": "All memberships",
        "free": "Free",
        "once": "once",
        "every": "every {interval}",
        "length": "Runs for {interval}",
        "no_length": "Runs until it is ended",
        "renews": "Renewed with each payment, until you cancel it",
        "included": "Included",
        "at_desk": "This membership is paid at the desk. Please ask there to join.",
        "at_desk_short": "Paid at the desk",
        "noscript": "To join here, JavaScript is needed. You can also join at the desk.",
        "email_heading": "Your email address",
        "email_told": "We send you a code, to make sure that the address is yours.",
        "email": "Email",
        "email_send": "Send the code",
        "code_heading": "The code from our mail",
        "code_told": "We have sent six digits to this address. They are good for 10 minutes.",
        "code": "Code",
        "code_send": "Continue",
        "code_again": "Use another address or get a new code",
        "who_heading": "Who joins?",
        "who": "Choose yourself",
        "who_new": "Somebody who is not listed",
        "new_heading": "Your name",
        "given_name": "First name",
        "family_name": "Last name",
        "consent": "{organization} may store my name and address to keep my membership.",
        "privacy": "Privacy notice",
        "terms": "Terms",
        "terms_told": "By joining you accept the terms.",
        "vouched": "You are logged in as {name}.",
        "join": "Join now",
        "join_again": "Try again",
        "order": "Order and pay",
        "order_again": "Back to the payment",
        "pay_heading": "Payment",
        "pay_told": "You pay on the page of our payment provider. It opens in a new window.",
        "pay": "Pay now",
        "pay_wait": "Leave this page open: it tells when the payment has arrived.",
        "paying": "Waiting for the payment …",
        "not_paid": "Nothing was paid. You can try again.",
        "paid_later": "If you have paid, the bank is still working on it: the membership begins "
        "as soon as the payment has arrived.",
        "subscription_runs": "You have this already, but its payment is overdue. Please see to "
        "it on your own page.",
        "paid_title": "Thank you",
        "paid": "Your membership begins when the payment is confirmed, mostly within seconds. "
        "You can close this page.",
        "unpaid_title": "Nothing was paid",
        "unpaid": "You can close this page, and try again where you came from.",
        "own_page": "Your memberships and your card",
        "done_heading": "You are a member",
        "done": "You have joined: {plan}.",
        "done_until": "Its last day is {day}.",
        "done_number": "Your customer number is {number}. Show it at the desk to get your card.",
        "working": "One moment …",
        "code_wrong": "This code is wrong or no longer good. Check it, or get a new one.",
        "too_many_tries": "That was tried too often. Please wait a few minutes.",
        "invalid_request": "Please check what you have entered.",
        "consent_missing": "Without your consent you cannot be registered here.",
        "session_over": "That took too long. Please begin again with your email address.",
        "already_member": "You have this membership already.",
        "order_closed": "A payment for this is on its way already. Please wait for it.",
        "join_refused": "You cannot join here. Please ask at the desk.",
        "plan_not_found": "This membership is no longer offered.",
        "page_not_found": "Nobody can join here at the moment. Please ask at the desk.",
        "payment_at_desk": "This membership is paid at the desk. Please ask there to join.",
        "payment_provider_unavailable": "The payment cannot be begun just now. Please try again "
        "in a few minutes.",
        "offline": "The service cannot be reached. Please try again.",
        "failed": "That did not work. Please try again, or ask at the desk.",
        "language": "Language",
        "gone_title": "This page is not there",
        "gone": "It may have moved, or is no longer offered. Please ask at the desk.",
    },
    "de": {
        "heading": "Mitglied werden: {organization}",
        "none": "Zurzeit gibt es hier nichts abzuschließen.",
        "choose": "{plan} wählen",
        "choose_short": "Wählen",
        "look": "Einzelheiten: {plan}",
        "look_short": "Einzelheiten",
        "back": "Alle Mitgliedschaften",
        "free": "Kostenlos",
        "once": "einmalig",
        "every": "alle {interval}",
        "length": "Laufzeit: {interval}",
        "no_length": "Läuft, bis sie beendet wird",
        "renews": "Verlängert sich mit jeder Zahlung, bis Sie kündigen",
        "included": "Enthalten",
        "at_desk": (
            "Diese Mitgliedschaft wird am Empfang bezahlt. Bitte schließen Sie sie dort ab."
        ),
        "at_desk_short": "Zahlung am Empfang",
        "noscript": (
            "Um hier beizutreten, wird JavaScript benötigt. Sie können auch am Empfang beitreten."
        ),
        "email_heading": "Ihre E-Mail-Adresse",
        "email_told": "Wir senden Ihnen einen Code, um sicher zu sein, dass sie Ihnen gehört.",
        "email": "E-Mail",
        "email_send": "Code senden",
        "code_heading": "Der Code aus unserer E-Mail",
        "code_told": (
            "Wir haben sechs Ziffern an diese Adresse gesendet. Sie gelten 10 Minuten lang."
        ),
        "code": "Code",
        "code_send": "Weiter",
        "code_again": "Andere Adresse oder neuer Code",
        "who_heading": "Wer tritt bei?",
        "who": "Wählen Sie sich aus",
        "who_new": "Jemand, der hier nicht steht",
        "new_heading": "Ihr Name",
        "given_name": "Vorname",
        "family_name": "Nachname",
        "consent": (
            "{organization} darf meinen Namen und meine Adresse speichern, um meine "
            "Mitgliedschaft zu führen."
        ),
        "privacy": "Datenschutzerklärung",
        "terms": "Bedingungen",
        "terms_told": "Mit dem Beitritt nehmen Sie die Bedingungen an.",
        "vouched": "Sie sind angemeldet als {name}.",
        "join": "Jetzt beitreten",
        "join_again": "Noch einmal versuchen",
        "order": "Zahlungspflichtig bestellen",
        "order_again": "Zurück zur Zahlung",
        "pay_heading": "Zahlung",
        "pay_told": "Sie zahlen auf der Seite unseres Zahlungsdienstes. Sie öffnet sich in einem "
        "neuen Fenster.",
        "pay": "Jetzt zahlen",
        "pay_wait": "Lassen Sie diese Seite offen: Sie zeigt, wenn die Zahlung angekommen ist.",
        "paying": "Wir warten auf die Zahlung …",
        "not_paid": "Es wurde nichts gezahlt. Sie können es noch einmal versuchen.",
        "paid_later": "Falls Sie gezahlt haben, arbeitet die Bank noch daran: Die Mitgliedschaft "
        "beginnt, sobald die Zahlung angekommen ist.",
        "subscription_runs": "Sie haben diese Mitgliedschaft schon, aber eine Zahlung steht aus. "
        "Bitte kümmern Sie sich auf Ihrer eigenen Seite darum.",
        "paid_title": "Vielen Dank",
        "paid": "Ihre Mitgliedschaft beginnt, sobald die Zahlung bestätigt ist, meist in wenigen "
        "Sekunden. Sie können diese Seite schließen.",
        "unpaid_title": "Es wurde nichts gezahlt",
        "unpaid": "Sie können diese Seite schließen und es dort noch einmal versuchen, wo Sie "
        "herkamen.",
        "own_page": "Ihre Mitgliedschaften und Ihre Karte",
        "done_heading": "Sie sind Mitglied",
        "done": "Abgeschlossen: {plan}.",
        "done_until": "Der letzte Tag ist der {day}.",
        "done_number": (
            "Ihre Kundennummer ist {number}. Nennen Sie sie am Empfang, um Ihre Karte zu bekommen."
        ),
        "working": "Einen Moment …",
        "code_wrong": (
            "Dieser Code ist falsch oder gilt nicht mehr. Prüfen Sie ihn, oder holen Sie einen "
            "neuen."
        ),
        "too_many_tries": "Das wurde zu oft versucht. Bitte warten Sie einige Minuten.",
        "invalid_request": "Bitte prüfen Sie Ihre Eingaben.",
        "consent_missing": "Ohne Ihre Einwilligung können Sie hier nicht angelegt werden.",
        "session_over": "Das hat zu lange gedauert. Bitte beginnen Sie wieder bei der Adresse.",
        "already_member": "Sie haben diese Mitgliedschaft schon.",
        "order_closed": "Eine Zahlung dafür ist schon unterwegs. Bitte warten Sie darauf.",
        "join_refused": "Sie können hier nicht beitreten. Bitte fragen Sie am Empfang.",
        "plan_not_found": "Diese Mitgliedschaft wird nicht mehr angeboten.",
        "page_not_found": "Zurzeit ist hier kein Beitritt möglich. Fragen Sie am Empfang.",
        "payment_at_desk": (
            "Diese Mitgliedschaft wird am Empfang bezahlt. Bitte schließen Sie sie dort ab."
        ),
        "payment_provider_unavailable": "Die Zahlung kann gerade nicht begonnen werden. Bitte "
        "versuchen Sie es in einigen Minuten noch einmal.",
        "offline": "Der Dienst ist nicht erreichbar. Bitte versuchen Sie es noch einmal.",
        "failed": (
            "Das hat nicht geklappt. Bitte versuchen Sie es noch einmal, oder fragen Sie am "
            "Empfang."
        ),
        "language": "Sprache",
        "gone_title": "Diese Seite gibt es nicht",
        "gone": "Sie ist vielleicht umgezogen oder nicht mehr im Angebot. Fragen Sie am Empfang.",
    },
}

SCRIPTED = (
    *("working", "code_wrong", "too_many_tries", "invalid_request", "consent_missing"),
    *("session_over", "already_member", "join_refused", "plan_not_found", "payment_at_desk"),
    *(
        "page_not_found",
        "offline",
        "failed",
        "done",
        "done_until",
        "done_number",
        "join",
        "join_again",
        "order",
        "order_again",
        "paying",
        "order_closed",
        "payment_provider_unavailable",
        "not_paid",
        "paid_later",
        "subscription_runs",
        "vouched",
    ),
)
"""Those that the page's script says."""

EACH: Mapping[str, Mapping[IntervalUnit, str]] = {
    "en": {
        IntervalUnit.DAY: "per day",
        IntervalUnit.WEEK: "per week",
        IntervalUnit.MONTH: "per month",
        IntervalUnit.YEAR: "per year",
    },
    "de": {
        IntervalUnit.DAY: "pro Tag",
        IntervalUnit.WEEK: "pro Woche",
        IntervalUnit.MONTH: "pro Monat",
        IntervalUnit.YEAR: "pro Jahr",
    },
}
"""How often something is paid that is paid in each of an interval."""
