"""Portraits: right size, same every time, different for every person, shipped as drawn."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import resources
from membership.data.demo.people import PEOPLE
from tests.generated import examples
from tools.portraits.canvas import SIZE, colour
from tools.portraits.draw import portrait, write_portraits
from tools.portraits.look import Beard, Clothes, Dye, Ground, Hair, HairColour, Look, Skin
from tools.portraits.people import LOOKS

MOST_BYTES = 12 * 1024
JPEG_NOISE = 24
BETWEEN_THE_EYES = (128, 94)  # no hair, beard or glasses reach there


def picture(look: Look) -> Image.Image:
    """Return the decoded portrait."""
    image = Image.open(BytesIO(portrait(look)))
    image.load()
    return image


@settings(max_examples=examples(60), deadline=None)
@given(
    st.builds(
        Look,
        st.sampled_from(Skin),
        st.sampled_from(Hair),
        st.sampled_from(HairColour),
        st.sampled_from(Clothes),
        st.sampled_from(Dye),
        st.sampled_from(Ground),
        st.sampled_from(Beard),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from(Dye),
    )
)
def test_every_look_is_a_small_jpeg_with_its_background_and_skin(look: Look) -> None:
    data = portrait(look)
    assert len(data) <= MOST_BYTES
    image = Image.open(BytesIO(data)).convert("RGB")
    assert image.size == (SIZE, SIZE)
    for place, expected in (((6, 6), look.ground), (BETWEEN_THE_EYES, look.skin)):
        seen = image.getpixel(place)
        assert isinstance(seen, tuple)
        wanted = colour(expected.value)
        assert all(abs(a - b) <= JPEG_NOISE for a, b in zip(seen, wanted, strict=True)), place


def test_every_hair_style_shows() -> None:
    words = "sand {} copper tee navy mist cloth:plum"
    drawn = {picture(Look.parse(words.format(hair.name.lower()))).tobytes() for hair in Hair}
    assert len(drawn) == len(Hair)


def test_a_look_is_drawn_the_same_every_time() -> None:
    look = LOOKS["amara.okafor"]
    assert portrait(look) == portrait(look)


def test_everybody_has_a_face_of_their_own() -> None:
    assert set(LOOKS) == {person.slug for person in PEOPLE}
    assert len({portrait(look) for look in LOOKS.values()}) == len(PEOPLE)


def test_the_shipped_files_are_what_the_generator_writes(tmp_path: Path) -> None:
    (tmp_path / "former.member.jpg").write_bytes(b"of somebody who left")
    write_portraits(tmp_path)
    shipped = resources.path("demo/portraits")
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in shipped.iterdir()}


def test_words_of_a_look() -> None:
    look = Look.parse("deep afro black vneck mustard lilac earrings full glasses cloth:rust")
    assert look == Look(
        Skin.DEEP,
        Hair.AFRO,
        HairColour.BLACK,
        Clothes.VNECK,
        Dye.MUSTARD,
        Ground.LILAC,
        Beard.FULL,
        glasses=True,
        earrings=True,
        cloth=Dye.RUST,
    )


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("", "needs 6 words"),
        ("deep afro black vneck mustard", "needs 6 words"),
        ("deep afro black vneck mustard lilac monocle", "'monocle' is none of none, stubble"),
        ("deep afro black vneck mustard plaid", "'plaid' is none of peach"),
        ("deep afro black vneck mustard lilac cloth:plaid", "'plaid' is none of navy"),
    ],
)
def test_words_that_describe_nobody_are_named(words: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Look.parse(words)
