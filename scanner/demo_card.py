"""Pictures of wallet cards on a phone, for the demo camera and for tests."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import qrcode
import zxingcpp

from scanner.picture import Image, as_image
from scanner.source import SourceError

PHONE_WIDTH, PHONE_HEIGHT = 420, 780
"""Size of a phone's picture in pixels, slightly larger than in a 720p frame."""

BEZEL, CORNER = 14, 56
COLOURS = ((92, 64, 30), (78, 92, 28), (104, 48, 84), (46, 60, 132), (70, 74, 78))
"""Card colours, BGR: deep blue, teal, plum, brick, graphite."""

QUIET = 22
"""White margin around a code, in pixels."""


@dataclass(frozen=True, slots=True)
class DemoCard:
    """One card of a deck: its code, the name on it, and the format of the code."""

    code: str
    name: str
    format: str = "QRCode"


@dataclass(frozen=True, slots=True)
class Deck:
    """The cards that the demo camera shows, and the name of the club."""

    title: str
    cards: tuple[DemoCard, ...]


def load_deck(path: Path) -> Deck:
    """Read a deck file. Raises SourceError with the file and the position of the error."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(f"demo deck {path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise SourceError(f"demo deck {path} is not JSON: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("title"), str):
        raise SourceError(f"demo deck {path}: title must be a text")
    cards = data.get("cards")
    if not isinstance(cards, list) or not cards:
        raise SourceError(f"demo deck {path}: cards must be a list with at least one card")
    return Deck(data["title"], tuple(_card(path, n, card) for n, card in enumerate(cards)))


def _card(path: Path, number: int, data: Any) -> DemoCard:
    where = f"demo deck {path}: cards[{number}]"
    if not isinstance(data, dict):
        raise SourceError(f"{where} must be an object")
    values = {"format": "QRCode"} | data
    for key in ("code", "name", "format"):
        if not isinstance(values.get(key), str) or not values[key]:
            raise SourceError(f"{where}.{key} must be a text that is not empty")
    card = DemoCard(values["code"], values["name"], values["format"])
    try:
        code_picture(card.code, card.format)
    except ValueError as error:
        raise SourceError(f"{where}.code cannot be shown as {card.format}: {error}") from error
    return card


def code_picture(text: str, code_format: str, module: int = 1) -> Image:
    """Return ``text`` as a grey picture without margin, ``module`` pixels per module.

    ``code_format`` is a zxing-cpp name. Raises ValueError when it cannot hold the text.
    """
    if code_format == "QRCode":
        code = qrcode.QRCode(
            error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=1, border=0
        )
        code.add_data(text)
        try:
            code.make(fit=True)
        except (qrcode.exceptions.DataOverflowError, ValueError) as error:
            raise ValueError("the text is too long") from error
        modules = np.where(np.array(code.get_matrix(), bool), 0, 255).astype(np.uint8)
        return as_image(np.kron(modules, np.ones((module, module), np.uint8)))
    kind = zxingcpp.barcode_format_from_str(code_format)
    barcode = zxingcpp.create_barcode(text, kind)
    return as_image(np.array(barcode.to_image(scale=module, add_quiet_zones=False)))


def phone_with_card(card: DemoCard, title: str, number: int) -> tuple[Image, Image]:
    """Return a phone that shows ``card``, BGR, and its mask: 255 where the phone is, else 0."""
    phone = np.full((PHONE_HEIGHT, PHONE_WIDTH, 3), 24, np.uint8)
    mask = np.zeros((PHONE_HEIGHT, PHONE_WIDTH), np.uint8)
    _rounded(mask, (0, 0), (PHONE_WIDTH - 1, PHONE_HEIGHT - 1), CORNER, 255)
    inner = (PHONE_WIDTH - BEZEL - 1, PHONE_HEIGHT - BEZEL - 1)
    _rounded(phone, (BEZEL, BEZEL), inner, CORNER - BEZEL, (238, 235, 232))
    colour = COLOURS[number % len(COLOURS)]
    _rounded(phone, (34, 84), (PHONE_WIDTH - 35, PHONE_HEIGHT - 90), 26, colour)
    cv2.rectangle(phone, (160, 26), (PHONE_WIDTH - 161, 44), (24, 24, 24), -1, cv2.LINE_AA)
    room = PHONE_WIDTH - 116
    _write(phone, title, (58, 136), size=25, weight=600, room=room)
    _write(phone, "MEMBER", (58, 188), size=14, weight=400, room=room)
    _write(phone, card.name, (58, 218), size=27, weight=500, room=room)
    _paste_code(phone, card)
    cv2.rectangle(
        phone,
        (150, PHONE_HEIGHT - 34),
        (PHONE_WIDTH - 150, PHONE_HEIGHT - 30),
        (60, 60, 60),
        -1,
        cv2.LINE_AA,
    )
    return phone, mask


def _paste_code(phone: Image, card: DemoCard) -> None:
    """Put the code on a white field in the lower part of the card."""
    room = PHONE_WIDTH - 70 - 2 * QUIET - 20
    smallest = code_picture(card.code, card.format)
    module = max(1, room // max(smallest.shape))
    picture = code_picture(card.code, card.format, module)
    if picture.shape[0] < 40:
        picture = as_image(cv2.resize(picture, (picture.shape[1], 110), interpolation=0))
    if picture.shape[1] > room:
        scale = room / picture.shape[1]
        picture = as_image(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=3))
    height, width = picture.shape
    left, top = (PHONE_WIDTH - width) // 2, 470 - height // 2
    far = (left + width + QUIET, top + height + QUIET)
    _rounded(phone, (left - QUIET, top - QUIET), far, 14, (255, 255, 255))
    phone[top : top + height, left : left + width] = picture[..., None]


def _rounded(
    image: Image,
    near: tuple[int, int],
    far: tuple[int, int],
    radius: int,
    colour: tuple[int, int, int] | int,
) -> None:
    """Fill a rectangle with round corners from ``near`` to ``far`` (x, y)."""
    (left, top), (right, bottom) = near, far
    cv2.rectangle(image, (left + radius, top), (right - radius, bottom), colour, -1)
    cv2.rectangle(image, (left, top + radius), (right, bottom - radius), colour, -1)
    for x in (left + radius, right - radius):
        for y in (top + radius, bottom - radius):
            cv2.circle(image, (x, y), radius, colour, -1, cv2.LINE_AA)


def _write(
    image: Image, text: str, place: tuple[int, int], *, size: int, weight: int, room: int
) -> None:
    """Write white ``text``, made smaller where it would be wider than ``room`` pixels."""
    face = cv2.FontFace("sans")
    height, width = image.shape[:2]
    taken = cv2.getTextSize((width * 4, height), text, (0, 0), face, size, weight)[2]
    if taken > room:
        size = max(10, int(size * room / taken))
    cv2.putText(image, text, place, (250, 250, 250), face, size, weight)
