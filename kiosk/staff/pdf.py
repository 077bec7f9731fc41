"""A PDF as pictures of its pages, drawn by PDFium. Only for the staff thread: PDFium knows one."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import structlog
from PySide6.QtGui import QImage

log = structlog.get_logger(__name__)

MOST_BYTES = 16 * 1024 * 1024
MOST_PAGES = 10
"""Pages that are drawn; receipts and cards have one or two."""
_ACROSS = 1400
"""Pixels of a page from left to right: sharp at 200 % in the sheet."""
_MOST_PIXELS = 4_000_000


@dataclass(frozen=True)
class Pdf:
    """A file, and pictures of its first pages; none if it is no PDF, is broken or too large."""

    data: bytes
    pages: tuple[QImage, ...] = ()
    count: int = 0


def drawn(data: bytes) -> Pdf:
    """Return a PDF with pictures of its first pages. Never raises: a broken one has no pages."""
    if len(data) > MOST_BYTES:
        log.warning("pdf not drawn", bytes=len(data))
        return Pdf(data)
    from pypdfium2 import PdfDocument, PdfiumError  # noqa: PLC0415 - with its library

    try:
        document = PdfDocument(data)
        try:
            count = len(document)
            pages = tuple(_page(document[number]) for number in range(min(count, MOST_PAGES)))
        finally:
            document.close()
    except (PdfiumError, ValueError) as error:
        log.warning("pdf not drawn", bytes=len(data), error=repr(error))
        return Pdf(data)
    return Pdf(data, pages, count)


def scale_of(width: float, height: float) -> float:
    """Return the scale (pixels a point) for a page of this size in points, which bounds both."""
    if width <= 0 or height <= 0:
        raise ValueError(f"a page of {width} by {height} points")
    return min(_ACROSS / width, sqrt(_MOST_PIXELS / (width * height)))


def _page(page: Any) -> QImage:
    """Return the picture of a page of PDFium."""
    try:
        bitmap = page.render(scale=scale_of(*page.get_size()), prefer_bgrx=True)
        try:
            pixels = bytes(bitmap.buffer)
            image = QImage(
                pixels, bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGB32
            )
            return image.copy()  # its own pixels: those of the bitmap end with it
        finally:
            bitmap.close()
    finally:
        page.close()
