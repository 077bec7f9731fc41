"""The editor of card designs: the card on the left, its fields on the right."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from api_client.messages.cards import EditedDesign, WalletKind
from kiosk.staff.pages.fields import ColourField, ImageField
from kiosk.staff.pages.form import field_label
from kiosk.staff.pages.inputs import Choice
from kiosk.staff.pages.parts import label
from kiosk.staff.pages.picture import Picture
from kiosk.staff.pages.skeleton import Shape
from kiosk.staff.pages.view import PageView
from kiosk.style import L, M, S
from kiosk.texts import Texts

_TYPING_PAUSE_MS = 300
_SHORTEST = 8
COLOURS = ("background", "foreground", "label")
IMAGES = ("logo", "strip", "icon")


class DesignPage(PageView):
    """Shows and edits one design; nothing is stored before ``saved``."""

    shape = Shape.FORM

    opened = Signal(object)
    """Id of the design that was chosen in the list."""
    added = Signal()
    edited = Signal()
    """Something was changed, and typing has paused."""
    saved = Signal()
    archived = Signal()
    image_wanted = Signal(str)
    """Role of the picture that is to be chosen."""
    image_removed = Signal(str)

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        self._record: EditedDesign | None = None
        self._showing = False
        say = texts.say
        self.choice = Choice()
        self.choice.setAccessibleName(say("Card designs"))
        self.add_button = QPushButton(say("New design …"))
        self.name = QLineEdit()
        self.titles: dict[str, QLineEdit] = {}
        words = {"background": say("Background"), "foreground": say("Text"), "label": say("Labels")}
        self.colours = {key: ColourField(words[key]) for key in COLOURS}
        named = {"logo": say("Logo"), "strip": say("Picture strip"), "icon": say("Icon")}
        self.images = {role: ImageField(named[role], texts) for role in IMAGES}
        self.code = _code_choice(texts)
        self.code_text = QCheckBox(say("Number under the code"))
        self.picture = Picture()
        self.wallet = Choice(
            ((WalletKind.APPLE.value, "Apple Wallet"), (WalletKind.GOOGLE.value, "Google Wallet"))
        )
        self.hints = label("", "muted")
        self.none = label(say("There is no card design yet."), "empty")
        self.progress = label("", "muted")
        self.save_button = QPushButton(say("Save"))
        self.save_button.setObjectName("primary")
        self.archive_button = QPushButton()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._rows = QFormLayout()
        self._lay_out(named, words)
        self._connect()

    def show_list(self, designs: Sequence[tuple[UUID, str]], chosen: UUID) -> None:
        """Show the designs to choose from."""
        self._showing = True
        self.choice.set_options(designs)
        self.choice.choose(chosen)
        self._showing = False

    def show_none(self) -> None:
        """Show that there is no design: nothing can be edited."""
        self._show_editor(there_is_one=False)

    def choose(self, design_id: UUID) -> None:
        """Let the list name the design that is edited."""
        self._showing = True
        self.choice.choose(design_id)
        self._showing = False

    def show_design(self, record: EditedDesign, *, hints: Sequence[str]) -> None:
        """Show a stored design."""
        self._show_editor(there_is_one=True)
        self._showing = True
        self._record = record
        design = record.design
        self.name.setText(record.name)
        self._show_titles(design["title"], design["languages"])
        for key, field in self.colours.items():
            field.set_colour(design[key])
        self.code.choose(design["code"])
        self.code_text.setChecked(bool(design["code_text"]))
        self._show_images(design["images"])
        self.keep_edited(record, hints=hints)
        self._showing = False

    def keep_edited(self, record: EditedDesign, *, hints: Sequence[str]) -> None:
        """Take a design as the stored one; the fields keep what was typed."""
        self._record = record
        gone = record.archived_at is not None
        self.archive_button.setText(
            self._texts.say("Issue again") if gone else self._texts.say("Issue no more")
        )
        self.hints.setText("\n".join(hints))
        self.hints.setVisible(bool(hints))

    @property
    def edited_name(self) -> str:
        """The name as it is typed."""
        return self.name.text().strip()

    def set_saving(self, *, saving: bool) -> None:
        """Show that the design is being saved, or that it can be saved again."""
        self.save_button.setEnabled(not saving)
        self.archive_button.setEnabled(not saving)
        say = self._texts.say
        self.save_button.setText(say("Saving …") if saving else say("Save"))

    def set_image(self, role: str, tag: str | None) -> None:
        """Set a stored picture in the edited design, or with None remove it."""
        if self._record is None:
            return
        images = {key: value for key, value in self._images.items() if key != role}
        self._show_images(images if tag is None else images | {role: tag})
        self.edited.emit()

    def design(self) -> Mapping[str, Any]:
        """Return the edited design; values without a field here are unchanged."""
        if self._record is None:
            return {}
        stored = self._record.design
        titles = {key: line.text().strip() for key, line in self.titles.items()}
        return {
            **stored,
            **{key: field.colour for key, field in self.colours.items()},
            "title": {**stored["title"], **{key: text for key, text in titles.items() if text}},
            "code": self.code.chosen,
            "code_text": self.code_text.isChecked(),
            "images": dict(self._images),
        }

    @property
    def chosen_wallet(self) -> WalletKind:
        """The wallet in which the design is to be drawn."""
        return WalletKind(str(self.wallet.chosen))

    def show_progress(self, sentence: str) -> None:
        """Show the progress of updating issued cards; an empty text hides it."""
        self.progress.setText(sentence)
        self.progress.setVisible(bool(sentence))

    def _lay_out(self, images: Mapping[str, str], colours: Mapping[str, str]) -> None:
        say = self._texts.say
        head = QHBoxLayout()
        head.addWidget(label(say("Card designs"), "name", wraps=False), 1)
        head.addWidget(self.choice)
        head.addWidget(self.add_button)
        body = QHBoxLayout()
        body.setSpacing(L)
        body.addLayout(self._picture_half(), 1)
        body.addWidget(self._fields_half(images, colours), 1)
        foot = QHBoxLayout()
        foot.addWidget(self.progress, 1)
        foot.addWidget(self.archive_button)
        foot.addWidget(self.save_button)
        self.editor = QWidget()
        column = QVBoxLayout(self.editor)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        column.addLayout(body, 1)
        column.addLayout(foot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(L, L, L, M)
        layout.setSpacing(M)
        layout.addLayout(head)
        layout.addWidget(self.message)
        layout.addWidget(self.none)
        layout.addWidget(self.editor, 1)
        layout.addStretch()
        self.show_progress("")
        self._show_editor(there_is_one=True)

    def _show_editor(self, *, there_is_one: bool) -> None:
        for part in (self.editor, self.choice, self.add_button):  # a new one is a copy
            part.setVisible(there_is_one)
        self.none.setVisible(not there_is_one)

    def _picture_half(self) -> QVBoxLayout:
        half = QVBoxLayout()
        half.addWidget(self.wallet)
        half.addWidget(self.picture, 1)
        return half

    def _fields_half(self, images: Mapping[str, str], colours: Mapping[str, str]) -> QScrollArea:
        """Return all fields; ``images`` and ``colours`` are their labels."""
        say = self._texts.say
        self._add(say("Name"), self.name)
        for key, field in self.colours.items():
            self._add(colours[key], field)
        for role, image in self.images.items():
            self._add(images[role], image)
        self._add(say("Code"), self.code)
        self._rows.addRow("", self.code_text)
        inside = QWidget()
        inside.setObjectName("scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, S, 0)
        column.addLayout(self._rows)
        column.addWidget(self.hints)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        return scroll

    def _add(self, words: str, field: QWidget) -> None:
        self._rows.addRow(field_label(words, field), field)

    def _connect(self) -> None:
        self._pause.timeout.connect(self.edited)
        self.add_button.clicked.connect(self.added)
        self.save_button.clicked.connect(self.saved)
        self.archive_button.clicked.connect(self.archived)
        self.choice.currentIndexChanged.connect(self._on_chosen)
        self.name.textChanged.connect(self._on_edited)
        self.wallet.currentIndexChanged.connect(self._on_edited)
        self.code.currentIndexChanged.connect(self._on_edited)
        self.code_text.toggled.connect(self._on_edited)
        for field in self.colours.values():
            field.changed.connect(self._on_edited)
        for role, image in self.images.items():
            image.wanted.connect(lambda role=role: self.image_wanted.emit(role))
            image.removed.connect(lambda role=role: self.image_removed.emit(role))

    def _show_titles(self, titles: Mapping[str, str], languages: Sequence[str]) -> None:
        """Show one line for the title in each language of the card."""
        for line in self.titles.values():
            self._rows.removeRow(line)
        self.titles = {}
        for number, language in enumerate(languages):
            line = QLineEdit(titles.get(language, ""))
            line.setAccessibleName(self._texts.say("Title ({language})", language=language))
            line.textChanged.connect(self._on_edited)
            self.titles[language] = line
            caption = field_label(line.accessibleName(), line)
            self._rows.insertRow(1 + number, caption, line)

    def _show_images(self, images: Mapping[str, str]) -> None:
        self._images = dict(images)
        for role, field in self.images.items():
            field.remove.setVisible(role in images)

    def _on_edited(self) -> None:
        if not self._showing:
            self._pause.start()

    def _on_chosen(self) -> None:
        id_ = self.choice.chosen
        if not self._showing and id_ is not None:
            self.opened.emit(id_)


def _code_choice(texts: Texts) -> Choice:
    """Return the choice of the form of a card's code."""
    say = texts.say
    choice = Choice(
        (
            ("card", say("fixed")),
            ("signed", say("fixed, with a signature")),
            ("rotating", say("changing every 30 seconds (Google Wallet)")),
        )
    )
    # Elide a long choice instead of widening the column.
    choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(_SHORTEST)
    return choice
