"""The code on a card, drawn: QR codes with error correction M, black on white.

For the other symbologies there is no library here that draws them well; the wallets draw them.
"""

import qrcode
from PIL import Image
from qrcode.exceptions import DataOverflowError

from passes.design import Symbology
from passes.errors import PassContentError

QUIET_MODULES = 4
"""White modules around a QR code (ISO/IEC 18004, quiet zone)."""


def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of a QR code without its quiet zone, row by row; true is dark.

    Raises PassContentError for a text that is too long for one, or cannot be drawn.
    """
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text, optimize=0)  # one mode for all of it: ours are alphanumeric
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        # The library stumbles over long runs of zeros too, which no code of ours has.
        message = f"no QR code can be drawn of these {len(text)} characters"
        raise PassContentError("code", message) from error
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def code_image(text: str, symbology: Symbology, most_pixels: int) -> Image.Image:
    """Draw a code with its quiet zone, at most ``most_pixels`` wide and high (mode L).

    Modules are whole pixels, so that none is thinner than its neighbour.

    Raises PassContentError for a symbology that is not drawn here, a text that is too long,
    and a size in which modules would be less than a pixel.
    """
    if symbology is not Symbology.QR:
        raise PassContentError("symbology", f"{symbology.value} is not drawn here, only qr")
    modules = qr_modules(text)
    side = len(modules) + 2 * QUIET_MODULES
    if most_pixels < side:
        raise PassContentError("code", f"{most_pixels} pixels are too few for {side} modules")
    small = Image.new("L", (side, side), 255)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                small.putpixel((x + QUIET_MODULES, y + QUIET_MODULES), 0)
    scale = most_pixels // side
    return small.resize((side * scale, side * scale), Image.Resampling.NEAREST)
