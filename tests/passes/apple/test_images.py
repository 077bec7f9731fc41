"""Picture files of a pass: scaling and validation."""

import io

import pytest
from PIL import Image

from passes.apple.images import SIZE_LIMITS, check_image_files, image_files
from passes.design import CardKind, ImageRole
from passes.errors import ImageError, PassContentError
from tests.passes.apple.factories import design, picture

STORE_CARD = frozenset(("storeCard",))
POSTER = frozenset(("generic", "posterGeneric"))


def _png(width: int, height: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#123456").save(out, kind)
    return out.getvalue()


def _size(png: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(png)) as image:
        assert image.format == "PNG"
        return image.size


def test_a_picture_is_scaled_to_three_sizes() -> None:
    strip = picture(ImageRole.STRIP, 1500, 700)
    logo = picture(ImageRole.LOGO, 300, 150)
    files = image_files(design(), "Club", {ImageRole.STRIP: strip, ImageRole.LOGO: logo})
    sizes = {name: _size(data) for name, data in files.items()}
    assert sizes == {
        "icon.png": (29, 29), "icon@2x.png": (58, 58), "icon@3x.png": (87, 87),
        "logo.png": (100, 50), "logo@2x.png": (200, 100), "logo@3x.png": (300, 150),
        "strip.png": (375, 144), "strip@2x.png": (750, 288), "strip@3x.png": (1125, 432),
    }  # fmt: skip
    assert files["strip@3x.png"] == strip
    check_image_files(files, STORE_CARD)


def test_smaller_scales_show_the_same_picture() -> None:
    files = image_files(design(), "Club", {ImageRole.STRIP: picture(ImageRole.STRIP, 1125, 432)})
    large, small = (
        Image.open(io.BytesIO(files[name])).convert("RGB").resize((15, 6))
        for name in ("strip@3x.png", "strip.png")
    )
    differences = [
        abs(one - other) for one, other in zip(large.tobytes(), small.tobytes(), strict=True)
    ]
    assert max(differences) < 12
    assert len(set(large.tobytes())) > 10


def test_transparency_is_kept() -> None:
    files = image_files(design(), "Club", {})
    with Image.open(io.BytesIO(files["logo.png"])) as logo:
        assert logo.convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]
    with Image.open(io.BytesIO(files["icon.png"])) as icon:
        assert icon.mode == "RGB"


@pytest.mark.parametrize(
    ("kind", "drawn", "left_out"),
    [
        (CardKind.STORE_CARD, "strip.png", "thumbnail.png"),
        (CardKind.GENERIC, "thumbnail.png", "strip.png"),
    ],
)
def test_the_pictures_of_a_kind_of_card(kind: CardKind, drawn: str, left_out: str) -> None:
    images = {
        ImageRole.STRIP: picture(ImageRole.STRIP, 1125, 432),
        ImageRole.THUMBNAIL: picture(ImageRole.THUMBNAIL, 270, 180),
    }
    files = image_files(design(kind=kind), "Club", images)
    assert drawn in files
    assert left_out not in files


@pytest.mark.parametrize(
    "name",
    ["Riverside Club", "x", "", "   ", "日本 体育", "Łódź Й", "ßetter", "ﬁt", "… !", "\x00 \u2060"],
)
def test_every_organization_has_an_icon_and_a_logo(name: str) -> None:
    files = image_files(design(), name, {})
    assert set(files) == {
        f"{role}{scale}.png" for role in ("icon", "logo") for scale in ("", "@2x", "@3x")
    }
    check_image_files(files, STORE_CARD)
    with Image.open(io.BytesIO(files["icon@3x.png"])) as icon:
        assert len(set(icon.convert("L").tobytes())) > 2, "nothing is drawn on it"


def test_the_icon_shows_the_initials_of_the_name() -> None:
    icons = {
        image_files(design(), name, {})["icon.png"] for name in ("Ada Club", "Ben Club", "日本")
    }
    assert len(icons) == 3


def test_the_icon_shows_initials_of_every_script() -> None:
    names = ("", "نادي الرياض", "מועדון תל", "स्वर्ण क्लब", "สโมสร", "클럽", "კლუბი", "日本")
    icons = {image_files(design(), name, {})["icon.png"] for name in names}
    assert len(icons) == len(names)
    decomposed = image_files(design(), "E\u0301cole", {})["icon@3x.png"]
    assert decomposed == image_files(design(), "École", {})["icon@3x.png"]


def test_a_picture_that_was_not_fitted_is_refused() -> None:
    with pytest.raises(ImageError) as refused:
        image_files(design(), "Club", {ImageRole.STRIP: _png(100, 100)})
    assert refused.value.path == "images.strip"


@pytest.mark.parametrize(
    "data", [b"", b"x", _png(87, 87, "JPEG"), _png(87, 87)[:-20], _png(87, 87)[:30]]
)
def test_corrupt_pictures_are_refused(data: bytes) -> None:
    with pytest.raises(ImageError) as refused:
        image_files(design(), "Club", {ImageRole.ICON: data})
    assert refused.value.path == "images.icon"
    with pytest.raises(ImageError) as refused:
        check_image_files({"icon.png": data}, STORE_CARD)
    assert refused.value.path == "icon.png"


def test_a_pass_without_an_icon_is_refused() -> None:
    with pytest.raises(PassContentError) as refused:
        check_image_files({"icon@2x.png": _png(58, 58)}, STORE_CARD)
    assert refused.value.path == "icon.png"


@pytest.mark.parametrize("name", sorted(SIZE_LIMITS))
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_the_limits_of_sizes(name: str, scale: int) -> None:
    room = SIZE_LIMITS[name]
    file = f"{name}@{scale}x.png" if scale > 1 else f"{name}.png"
    icon = {"icon.png": _png(38, 38)}
    check_image_files(icon | {file: _png(room.width * scale, room.height * scale)}, room.styles)
    for width, height in ((1, 0), (0, 1)):
        wrong = _png(room.width * scale + width, room.height * scale + height)
        with pytest.raises(ImageError) as refused:
            check_image_files(icon | {file: wrong}, room.styles)
        assert refused.value.path == file


@pytest.mark.parametrize(
    "name",
    ["thumbnail.png", "artwork.png", "footer.png", "background.png", "icon@4x.png", "icon.jpg",
     "../icon.png", "surprise.png", "x/icon.png", "pass.json"],
)  # fmt: skip
def test_a_picture_that_is_not_drawn_is_refused(name: str) -> None:
    with pytest.raises(PassContentError) as refused:
        check_image_files({"icon.png": _png(29, 29), name: _png(38, 38)}, STORE_CARD)
    assert refused.value.path == name


def test_pictures_of_posters_and_languages() -> None:
    files = {"icon.png": _png(29, 29), "artwork@2x.png": _png(716, 896),
             "primaryLogo.png": _png(126, 30), "pt-BR.lproj/logo.png": _png(160, 50)}  # fmt: skip
    check_image_files(files, POSTER)
    with pytest.raises(ImageError, match="width"):
        check_image_files(files | {"artwork.png": _png(300, 448)}, POSTER)
    with pytest.raises(ImageError, match="square"):
        check_image_files(files | {"icon.png": _png(29, 20)}, POSTER)
