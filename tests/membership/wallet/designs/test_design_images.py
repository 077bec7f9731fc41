"""Pictures of designs: fitted, stored once, kept for good, and never another organization's."""

import hashlib
import io

import pytest
from PIL import Image
from sqlalchemy import func, select

from membership.store.models import WalletImage
from membership.wallet.designs.images import load_images
from membership.web.access import Tenant
from passes.design import Design, ImageRole
from passes.errors import ImageError
from tests.membership.recorded import audited
from tests.membership.support import Service
from tests.membership.wallet.designs.making import (
    PATH,
    content,
    edit,
    make_design,
    png,
    upload,
)

NOBODYS = "0" * 64


def stored(service: Service) -> int:
    """How many pictures the organization has."""
    with service.database.readers.begin() as session:
        count = session.scalar(
            select(func.count())
            .select_from(WalletImage)
            .where(WalletImage.organization_id == service.tenant.id)
        )
        return count or 0


def loaded(
    service: Service, tenant: Tenant, images: dict[ImageRole, str]
) -> dict[ImageRole, bytes]:
    """What is loaded for a design with those pictures."""
    design = Design(title={"en": "x"}, description={"en": "x"}, images=images)
    with service.database.readers.begin() as session:
        return load_images(session, tenant, design)


@pytest.mark.parametrize(
    ("role", "size"),
    [("icon", (87, 87)), ("logo", (300, 150)), ("strip", (1125, 432)), ("thumbnail", (270, 135))],
)
def test_a_picture_is_fitted_stored_and_sent_back(
    service: Service, role: str, size: tuple[int, int]
) -> None:
    told = upload(service, role, png(800, 400, kind="JPEG"))
    assert (told["width"], told["height"]) == size
    answer = service.call("GET", f"{PATH}/images/{told['tag']}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert hashlib.sha256(answer.content).hexdigest() == told["tag"]
    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.format, image.size) == ("PNG", size)


def test_a_picture_may_be_kept_for_good(service: Service) -> None:
    path = f"{PATH}/images/{upload(service, 'icon', png())['tag']}"
    first = service.call("GET", path)
    assert "immutable" in first.headers["Cache-Control"]
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    again = service.call("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_same_picture_is_stored_and_told_of_once(service: Service) -> None:
    tags = {upload(service, "logo", png())["tag"] for _ in range(3)}
    assert (len(tags), stored(service)) == (1, 1)
    (entry,) = audited(service, "card_image.created")
    assert entry == (tags.pop(), None, {"width": 300, "height": 150})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "PNG, JPEG"),
        (b"<svg/>", "SVG"),
        (png()[:80], "broken"),
        (png(3, 3), "too few"),
    ],
)
def test_what_is_no_picture_is_refused(service: Service, data: bytes, said: str) -> None:
    answer = service.call("POST", f"{PATH}/images", params={"role": "logo"}, data=data)
    assert answer.status_code == 422, answer.text
    assert stored(service) == 0
    if data:  # without a body it is the body that is missing
        assert (answer.json()["code"], said in answer.json()["detail"]) == ("image_invalid", True)


@pytest.mark.parametrize("role", ["", "banner", "../icon"])
def test_a_role_that_there_is_not_is_refused(service: Service, role: str) -> None:
    upload(service, role, png(), status=422)
    assert service.call("POST", f"{PATH}/images", data=png()).status_code == 422


def test_a_design_takes_pictures_of_its_roles_only(service: Service) -> None:
    icon, logo = (upload(service, role, png())["tag"] for role in ("icon", "logo"))
    made = make_design(service, images={"icon": icon, "logo": logo})
    assert made["design"]["images"] == {"icon": icon, "logo": logo}
    refused = edit(service, made["id"], 1, images={"icon": logo}, status=422)
    (fault,) = refused["errors"]
    assert fault["field"] == "body.design.images.icon"
    assert "87 x 87" in fault["message"]


def test_pictures_of_others_are_not_there(service: Service) -> None:
    tag = upload(service, "icon", png())["tag"]
    other = service.fresh()
    assert other.call("GET", f"{PATH}/images/{tag}").status_code == 404
    body = {"key": "gold", "name": "Gold", "design": content(images={"icon": tag})}
    answer = other.call("POST", PATH, json=body)
    assert answer.json()["errors"][0]["field"] == "body.design.images.icon"
    with pytest.raises(ImageError, match=r"images\.icon"):
        loaded(service, other.tenant, {ImageRole.ICON: tag})
    assert upload(other, "icon", png())["tag"] == tag  # the same picture, of its own
    assert list(loaded(service, other.tenant, {ImageRole.ICON: tag})) == [ImageRole.ICON]


def test_pictures_are_loaded_by_role(service: Service) -> None:
    tags = {role: upload(service, role.value, png())["tag"] for role in (
        ImageRole.ICON, ImageRole.LOGO,
    )}  # fmt: skip
    found = loaded(service, service.tenant, tags)
    assert {role: hashlib.sha256(data).hexdigest() for role, data in found.items()} == tags
    assert loaded(service, service.tenant, {}) == {}
    with pytest.raises(ImageError) as refused:
        loaded(service, service.tenant, {**tags, ImageRole.STRIP: NOBODYS})
    assert refused.value.path == "images.strip"


@pytest.mark.parametrize("tag", [NOBODYS, "x", "0" * 63, "F" * 64, "%00" * 20])
def test_a_tag_that_nobody_has_leads_nowhere(service: Service, tag: str) -> None:
    assert service.call("GET", f"{PATH}/images/{tag}").status_code in (404, 422)
