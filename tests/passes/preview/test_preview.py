"""Previews: the scanner reads their codes, and all content stays in its place."""

import io
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import resources
from passes.card import CardFace
from passes.codes.barcode import CardCode, SignedCardCode
from passes.design import CardKind, ImageRole, Symbology
from passes.drawing.canvas import Box, Canvas
from passes.drawing.code_image import QUIET_MODULES, code_image, qr_modules
from passes.drawing.fitting import Align, TextStyle
from passes.drawing.fonts import Fonts
from passes.drawing.rows import distribute_widths
from passes.errors import ImageError, PassContentError
from passes.preview.render import Wallet, preview_png
from passes.words import FaceStatus
from scanner import picture as scanner_pictures
from scanner.decode import LiveDecoder, decode_still
from scanner.demo_scene import Pose, SensorNoise, glare_spot, place, reception
from tests.passes.cards import CODE, design, face, pictures

SIGNED = SignedCardCode(CardCode(CODE), bytes(range(64))).text
WALLETS: tuple[Wallet, ...] = ("apple", "google")
SCREEN = (1125, 2436)
"""Pixels of a phone's screen, 375 x 812 points."""

IMAGES = pictures(ImageRole.LOGO, ImageRole.STRIP, ImageRole.ICON)
LIGHT = {"background": "#fff7e8", "foreground": "#2b2118", "label": "#7a4f1a"}


def drawn(
    card: CardFace,
    wallet: Wallet,
    language: str = "en",
    images: dict[ImageRole, bytes] | None = None,
) -> Image.Image:
    """Return the preview of a card."""
    with Image.open(io.BytesIO(preview_png(card, images or {}, wallet, language))) as image:
        return image.convert("RGB")


