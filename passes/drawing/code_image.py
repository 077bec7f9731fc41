"""QR codes with error correction level M, black on white (ISO/IEC 18004).

The other symbologies are drawn by the wallets only; no library for them is used here.
"""

import qrcode
from PIL import Image
from qrcode.exceptions import DataOverflowError

from passes.design import Symbology
from passes.errors import PassContentError

QUIET_MODULES = 4
"""Width of the quiet zone around a QR code, in modules (ISO/IEC 18004)."""


def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules of a QR code, row by row, without its quiet zone; true is dark.

    Raises PassContentError for a text that is too long, or that the library cannot encode.
    """
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text, optimize=0)  # a single mode: our codes are alphanumeric
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        # The library also fails on long runs of zeros, which our codes do not have.
        message = f"no QR code can be drawn of these {len(text)} characters"
        raise PassContentError("code", message) from error
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def code_image(text: str, symbology: Symbology, max_pixels: int) -> Image.Image:
    """Return a code with its quiet zone as a square in mode L, at most ``max_pixels`` a side.

    Modules are whole pixels, all of the same size.

    Raises PassContentError for a symbology other than QR, a text that is too long, and a size in
    which a module would be less than a pixel.
    """
    if symbology is not Symbology.QR:
        raise PassContentError("symbology", f"{symbology.value} is not drawn here, only qr")
    modules = qr_modules(text)
    side = len(modules) + 2 * QUIET_MODULES
    if max_pixels < side:
        raise PassContentError("code", f"{max_pixels} pixels are too few for {side} modules")
    small = Image.new("L", (side, side), 255)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                small.putpixel((x + QUIET_MODULES, y + QUIET_MODULES), 0)
    scale = max_pixels // side
    return small.resize((side * scale, side * scale), Image.Resampling.NEAREST)
