"""One card as both wallets show it: a design filled with what is true of its holder now."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from passes.design import CodeForm, Design, DesignField, Shows, Slot
from passes.words import NO_END, STATUS_WORDS, FaceStatus, LocalText, said, written

_EMPTY: LocalText = {}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CardFacts(_Frozen):
    """What is true of a card and its holder, at one instant.

    ``code`` is the text of the code; for ``CodeForm.ROTATING`` it is the card's static code,
    which only the wallet without rotating codes shows. ``last_day`` is the last local day that
    the membership is good for, ``valid_until`` the instant at which it ends.
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
    """A field with its value: a day, which each phone writes as its owner does, or a text."""

    key: str
    slot: Slot
    label: Mapping[str, str]
    value: Mapping[str, str] | date

    def shown(self, language: str) -> str:
        """The value as it is read in a language."""
        if isinstance(self.value, date):
            return written(self.value, language)
        return said(self.value, language)


class CardFace(_Frozen):
    """What a card shows. Equal faces are drawn alike."""

    design: Design
    facts: CardFacts
    fields: tuple[FaceField, ...]

    @property
    def voided(self) -> bool:
        """Whether the card itself is good no more, whoever holds it."""
        return self.facts.status is FaceStatus.REVOKED

    @property
    def code_caption(self) -> str | None:
        """What is written under the code."""
        return self.facts.customer_number if self.design.code_text else None

    def in_slot(self, slot: Slot) -> tuple[FaceField, ...]:
        """The fields of one slot, in order."""
        return tuple(each for each in self.fields if each.slot is slot)

    def digest(self) -> str:
        """Names what is shown: SHA-256, in hexadecimal, of the face as JSON."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def face_of(design: Design, facts: CardFacts) -> CardFace:
    """Fill a design. A field that has nothing to say about this holder is left out."""
    filled = []
    for each in design.fields:
        value = _value(each, facts, design.languages)
        if isinstance(value, date) or any(value.values()):
            filled.append(FaceField(key=each.key, slot=each.slot, label=each.label, value=value))
    return CardFace(design=design, facts=facts, fields=tuple(filled))


def static_form(design: Design) -> CodeForm:
    """The form of the code that does not change by itself."""
    return CodeForm.CARD if design.code is CodeForm.ROTATING else design.code


def _value(field: DesignField, facts: CardFacts, languages: Sequence[str]) -> LocalText | date:
    """What a field says."""
    match field.shows:
        case Shows.TEXT:
            return field.text or _EMPTY
        case Shows.STATUS:
            words = STATUS_WORDS[facts.status]
            return {language: said(words, language) for language in (*languages, "en")}
        case Shows.VALID_FROM:
            return facts.first_day or _EMPTY
        case Shows.VALID_UNTIL:
            if facts.last_day is None and facts.plan is not None:
                return NO_END
            return facts.last_day or _EMPTY
        case _:
            return _plain(languages[0], _about(field.shows, facts))


def _about(shows: Shows, facts: CardFacts) -> str | None:
    """Something about the holder that is the same in every language."""
    return {
        Shows.CUSTOMER_NAME: facts.customer_name,
        Shows.CUSTOMER_NUMBER: facts.customer_number,
        Shows.PLAN: facts.plan,
        Shows.COMPANY: facts.company,
        Shows.PERMISSIONS: ", ".join(facts.permissions),
        Shows.ORGANIZATION: facts.organization,
    }[shows]


def _plain(language: str, text: str | None) -> LocalText:
    """A text that is not translated."""
    return {language: text} if text else _EMPTY
