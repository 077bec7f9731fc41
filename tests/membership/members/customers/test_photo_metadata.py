"""Photos say neither where nor when nor by whom they were taken, and look the same."""

import io
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat, PngImagePlugin
from sqlalchemy import update

from membership.members.customers.photo_metadata import strip_metadata
from membership.members.customers.photos import checked_photo
from membership.store.models import CustomerPhoto
from membership.web.errors import Invalid
from tests.membership.members.customers.test_customers import put_photo
from tests.membership.support import Service, arranging

SECRET = "Leipziger Strasse 12"
KINDS = ("JPEG", "PNG", "WEBP")


def drawn() -> Image.Image:
    """A picture whose corners differ, so that a turned one is seen."""
    image = Image.new("RGB", (64, 48), "white")
    image.paste("red", (0, 0, 32, 24))
    image.paste("blue", (32, 24, 64, 48))
    return image


def exif(orientation: int | None = None) -> Image.Exif:
    """EXIF with a place, an owner, and perhaps how the camera was held."""
    told = Image.Exif()
    told[0x013B] = SECRET
    told[0x9286] = SECRET
    told.get_ifd(0x8825)[2] = (51.0, 20.0, 24.0)
    if orientation is not None:
        told[0x0112] = orientation
    return told


def taken(kind: str, orientation: int | None = None) -> bytes:
    """A photo with everything that a camera and an editor write into one."""
    out = io.BytesIO()
    more: dict[str, Any] = {}
    if kind == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Author", SECRET)
        texts.add_text("Comment", SECRET, zip=True)
        texts.add_itxt("XML:com.adobe.xmp", SECRET)
        more["pnginfo"] = texts
    elif kind == "JPEG":
        more |= {"comment": SECRET, "quality": 95}
    if kind != "PNG":
        more["xmp"] = f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode()
    if kind == "WEBP":
        more["lossless"] = True
    drawn().save(out, kind, exif=exif(orientation), **more)
    data = out.getvalue()
    return data + SECRET.encode() + taken_thumbnail() if kind == "JPEG" else data


def taken_thumbnail() -> bytes:
    """A second picture behind the first, as phones write them."""
    out = io.BytesIO()
    drawn().save(out, "JPEG", comment=SECRET)
    return out.getvalue()


def tells(data: bytes) -> list[str]:
    """What a photo still tells."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        told = [str(each) for each in (*image.getexif().items(), *image.getexif().get_ifd(0x8825))]
        names = ("exif", "xmp", "comment", "Author", "Comment")
        told += [name for name in names if name in image.info]
    return told + ([SECRET] if SECRET.encode() in data else [])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", [None, *range(1, 9)])
def test_no_photo_tells_more_than_it_shows(kind: str, orientation: int | None) -> None:
    data = taken(kind, orientation)
    assert tells(data)
    clean = checked_photo(data).data
    assert tells(clean) == []
    assert checked_photo(clean).data == clean
    stripped = strip_metadata(checked_photo(clean).mime, clean)
    assert stripped is not None
    assert (stripped.data, stripped.mends) == (clean, False)
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(clean)) as after:
        upright = ImageOps.exif_transpose(before).convert("RGB")
        shown = after.convert("RGB")
        assert shown.size == upright.size
        difference = ImageStat.Stat(ImageChops.difference(upright, shown)).mean
        assert max(difference) < (4 if (orientation or 1) > 1 else 0.001)


@pytest.mark.parametrize("kind", KINDS)
def test_colours_and_what_has_no_metadata_stay_byte_for_byte(kind: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for more in ({}, {"icc_profile": profile}, {"progressive": True, "icc_profile": profile}):
        out = io.BytesIO()
        drawn().save(out, kind, **more)
        clean = checked_photo(out.getvalue()).data
        assert clean == out.getvalue()
        with Image.open(io.BytesIO(clean)) as image:
            assert image.info.get("icc_profile") == more.get("icc_profile")


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_of_before_is_sent_without_metadata(service: Service, kind: str) -> None:
    customer, data = service.customer(), taken(kind, 6)
    assert put_photo(service, customer, data) == 204
    path = service.scan(customer)["customer"]["photo_path"]
    fresh = service.call("GET", path).content
    assert tells(fresh) == []
    with arranging(service.database) as session:  # as earlier versions stored it
        stored = update(CustomerPhoto).where(CustomerPhoto.customer_id == UUID(customer))
        session.execute(stored.values(data=data))
    sent = service.call("GET", path)
    assert (sent.status_code, sent.content) == (200, fresh)


@given(st.sampled_from(KINDS), st.integers(0), st.integers(0, 255))
@settings(max_examples=20)
def test_an_altered_photo_is_refused_or_clean(kind: str, place: int, value: int) -> None:
    data = bytearray(taken(kind))
    data[place % len(data)] = value
    try:
        clean = checked_photo(bytes(data)).data
    except Invalid:
        return
    assert SECRET.encode() not in clean
