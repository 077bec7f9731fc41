"""A card's face: a design filled with the facts about one card and its holder."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from passes.design import CodeForm, Design, DesignField, Shows, Slot
from passes.words import FaceStatus, LocalText, format_day, localize

_EMPTY: LocalText = {}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CardFacts(_Frozen):
    """The facts about a card and its holder at one instant.

    ``code`` is the text of the code; for ``CodeForm.ROTATING`` the card's static code, which a
    wallet without rotating codes shows. ``first_day`` and ``last_day`` are local days, both
    inclusive; ``valid_from`` and ``valid_until`` the instants at which the membership starts and
    ends. ``install_url`` is the page from which the card is added to a phone.
    """

    card_id: UUID
    code: Annotated[str, Field(min_length=1)]
    organization: str
    customer_name: str
    customer_number: str = Field(examples=["C-000123"])
    status: FaceStatus
    plan: str | None = None
    company: str | None = None
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    first_day: date | None = None
    last_day: date | None = None
    permissions: tuple[str, ...] = ()
    install_url: str | None = None


class FaceField(_Frozen):
    """A field with its value: a text by language, or a day, which the phone formats."""

    key: str
    slot: Slot
    label: Mapping[str, str]
    value: Mapping[str, str] | date

    def shown(self, language: str) -> str:
        """Return the value as text in a language."""
        if isinstance(self.value, date):
            return format_day(self.value, language)
        return localize(self.value, language)


class CardFace(_Frozen):
    """Everything that a card shows. Equal faces look the same."""

    design: Design
    facts: CardFacts
    fields: tuple[FaceField, ...]

    @property
    def voided(self) -> bool:
        """Whether the card was revoked."""
        return self.facts.status is FaceStatus.REVOKED

    @property
    def code_caption(self) -> str | None:
        """The text under the code, or None."""
        return self.facts.customer_number if self.design.code_text else None

    def in_slot(self, slot: Slot) -> tuple[FaceField, ...]:
        """Return the fields of one slot, in order."""
        return tuple(each for each in self.fields if each.slot is slot)

    def digest(self) -> str:
        """Return the SHA-256 of the face as JSON, in hexadecimal: equal for equal faces."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def face_of(design: Design, facts: CardFacts) -> CardFace:
    """Fill a design with facts. A field without a value for this holder is left out."""
    filled = []
    for each in design.fields:
        value = _value(each, facts, design)
        if isinstance(value, date) or any(value.values()):
            filled.append(FaceField(key=each.key, slot=each.slot, label=each.label, value=value))
    return CardFace(design=design, facts=facts, fields=tuple(filled))


def static_form(design: Design) -> CodeForm:
    """Return the form of a design's code for wallets without rotating codes, and for print."""
    return CodeForm.CARD if design.code is CodeForm.ROTATING else design.code


def _value(field: DesignField, facts: CardFacts, design: Design) -> LocalText | date:
    """Return the value of a field; an empty mapping if there is none."""
    match field.shows:
        case Shows.TEXT:
            return field.text or _EMPTY
        case Shows.STATUS:
            return design.words_of(facts.status)
        case Shows.VALID_FROM:
            return facts.first_day or _EMPTY
        case Shows.VALID_UNTIL:
            if facts.last_day is None and facts.plan is not None:
                return design.words_of_no_end()
            return facts.last_day or _EMPTY
        case _:
            return _untranslated(design.languages[0], _fact(field.shows, facts))


def _fact(shows: Shows, facts: CardFacts) -> str | None:
    """Return a fact that is the same in every language, or None."""
    return {
        Shows.CUSTOMER_NAME: facts.customer_name,
        Shows.CUSTOMER_NUMBER: facts.customer_number,
        Shows.PLAN: facts.plan,
        Shows.COMPANY: facts.company,
        Shows.PERMISSIONS: ", ".join(facts.permissions),
        Shows.ORGANIZATION: facts.organization,
    }[shows]


def _untranslated(language: str, text: str | None) -> LocalText:
    """Return a text without translations."""
    return {language: text} if text else _EMPTY
