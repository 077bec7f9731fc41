"""What the install page and its mail say, in each of their languages."""

from collections.abc import Mapping

PAGE: Mapping[str, Mapping[str, str]] = {
    "en": {
        "heading": "Your card",
        "code": "The code of your card, for the reader at the desk",
        "link_code": "A code with the address of this page, for your phone",
        "scan": "Open this page on your phone: point its camera at this code.",
        "desk": "No wallet on this device? Show this page at the desk, it is read as well.",
        "everything": "Another kind of phone?",
        "revoked": "This card is no longer valid. Please ask at the desk.",
        "development": (
            "This card is signed for tests only: an iPhone will refuse it until the club has "
            "set up its Apple certificate."
        ),
        "apple_fault": "The card cannot be signed at the moment. Please tell the club.",
        "no_google": "This club has not set up Google Wallet yet.",
        "google_busy": "Google Wallet cannot be reached at the moment. Please try again shortly.",
        "google_refused": "Google Wallet does not take this card at present. Please tell the club.",
        "gone_title": "This link opens nothing",
        "gone": "It may be incomplete or no longer in use. Please ask at the desk for a new one.",
    },
    "de": {
        "heading": "Ihre Karte",
        "code": "Der Code Ihrer Karte, für den Leser am Empfang",
        "link_code": "Ein Code mit der Adresse dieser Seite, für Ihr Telefon",
        "scan": "Öffnen Sie diese Seite auf dem Telefon: Richten Sie die Kamera auf diesen Code.",
        "desk": (
            "Kein Wallet auf diesem Gerät? Zeigen Sie diese Seite am Empfang: "
            "Sie wird dort genauso gelesen."
        ),
        "everything": "Ein anderes Telefon?",
        "revoked": "Diese Karte ist nicht mehr gültig. Bitte fragen Sie am Empfang.",
        "development": (
            "Diese Karte ist nur zur Probe signiert: Ein iPhone lehnt sie ab, bis der Club sein "
            "Apple-Zertifikat eingerichtet hat."
        ),
        "apple_fault": (
            "Die Karte kann zurzeit nicht signiert werden. Bitte sagen Sie dem Club Bescheid."
        ),
        "no_google": "Dieser Club hat Google Wallet noch nicht eingerichtet.",
        "google_busy": (
            "Google Wallet ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal."
        ),
        "google_refused": (
            "Google Wallet nimmt diese Karte zurzeit nicht an. Bitte sagen Sie dem Club Bescheid."
        ),
        "gone_title": "Dieser Link öffnet nichts",
        "gone": (
            "Er ist vielleicht unvollständig oder nicht mehr in Gebrauch. Bitte fragen Sie am "
            "Empfang nach einem neuen."
        ),
    },
}

MAIL: Mapping[str, tuple[str, str]] = {
    "en": (
        "Your card for {organization}",
        "Hello {name},\n\n"
        "here is your card for {organization}. Open this address on your phone and add the card\n"
        "to Apple Wallet or Google Wallet:\n\n"
        "{url}\n\n"
        "Whoever has this address can add your card to a phone: please keep it to yourself.\n",
    ),
    "de": (
        "Ihre Karte für {organization}",
        "Guten Tag {name},\n\n"
        "hier ist Ihre Karte für {organization}. Öffnen Sie diese Adresse auf Ihrem Telefon und\n"
        "fügen Sie die Karte zu Apple Wallet oder Google Wallet hinzu:\n\n"
        "{url}\n\n"
        "Wer diese Adresse hat, kann Ihre Karte einem Telefon hinzufügen: Bitte behalten Sie sie\n"
        "für sich.\n",
    ),
}
"""Subject and text."""
