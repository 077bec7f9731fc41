"""All cards of the club, with the designs, and what the wallets still need."""

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from api_client.messages.cards import CardState, DesignLine
from kiosk.staff.pages.inputs import Choice
from kiosk.staff.pages.list_page import ListPage
from kiosk.staff.pages.parts import Section, chip, label
from kiosk.staff.pages.picture import Picture
from kiosk.staff.words.cards import ReadyLine, state_word
from kiosk.style import XS, L, S, Tone
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

_SIDE = 270
"""Width of what stands beside the list, in pixels."""
_PICTURE, _NAME = 150, 32
"""Heights of the picture of a design, and of its name below it, in pixels."""


class CardsPage(ListPage):
    """Shows cards, with what the wallets need and the designs beside them."""

    designs_wanted = Signal()

    def __init__(self, texts: Texts) -> None:
        say = texts.say
        self._side = QScrollArea()
        self._side.setWidgetResizable(True)
        self._side.setFixedWidth(_SIDE)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        super().__init__(
            texts,
            say("Cards"),
            say("Name, number, email or phone of the member"),
            say("No card."),
            beside=self._side,
        )
        self.state = Choice(
            [("", say("All cards")), *((each.value, state_word(each, texts)) for each in CardState)]
        )
        self.add_filter(self.state, say("State"))
        self.design = Choice([("", say("All designs"))])
        self.add_filter(self.design, say("Design"))
        self.ready_lines: list[PlainLabel] = []
        self.pictures: dict[UUID, Picture] = {}

    @property
    def chosen_state(self) -> CardState | None:
        """The state that is wanted; None for all."""
        return CardState(str(self.state.chosen)) if self.state.chosen else None

    @property
    def chosen_design(self) -> UUID | None:
        """The design that is wanted; None for all."""
        return UUID(str(self.design.chosen)) if self.design.chosen else None

    def show_around(
        self, ready: Sequence[ReadyLine], designs: Sequence[DesignLine], *, may_edit: bool
    ) -> None:
        """Show what the wallets need, and the designs; their pictures follow."""
        self._offer(designs)
        inside = QWidget()
        inside.setObjectName("scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, S, 0)
        column.setSpacing(L)
        column.addWidget(self._ready(ready))
        column.addWidget(self._designs(designs, may_edit=may_edit))
        column.addStretch()
        self._side.setWidget(inside)

    def show_picture(self, design_id: UUID, image: QImage) -> None:
        """Show a design, if it is listed."""
        if design_id in self.pictures:
            self.pictures[design_id].show_image(image)

    def _offer(self, designs: Sequence[DesignLine]) -> None:
        """Offer the designs as a filter; the chosen one stays."""
        chosen = self.design.chosen
        self.design.blockSignals(True)
        self.design.set_options(
            [("", self._texts.say("All designs")), *((str(each.id), each.name) for each in designs)]
        )
        if self.design.offers(chosen):
            self.design.choose(chosen)
        self.design.blockSignals(False)

    def _ready(self, lines: Sequence[ReadyLine]) -> Section:
        section = Section(self._texts.say("WALLETS"))
        self.ready_lines = []
        for line in lines:
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(label(line.name, "strong"))
            sentence = label(line.sentence, "muted" if line.good else "failure")
            self.ready_lines.append(sentence)
            words.addWidget(sentence)
            box = QWidget()
            box.setLayout(words)
            words.setContentsMargins(0, 0, 0, 0)
            section.add(box)
        return section

    def _designs(self, designs: Sequence[DesignLine], *, may_edit: bool) -> Section:
        say = self._texts.say
        edit = say("Edit …") if may_edit else ""
        section = Section(say("DESIGNS"), edit, self.designs_wanted.emit)
        self.pictures = {}
        for each in designs:
            picture = Picture()
            picture.setFixedHeight(_PICTURE)
            picture.setMaximumWidth(_SIDE)
            picture.setAccessibleName(each.name)
            self.pictures[each.id] = picture
            row = QHBoxLayout()
            row.setSpacing(XS)
            row.addWidget(label(each.name, "strong", wraps=False), 1)
            if each.archived_at is not None:
                row.addWidget(chip(say("archived"), Tone.NO_MEMBERSHIP))
            else:
                row.addWidget(PlainLabel(str(each.cards), "muted"))
            box = QWidget()
            box.setMinimumHeight(_PICTURE + _NAME)
            column = QVBoxLayout(box)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(XS)
            column.addWidget(picture)
            column.addLayout(row)
            section.add(box)
        if not designs:
            section.add(label(say("No design yet."), "muted"))
        return section
