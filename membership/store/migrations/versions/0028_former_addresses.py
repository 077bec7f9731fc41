"""Addresses and telephones of merged customers, those of before as far as the audit has them."""

import re
import unicodedata
from typing import Any

import phonenumbers
import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_PAGE = 500
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"}
)


def _table(name: str, **columns: Any) -> sa.TableClause:
    """A table with the columns that are used here."""
    return sa.table(
        name,
        sa.column("organization_id", sa.Integer()),
        *(sa.column(each, kind) for each, kind in columns.items()),
    )


_TEXT, _ID = sa.String(), sa.Uuid()
_ALIASES = _table(
    "customer_aliases", customer_id=_ID, old_id=_ID, email=_TEXT, email_key=_TEXT, phone=_TEXT
)
_CUSTOMERS = _table(
    "customers",
    id=_ID,
    email_key=_TEXT,
    phone=_TEXT,
    search_text=_TEXT,
    erased_at=sa.DateTime(timezone=True),
)
_AUDIT = _table("audit_entries", action=_TEXT, before=sa.JSON())
_TERMS = _table("customer_terms", kind=_TEXT, term=_TEXT, customer_id=_ID)


def upgrade() -> None:
    for name, length in (("email", 254), ("email_key", 254), ("phone", 16)):
        op.add_column("customer_aliases", sa.Column(name, sa.String(length=length), nullable=True))
    for name in ("email_key", "phone"):
        at = f"ix_customer_aliases_{name}"
        op.create_index(at, "customer_aliases", ["organization_id", name], unique=False)
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Store what the audit still has of those who were merged before."""
    here, stays = _ALIASES.c, _CUSTOMERS.c
    same = sa.and_(stays.organization_id == here.organization_id, stays.id == here.customer_id)
    aliases = connection.execute(
        sa.select(here.organization_id, here.old_id, stays.id, stays.email_key, stays.phone)
        .join(_CUSTOMERS, same)
        .where(stays.erased_at.is_(None))
    ).all()
    if not aliases:
        return
    merges = sa.select(_AUDIT.c.organization_id, _AUDIT.c.before).where(
        _AUDIT.c.action == "customer.merged"
    )
    # What else the entries have stays in the database: a page of them at a time is read.
    told = {
        (entry.organization_id, str(entry.before.get("id"))): {
            name: entry.before.get(name) for name in ("email", "phone")
        }
        for entry in connection.execute(merges, execution_options={"yield_per": _PAGE})
        if isinstance(entry.before, dict)
    }
    for alias in aliases:
        before = told.get((alias.organization_id, str(alias.old_id)), {})
        values = _values(before, alias)
        if values:
            which = (
                here.organization_id == alias.organization_id,
                here.old_id == alias.old_id,
            )
            connection.execute(_ALIASES.update().where(*which).values(**values))
            words = _address_words(values.get("email")) + _phone_words(values.get("phone"))
            _index(connection, alias.organization_id, alias.id, words)


def _values(before: dict[str, Any], stays: Any) -> dict[str, str]:
    """What an alias stores; of fields that were blanked since, the audit has ``erased``."""
    email, phone = before.get("email"), before.get("phone")
    values: dict[str, str] = {}
    if isinstance(email, str) and "@" in email and email.lower() != stays.email_key:
        values |= {"email": email, "email_key": email.lower()}
    if isinstance(phone, str) and phone.startswith("+") and phone != stays.phone:
        values["phone"] = phone
    return values


def _index(connection: sa.Connection, here: int, customer: Any, words: list[str]) -> None:
    """Add words to those by which a customer is found."""
    own = (_CUSTOMERS.c.organization_id == here, _CUSTOMERS.c.id == customer)
    text = connection.scalar(sa.select(_CUSTOMERS.c.search_text).where(*own)) or ""
    stored = connection.execute(
        sa.select(_TERMS.c.kind, _TERMS.c.term).where(
            _TERMS.c.organization_id == here, _TERMS.c.customer_id == customer
        )
    )
    terms = {("a", word) for word in words}
    terms |= {("b", word[start:]) for word in words for start in _tail_starts(word)}
    rows = [
        {"organization_id": here, "kind": kind, "term": term, "customer_id": customer}
        for kind, term in sorted(terms - {(row.kind, row.term) for row in stored})
    ]
    if rows:
        connection.execute(_TERMS.insert(), rows)
    text = " ".join(dict.fromkeys([*text.split(), *words]))
    connection.execute(_CUSTOMERS.update().where(*own).values(search_text=text))


def _tail_starts(word: str) -> range:
    """Where the ends of a word begin by which it is found, too: none of addresses."""
    if "@" in word or "." in word:
        return range(0)
    shortest = 3 if word.isascii() else 1
    if word.isdigit() and word.isascii():
        shortest = 4
    return range(1, len(word) - shortest + 1)


def _address_words(email: str | None) -> list[str]:
    """An address, folded, and its ends from each of its parts on, as the service stores them."""
    if email is None:
        return []
    decomposed = unicodedata.normalize("NFKD", email.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    folded = bare.translate(_LETTERS).casefold()
    starts = [0, *(match.end() for match in re.finditer(r"[.@_+-]", folded))]
    return [folded[start:][:254] for start in starts if start < len(folded)]


def _phone_words(phone: str | None) -> list[str]:
    """A telephone's digits, with its country and without it, as the service stores them."""
    if phone is None:
        return []
    national = phonenumbers.national_significant_number(phonenumbers.parse(phone))
    return [phone.removeprefix("+"), national]
