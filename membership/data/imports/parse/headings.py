"""Headings of other programs for our columns, in English and German. Pure data."""

import re
from collections.abc import Mapping

from membership.base.folding import fold
from membership.store.models import ImportKind

_HEADINGS: Mapping[ImportKind, Mapping[str, str]] = {
    ImportKind.CUSTOMERS: {
        "number": "customer number; customer no; member number; member no; membership number;"
        "membership no; mitgliedsnummer; mitgliedsnr; mitglieds nr; mitglied nr; kundennummer;"
        "kundennr; kunden nr; nummer; nr",
        "given_name": "given name; first name; firstname; forename; vorname; rufname",
        "family_name": "family name; last name; lastname; surname; nachname; familienname;zuname",
        "email": "e-mail; e-mail address; mail; mail address; e-mail-adresse; mailadresse;"
        "emailadresse",
        "phone": "phone number; telephone; telephone number; mobile; mobile phone; mobile number;"
        "cell; cell phone; telefon; telefonnummer; telefonnr; tel; tel nr; handy; handynummer;"
        "mobil; mobiltelefon; mobilnummer; festnetz",
        "birth_date": "birth date; birthday; date of birth; dob; geburtsdatum; geburtstag; geb;"
        "geb datum; geboren; geboren am",
        "language": "sprache",
        "state": "status; zustand",
        "desk_note": "note; notes; comment; comments; remark; remarks; notiz; notizen; bemerkung;"
        "bemerkungen; kommentar; hinweis; anmerkung",
        "card_code": "card; card number; card no; barcode; code; key fob; fob; chip; rfid;"
        "kartennummer; karten nr; kartennr; karte; kartencode; chipnummer; transponder;"
        "strichcode",
        "other_card_codes": "other cards; weitere karten; weitere kartennummern",
        "former_numbers": "former number; former no; former member number; former member no;"
        "old number; old no; old member no; previous no; previous member no;"
        "old member number; old membership number; old customer number; previous number;"
        "previous member number; legacy number; legacy no; fruehere nummer; fruehere nummern;"
        "fruhere nummer; fruhere nummern; fruehere mitgliedsnummer; fruhere mitgliedsnummer;"
        "alte nummer; alte nummern; alte nr; alte mitgliedsnummer; alte mitgliedsnr;"
        "alte mitglieds nr; alte kundennummer; alte kundennr; bisherige nummer;"
        "bisherige mitgliedsnummer; ehemalige nummer; ehemalige mitgliedsnummer",
        "merged_numbers": "merged number; numbers of merged; zusammengefuehrte nummern;"
        "zusammengefuhrte nummern",
        "former_emails": "former email; former e-mail; old email; old e-mail; previous email;"
        "fruehere e-mail; fruhere e-mail; alte e-mail; ehemalige e-mail",
        "former_phones": "former phone; old phone; previous phone; former telephone;"
        "fruehere telefonnummer; fruhere telefonnummer; alte telefonnummer",
    },
    ImportKind.COMPANIES: {
        "name": "company; company name; firma; firmenname; unternehmen; betrieb",
        "billing_name": "contact; contact name; ansprechpartner; rechnungsname; kontakt",
        "billing_email": "billing mail; invoice email; rechnungs e-mail; rechnungsmail; e-mail;"
        "email; mail",
        "seat_cap": "seats; seat limit; plaetze; platze; anzahl plaetze; lizenzen",
        "email_domains": "domain; domains; email domain; mail domains; domaene; domane; domanen",
    },
    ImportKind.LINKS: {
        "company": "company name; firma; firmenname; unternehmen; betrieb",
        "customer": "customer number; member; member number; email; e-mail; mitglied;"
        "mitgliedsnummer; kunde; kundennummer",
        "role": "position; job title; rolle; funktion; stelle",
    },
    ImportKind.MEMBERSHIPS: {
        "plan": "membership; membership type; tariff; tarif; vertrag; vertragsart; mitgliedschaft;"
        "mitgliedschaftsart; beitragsart; abo",
        "customer": "customer number; member; member number; email; e-mail; mitglied;"
        "mitgliedsnummer; kunde; kundennummer",
        "company": "company name; firma; firmenname; unternehmen",
        "starts_on": "start; start date; starts; begin; from; valid from; beginn; vertragsbeginn;"
        "startdatum; von; ab; gueltig ab; gultig ab; eintritt; eintrittsdatum",
        "last_day": "end; end date; ends; ends on; expires; expiry; expiry date; valid until;"
        "until; ende; vertragsende; enddatum; bis; gueltig bis; gultig bis; ablauf; ablaufdatum;"
        "letzter tag; austritt; austrittsdatum",
        "payment_overdue": "overdue; unpaid; zahlung offen; offen; im rueckstand; im ruckstand",
    },
}


def _key(heading: str) -> str:
    """A heading in the form that is compared: folded, without what is no letter or digit."""
    return re.sub(r"[^a-z0-9]", "", fold(heading))


_BY_KEY: Mapping[ImportKind, Mapping[str, str]] = {
    kind: {_key(each): column for column, names in columns.items() for each in names.split(";")}
    for kind, columns in _HEADINGS.items()
}


def column_for(kind: ImportKind, heading: str) -> str | None:
    """Return our column for a heading of another program; None if it is not known."""
    return _BY_KEY[kind].get(_key(heading))


def headings_of(kind: ImportKind, column: str) -> frozenset[str]:
    """Return the headings that mean a column, as they are written in lower case."""
    own = {column, column.replace("_", " ")}
    names = _HEADINGS[kind].get(column, "").split(";")
    return frozenset(own | {each.strip() for each in names if each.strip()})