def on_screen(preview: Image.Image) -> scanner_pictures.Image:
    """Return a phone of 420 x 909 pixels (BGR) that shows a preview, with a black rim."""
    width = SCREEN[0]
    height = round(preview.height * width / preview.width)
    screen = Image.new("RGB", SCREEN, "#f2f2f7")
    screen.paste(preview.resize((width, height)), (0, (SCREEN[1] - height) // 2))
    inner = (396, round(396 * SCREEN[1] / SCREEN[0]))
    phone = Image.new("RGB", (inner[0] + 24, inner[1] + 52), "#101012")
    phone.paste(screen.resize(inner, Image.Resampling.BOX), (12, 26))
    return scanner_pictures.as_image(np.ascontiguousarray(np.array(phone)[:, :, ::-1]))


@lru_cache(maxsize=1)
def desk() -> scanner_pictures.Image:
    """Return the camera's picture without a phone."""
    return reception(np.random.default_rng(7))


def frame_with(preview: Image.Image, pose: Pose) -> scanner_pictures.Image:
    """Return a frame of 1280 x 720 with a hand-held phone that shows a preview."""
    frame, phone = desk().copy(), on_screen(preview)
    mask = np.full(phone.shape[:2], 255, np.uint8)
    place(frame, phone, scanner_pictures.as_image(mask), pose, glare_spot(150))
    random = np.random.default_rng(11)
    SensorNoise(random).add_to(frame, random)
    return frame


HELD = Pose(x=640, y=372, scale=0.74, turn=3, tilt_x=0.03, tilt_y=0.02, blur=0)
"""The part of the phone that fits in a frame of 720 lines."""

TILTED = Pose(x=560, y=366, scale=0.76, turn=-14, tilt_x=0.06, tilt_y=-0.05, blur=0)
POSES = (HELD, TILTED)

DESIGNS: dict[str, tuple[dict[str, Any], bool]] = {
    "dark": ({}, False),
    "dark with pictures": ({}, True),
    "light": (LIGHT, False),
    "light with pictures": (LIGHT, True),
    "black": ({"background": "#000000"}, True),
    "white": ({"background": "#ffffff", "foreground": "#000000", "label": "#444444"}, False),
    "generic": ({"kind": CardKind.GENERIC}, False),
    "without a caption": ({"code_text": False}, True),
    "without fields": ({"fields": ()}, False),
}


@pytest.mark.parametrize(
    ("name", "wallet", "pose"),
    [
        # Each design in one wallet, each wallet in both poses; the others in the soak.
        pytest.param(
            name,
            wallet,
            POSES[(first // 2 + (first + second) % 2) % 2],
            marks=[] if (first + second) % 2 == 0 else pytest.mark.soak,
        )
        for first, name in enumerate(DESIGNS)
        for second, wallet in enumerate(WALLETS)
    ],
)
def test_the_scanner_reads_the_code_from_a_phone(name: str, wallet: Wallet, pose: Pose) -> None:
    parts, with_pictures = DESIGNS[name]
    images = IMAGES if with_pictures else {}
    card = face(design(images, **parts), company="Northwind Ltd")
    frame = frame_with(drawn(card, wallet, images=images), pose)
    assert [code.text for code in decode_still(frame)] == [CODE]
    decoder = LiveDecoder()
    live = (decoder.decode(frame) for _ in range(4))
    assert [code.text for code in next(filter(None, live))] == [CODE]


@pytest.mark.parametrize("wallet", WALLETS)
def test_the_scanner_reads_a_signed_code(wallet: Wallet) -> None:
    frame = frame_with(drawn(face(design(), code=SIGNED), wallet), HELD)
    assert [code.text for code in decode_still(frame)] == [SIGNED]
    decoder = LiveDecoder()
    live = (decoder.decode(frame) for _ in range(decoder.plan_length))
    assert [code.text for code in next(filter(None, live))] == [SIGNED]


@pytest.mark.parametrize("wallet", WALLETS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_code_is_readable_on_mirrored_cards(wallet: Wallet, language: str) -> None:
    card = face(design(), customer_name="محمد عبد الله", plan="الذهبية")
    pixels = np.ascontiguousarray(np.array(drawn(card, wallet, language))[:, :, ::-1])
    assert [code.text for code in decode_still(scanner_pictures.as_image(pixels))] == [CODE]


def test_a_revoked_card_shows_a_pale_code() -> None:
    good, void = (
        np.array(drawn(face(design(), status=status), "apple").convert("L"))
        for status in (FaceStatus.ACTIVE, FaceStatus.REVOKED)
    )
    code = np.s_[900:1150, 400:700]
    assert (good[code] < 60).mean() > 0.3
    assert (void[code] < 60).mean() == 0
    assert 0.3 < (void[code] < 235).mean() < 0.7


@pytest.mark.parametrize("wallet", WALLETS)
@pytest.mark.parametrize("symbology", [Symbology.AZTEC, Symbology.PDF417, Symbology.CODE128])
def test_other_symbologies_have_a_named_placeholder(wallet: Wallet, symbology: Symbology) -> None:
    image = drawn(face(design(symbology=symbology)), wallet)
    pixels = scanner_pictures.as_image(np.ascontiguousarray(np.array(image)))
    assert LiveDecoder().decode(pixels) == ()
    with pytest.raises(PassContentError, match=symbology.value):
        code_image(CODE, symbology, 500)


@pytest.mark.parametrize(("wallet", "width"), [("apple", 1125), ("google", 1082)])
def test_a_preview_has_a_fixed_width_and_is_deterministic(wallet: Wallet, width: int) -> None:
    card = face(design(IMAGES))
    once = preview_png(card, IMAGES, wallet, "en")
    assert preview_png(card, IMAGES, wallet, "en") == once
    with Image.open(io.BytesIO(once)) as image:
        assert image.width == width
        assert image.height > image.width


LONG = {
    "customer_name": "Maximiliane-Theodora von und zu Hohenlohe-Waldenburg-Schillingsfürst " * 3,
    "plan": "Platinum Unlimited All Areas including Weekend Guests and their Dogs",
    "company": "Gesellschaft für Automatisierungstechnik mbH & Co. KG " * 4,
    "organization": "Verein der Freunde und Förderer des Klettersports in Nordhessen e. V.",
    "customer_number": "C-" + "9" * 60,
}


@pytest.mark.parametrize("wallet", WALLETS)
@pytest.mark.parametrize("kind", CardKind)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_long_texts_stay_inside_the_card(wallet: Wallet, kind: CardKind, language: str) -> None:
    """The margins along both sides of the card have no colour but the card's own."""
    title = {"en": "The member card of the club " * 5}
    image = drawn(face(design(kind=kind, title=title), **LONG), wallet, language)
    pixels = np.array(image).astype(int)
    scale = image.width / (375 if wallet == "apple" else 412)
    around = 8 if wallet == "apple" else 12
    middle = slice(round(30 * scale), image.height - round(40 * scale))
    for left in (around + 2, image.width / scale - around - 13):
        margin = pixels[middle, round(left * scale) : round((left + 11) * scale)]
        # The line below Google's title runs from side to side, in nearly the same colour.
        assert np.abs(margin - (0x1D, 0x35, 0x57)).max() < 60


@given(st.text(max_size=80), st.sampled_from(("en", "ar", "zh-Hant")), st.sampled_from(WALLETS))
@settings(max_examples=8, deadline=None)
def test_any_text_is_drawn(text: str, language: str, wallet: Wallet) -> None:
    card = face(design(), customer_name=text, plan=text, organization=text, customer_number=text)
    preview_png(card, {}, wallet, language)


@pytest.mark.parametrize("wallet", WALLETS)
def test_right_to_left_languages_are_mirrored(wallet: Wallet) -> None:
    images = pictures(ImageRole.LOGO, ImageRole.ICON, colour="red")
    card = face(design(images))
    for language, on_the_right in (("en", False), ("ar", True)):
        pixels = np.array(drawn(card, wallet, language, images)).astype(int)
        red = (pixels[..., 0] > 200) & (pixels[..., 1] < 60)
        assert red.any()
        assert (np.argwhere(red)[:, 1].mean() > pixels.shape[1] / 2) == on_the_right


@pytest.mark.parametrize("wallet", WALLETS)
def test_different_cards_have_different_previews(wallet: Wallet) -> None:
    base = face(design())
    others = [
        face(design(), customer_name="Bo Chen"),
        face(design(), status=FaceStatus.EXPIRED),
        face(design(background="#123456")),
        face(design(), code="MC1" + "0" * 26),
        face(design(), customer_number="C-000124"),
        face(design(fields=())),
    ]
    seen = {preview_png(each, {}, wallet, "en") for each in (base, *others)}
    assert len(seen) == 1 + len(others)


def test_a_corrupt_picture_is_refused_with_its_role() -> None:
    with pytest.raises(ImageError) as refused:
        preview_png(face(design()), {ImageRole.STRIP: b"GIF89a"}, "apple", "en")
    assert refused.value.path == "images.strip"


@pytest.mark.parametrize("language", ["xx", "", "english", "../en", "en_"])
def test_an_unknown_language_is_refused(language: str) -> None:
    with pytest.raises(PassContentError, match="language"):
        preview_png(face(design()), {}, "apple", language)


def test_a_text_that_is_too_long_for_a_code_is_refused() -> None:
    with pytest.raises(PassContentError, match="no QR code"):
        preview_png(face(design(), code="x" * 3000), {}, "google", "en")
    with pytest.raises(PassContentError, match="too few"):
        code_image(CODE, Symbology.QR, 20)


def test_modules_are_whole_pixels_within_a_quiet_zone() -> None:
    modules = qr_modules(CODE)
    image = code_image(CODE, Symbology.QR, 400)
    side = len(modules) + 2 * QUIET_MODULES
    assert image.size == (400 // side * side,) * 2
    small = np.array(image.resize((side, side), Image.Resampling.NEAREST)) == 0
    assert (small[4:-4, 4:-4] == np.array(modules)).all()
    assert not small[:4].any()
    assert cv2.QRCodeDetector().detectAndDecode(np.array(image))[0] == CODE


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return Fonts(resources.path("fonts"))


def ink_in(canvas: Canvas) -> tuple[float, float] | None:
    """Return the horizontal extent of black pixels on a canvas, in points."""
    columns = np.argwhere((np.array(canvas.image.convert("L")) < 128).any(axis=0))
    if not len(columns):
        return None
    return float(columns.min()) / canvas.scale, float(columns.max() + 1) / canvas.scale


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("align", Align)
@pytest.mark.parametrize("text", ["Short", "A name that is far too long " * 4, "اسم طويل جدا " * 9])
def test_a_line_stays_within_its_width(
    fonts: Fonts, align: Align, text: str, mirrored: bool
) -> None:
    canvas = Canvas(300, 60, 3, fonts, mirrored=mirrored)
    canvas.text(text, (50, 40), 120, TextStyle(18, "#000000", least=12), align)
    ink = ink_in(canvas)
    left = 130 if mirrored else 50
    assert ink is not None
    assert left - 2 <= ink[0] < ink[1] <= left + 122


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x1f"])
def test_a_line_without_letters_draws_nothing(fonts: Fonts, text: str) -> None:
    canvas = Canvas(100, 40, 2, fonts)
    canvas.text(text, (0, 30), 90, TextStyle(18, "#000000"))
    assert ink_in(canvas) is None


def test_a_line_without_room_draws_nothing(fonts: Fonts) -> None:
    canvas = Canvas(100, 40, 2, fonts)
    canvas.text("Member", (50, 30), 1, TextStyle(18, "#000000"))
    assert ink_in(canvas) is None


def test_line_breaks_are_drawn_as_spaces(fonts: Fonts) -> None:
    images = []
    for text in ("two lines", "two\r\nlines"):
        canvas = Canvas(100, 40, 2, fonts)
        canvas.text(text, (5, 30), 90, TextStyle(18, "#000000"))
        images.append(canvas.image.tobytes())
    assert images[0] == images[1]


def test_a_box_is_mirrored(fonts: Fonts) -> None:
    plain, mirrored = (Canvas(100, 40, 2, fonts, mirrored=each) for each in (False, True))
    assert plain.pixels(Box(10, 5, 30, 20)) == (20, 10, 60, 40)
    assert mirrored.pixels(Box(10, 5, 30, 20)) == (120, 10, 60, 40)


@pytest.mark.parametrize(
    ("wanted", "room", "given"),
    [
        ([10, 20], 40, [10, 20]),
        ([100, 20], 60, [40, 20]),
        ([100, 100], 60, [30, 30]),
        ([100, 5, 80], 65, [30, 5, 30]),
        ([], 10, []),
    ],
)
def test_the_widest_fields_are_reduced_first(
    wanted: list[float], room: float, given: list[float]
) -> None:
    assert distribute_widths(wanted, room) == given
