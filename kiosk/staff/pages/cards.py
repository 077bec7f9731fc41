"""All cards of the club, with the designs, and what the wallets still need."""

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from api_client.messages.cards import CardState, DesignLine
from kiosk.staff.pages.inputs import Choice
from kiosk.staff.pages.parts import Section, chip, label
from kiosk.staff.pages.picture import Picture
from kiosk.staff.pages.row_list import ListRow, RowList
from kiosk.staff.pages.view import PageView
from kiosk.staff.words.cards import ReadyLine, state_word
from kiosk.style import XS, L, M, S, Tone
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel

_TYPING_PAUSE_MS = 200
_SIDE = 270
"""Width of what stands beside the list, in pixels."""
_PICTURE, _NAME = 150, 32
"""Heights of the picture of a design, and of its name below it, in pixels."""


class CardsPage(PageView):
    """Shows cards; ``wanted`` asks for those that fit what is typed and chosen."""

    opened = Signal(object)
    """Id of a card."""
    designs_wanted = Signal()
    wanted = Signal()
    more = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        say = texts.say
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("Name, number, email or phone of the member"))
        self.search.setAccessibleName(say("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(200)
        self.state = Choice(
            [("", say("All cards")), *((each.value, state_word(each, texts)) for each in CardState)]
        )
        self.state.setAccessibleName(say("State"))
        self.design = Choice([("", say("All designs"))])
        self.design.setAccessibleName(say("Design"))
        self.count = PlainLabel("", "muted")
        self.nothing = label("", "empty")
        self.list = RowList(say("Cards"))
        self.list.opened.connect(self.opened)
        self.list.more.connect(self.more)
        self.ready_lines: list[PlainLabel] = []
        self.pictures: dict[UUID, Picture] = {}
        self._side = QScrollArea()
        self._side.setWidgetResizable(True)
        self._side.setFixedWidth(_SIDE)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self.wanted)
        self.search.textChanged.connect(self._pause.start)
        self.search.returnPressed.connect(self._on_enter)
        for choice in (self.state, self.design):
            choice.currentIndexChanged.connect(self.wanted)
        self._lay_out(say("Cards"))

    @property
    def typed(self) -> str:
        """What is searched for."""
        return self.search.text().strip()

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

    def show_cards(self, rows: Sequence[ListRow], count: str, *, complete: bool) -> None:
        """Show the first cards; ``count`` says how many there are."""
        say = self._texts.say
        self.count.setText(count)
        self.nothing.setText(
            say("Nothing found for “{text}”.", text=self.typed) if self.typed else say("No card.")
        )
        self.nothing.setVisible(not rows)
        self.list.setVisible(bool(rows))
        self.list.show_rows(rows, complete=complete)

    def add_cards(self, rows: Sequence[ListRow], *, complete: bool) -> None:
        """Show further cards."""
        self.list.add_rows(rows, complete=complete)

    def show_picture(self, design_id: UUID, image: QImage) -> None:
        """Show a design, if it is listed."""
        if design_id in self.pictures:
            self.pictures[design_id].show_image(image)

    def clear_search(self) -> None:
        """Forget what was searched for, without asking anew."""
        inputs = (self.search, self.state, self.design)
        for each in inputs:
            each.blockSignals(True)
        self.search.clear()
        self.state.choose("")
        self.design.choose("")
        for each in inputs:
            each.blockSignals(False)
        self._pause.stop()

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

    def _on_enter(self) -> None:
        """Go from the search to what was found."""
        if self.list.rows.rows:
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            self.list.setCurrentIndex(self.list.rows.index(0))

    def _lay_out(self, title: str) -> None:
        head, filters, body, left = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(), QVBoxLayout()
        head.addWidget(label(title, "name", wraps=False))
        head.addSpacing(S)
        head.addWidget(self.count, 1, Qt.AlignmentFlag.AlignBottom)
        filters.setSpacing(S)
        filters.addWidget(self.search, 1)
        filters.addWidget(self.state)
        filters.addWidget(self.design)
        left.setSpacing(M)
        left.addLayout(filters)
        left.addWidget(self.nothing)
        left.addWidget(self.list, 1)
        left.addStretch()
        body.setSpacing(L)
        body.addLayout(left, 1)
        body.addWidget(self._side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(head)
        layout.addWidget(self.message)
        layout.addLayout(body, 1)
