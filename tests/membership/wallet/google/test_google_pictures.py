"""Google fetches the logo of a design from where its class says that it is."""

import io
from typing import Any
from uuid import UUID

from PIL import Image

from membership.wallet.designs.service import MOST_VERSIONS_SHOWN
from membership.wallet.google.content import Issuer, load_content
from passes.google.loyalty import LoyaltyClass
from tests.membership.support import NOON, TIMEOUT, Service
from tests.membership.wallet.designs.making import edit, make_design, png, upload
from tests.membership.wallet.factories import new_design, vault_of, wallet_card
from tests.membership.wallet.updates.life import redesign


def logo_url(service: Service, design_id: Any) -> str:
    """Where the class of a design says that its logo is."""
    card = wallet_card(service, service.customer("Amara"), design_id)
    issuer = Issuer(service.tenant, vault_of(service), "3388", f"{service.url}/")
    with service.database.readers.begin() as session:
        content = load_content(session, issuer, [card.card_id], NOON)[card.card_id]
    assert content.of_design is not None
    assert isinstance(content.of_design.resource, LoyaltyClass)
    return content.of_design.resource.program_logo.source_uri.uri


def test_the_logo_is_where_the_class_says(service: Service) -> None:
    design_id = new_design(service)
    url = logo_url(service, design_id)
    assert url.startswith(f"{service.url}/{service.tenant.slug}/member/google/")
    answer = service.http.get(url, timeout=10)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (660, 660)
    redesign(service, design_id, "#008080")
    assert service.http.get(logo_url(service, design_id), timeout=10).status_code == 200


def status(service: Service, url: str) -> int:
    """The status of the answer to a GET."""
    return service.http.get(url, timeout=TIMEOUT).status_code


def test_a_former_picture_stays_for_ninety_days(service: Service) -> None:
    strips = [upload(service, "strip", png(1125, 432, colour)) for colour in ("red", "blue")]
    made = make_design(service, images={"strip": strips[0]["tag"]})
    design_id = UUID(made["id"])
    logo = logo_url(service, design_id)
    images = f"{service.url}/{service.tenant.slug}/gold/images"
    strip = [f"{images}/{each['tag']}.png" for each in strips]
    assert (status(service, logo), status(service, strip[0])) == (200, 200)
    assert status(service, strip[1]) == 404
    edit(service, made["id"], 1, images={"strip": strips[1]["tag"]}, background="#123456")
    service.clock.advance(days=89)
    edit(service, made["id"], 2, images={"strip": strips[1]["tag"]}, background="#654321")
    for address in (logo, *strip):
        assert status(service, address) == 200
    service.clock.advance(days=2)
    assert [status(service, each) for each in (logo, *strip)] == [404, 404, 200]
    assert status(service, logo_url(service, design_id)) == 200


def test_of_many_former_pictures_the_last_ones_stay(service: Service) -> None:
    design_id = new_design(service)
    first = logo_url(service, design_id)
    for number in range(MOST_VERSIONS_SHOWN - 1):
        redesign(service, design_id, f"#0000{number:02x}")
    assert status(service, first) == 200
    redesign(service, design_id, "#0000ff")
    assert status(service, first) == 404


def test_other_addresses_hold_nothing(service: Service) -> None:
    url = logo_url(service, new_design(service))
    other = service.fresh()
    for wrong in (
        url.replace("/member/", "/gold/"),
        url.replace(service.tenant.slug, other.tenant.slug),
        url.replace(service.tenant.slug, "nobody"),
        url.replace(url[-8:-4], "0000"),
        f"{url.rpartition('/')[0]}/%00.png",
    ):
        answer = service.http.get(wrong, timeout=10)
        assert answer.status_code == 404, wrong
        assert answer.json()["code"] == "image_not_found"
