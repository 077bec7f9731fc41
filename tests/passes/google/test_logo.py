"""The logo for Google Wallet: a full square, with a margin around its content."""

import io

from PIL import Image

from passes.design import ImageRole
from passes.google.logo import SIDE, google_logo, logo_tag
from resources import path
from tests.passes.google.faces import design

FONTS = path("fonts")
GROUND = (0x1D, 0x35, 0x57)


def picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#ff0000").save(out, "PNG")
    return out.getvalue()


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    assert (image.size, image.mode) == ((SIDE, SIDE), "RGB")
    return image


def test_a_design_without_pictures_has_an_initial() -> None:
    logo = opened(google_logo(design(), "club", {}, FONTS))
    colours = {colour for _, colour in logo.getcolors(SIDE * SIDE) or []}
    assert {GROUND, (255, 255, 255)} <= colours
    assert logo.getpixel((0, 0)) == GROUND
    other = google_logo(design(), "(Zumba)", {}, FONTS)
    assert opened(other).tobytes() != logo.tobytes()


def test_the_initial_may_be_of_any_script() -> None:
    names = ("", "نادي", "מועדון", "स्वर्ण", "日本", "클럽")
    logos = {google_logo(design(), name, {}, FONTS) for name in names}
    assert len(logos) == len(names)


def test_a_picture_is_within_the_margin() -> None:
    for role, size in ((ImageRole.ICON, (87, 87)), (ImageRole.LOGO, (480, 150))):
        logo = opened(
            google_logo(design(images={role: "0" * 64}), "Club", {role: picture(*size)}, FONTS)
        )
        box = logo.getchannel("R").point(lambda red: red > 200).getbbox()
        assert box is not None
        left, top, right, bottom = box
        assert SIDE * 0.14 < left < right < SIDE * 0.86
        assert SIDE * 0.14 < top < bottom < SIDE * 0.86
        assert right - left > SIDE * 0.6


def test_the_tag_changes_with_the_logo() -> None:
    plain = logo_tag(design(), "Club")
    assert plain == logo_tag(design(label="#000000"), "Clubhouse")
    others = {
        logo_tag(design(), "Anker"),
        logo_tag(design(background="#000000"), "Club"),
        logo_tag(design(images={ImageRole.ICON: "0" * 64}), "Club"),
        logo_tag(design(images={ImageRole.ICON: "1" * 64}), "Club"),
    }
    assert len(others | {plain}) == 5
