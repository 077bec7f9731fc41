"""Designs: created, edited as versions that are kept, archived, told of, reworked on cards."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from membership.accounts.organizations import RESERVED_SEGMENTS, bootstrap_organization
from membership.store.models import CardRollout
from membership.wallet.designs.standard import standard_design
from passes.codes.barcode import InstallLink
from passes.design import Design
from passes.limits import check_design
from passes.words import FaceStatus
from tests.conftest import ROOT
from tests.membership.application import new_app
from tests.membership.recorded import events
from tests.membership.support import NOON, Service, arranging
from tests.membership.wallet.designs.making import (
    PATH,
    content,
    edit,
    field,
    make_design,
    png,
    upload,
)
from tests.membership.wallet.factories import wallet_card

TOLD = ("card_design.created", "card_design.updated")


def test_a_design_is_created_shown_and_listed(service: Service) -> None:
    made = make_design(service, background="#000000")
    assert (made["key"], made["name"], made["version"]) == ("gold", "Gold", 1)
    assert (made["cards"], made["archived_at"], made["hints"]) == (0, None, [])
    assert made["design"]["background"] == "#000000"
    assert service.get(f"{PATH}/{made['id']}") == made
    (line,) = service.get(PATH)["items"]
    assert line == {name: made[name] for name in line}
    assert events(service, *TOLD) == [
        ("card_design.created", {"design_id": made["id"], "version": 1, "archived_at": None})
    ]


def test_what_is_stored_is_what_was_sent(service: Service) -> None:
    sent = content(
        kind="generic",
        links=[{"label": {"en": "Book"}, "url": "https://club.example/classes"}],
        locations=[{"latitude": 52.5, "longitude": 13.4, "text": {"de": "Hier"}}],
        code="signed",
        symbology="aztec",
        code_text=False,
        sharing_prohibited=False,
    )
    made = service.post(PATH, {"key": "full", "name": "Full", "design": sent})
    assert Design.model_validate(made["design"]) == Design.model_validate(sent)


def test_the_same_creation_sent_twice_makes_one(service: Service) -> None:
    body = {"key": "gold", "name": "Gold", "design": content()}
    headers = {"Idempotency-Key": "once"}
    first, second = (service.call("POST", PATH, json=body, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert len(service.get(PATH)["items"]) == 1


def test_a_key_is_given_once_in_an_organization(service: Service) -> None:
    make_design(service, "gold")
    body = {"key": "gold", "name": "Other", "design": content()}
    answer = service.call("POST", PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "design_key_taken")
    make_design(service.fresh(), "gold")


def test_an_edit_is_a_new_version_and_former_ones_are_kept(service: Service) -> None:
    made = make_design(service, background="#000000")
    service.clock.advance(minutes=5)
    edited = edit(service, made["id"], 1, background="#111111")
    assert (edited["version"], edited["design"]["background"]) == (2, "#111111")
    assert edited["changed_at"] == "2027-03-10T11:05:00Z"
    path = f"{PATH}/{made['id']}/versions"
    former, present = (service.get(f"{path}/{number}") for number in (1, 2))
    assert former["design"] == made["design"]
    assert former["created_at"] == "2027-03-10T11:00:00Z"
    assert present["design"] == edited["design"]
    assert service.call("GET", f"{path}/3").json()["code"] == "design_version_not_found"
    assert [name for name, _ in events(service, *TOLD)] == [
        "card_design.created",
        "card_design.updated",
    ]


def test_who_edited_an_older_version_is_told_and_changes_nothing(service: Service) -> None:
    made = make_design(service)
    edit(service, made["id"], 1, background="#111111")
    refused = edit(service, made["id"], 1, background="#222222", status=409)
    assert refused["code"] == "design_changed"
    edit(service, made["id"], 3, background="#222222", status=409)
    now = service.get(f"{PATH}/{made['id']}")
    assert (now["version"], now["design"]["background"]) == (2, "#111111")


def test_of_edits_at_once_one_is_taken(service: Service) -> None:
    made = make_design(service)

    def try_edit(number: int) -> int:
        body = {"name": "Gold", "design": content(background=f"#00000{number}"), "version": 1}
        return service.call("PUT", f"{PATH}/{made['id']}", json=body).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(try_edit, range(1, 5)))
    assert statuses == [200, 409, 409, 409]
    assert service.get(f"{PATH}/{made['id']}")["version"] == 2


def test_an_edit_that_changes_nothing_makes_no_version_and_no_work(service: Service) -> None:
    made = make_design(service)
    assert edit(service, made["id"], 1) == made
    renamed = edit(service, made["id"], 1, name="Gold card")
    assert (renamed["name"], renamed["version"]) == ("Gold card", 1)
    assert service.call("GET", f"{PATH}/{made['id']}/rollout").json()["code"] == (
        "rollout_not_found"
    )
    assert len(events(service, *TOLD)) == 2


def test_an_edit_begins_to_rework_the_cards_and_tells_how_far_it_is(service: Service) -> None:
    made = make_design(service)
    for _ in range(3):
        wallet_card(service, service.customer(), UUID(made["id"]))
    edit(service, made["id"], 1, background="#111111")
    progress = service.get(f"{PATH}/{made['id']}/rollout")
    assert progress == {
        "version": 2,
        "state": "running",
        "total": 3,
        "done": 0,
        "started_at": "2027-03-10T11:00:00Z",
        "finished_at": None,
    }
    with arranging(service.database) as session:
        row = session.scalars(
            select(CardRollout).where(CardRollout.design_id == UUID(made["id"]))
        ).one()
        row.done = 2
    assert service.get(f"{PATH}/{made['id']}/rollout")["done"] == 2
    edit(service, made["id"], 2, background="#222222")
    assert service.get(f"{PATH}/{made['id']}/rollout")["version"] == 3


def test_good_cards_are_counted_by_design(service: Service) -> None:
    gold, silver = make_design(service, "gold"), make_design(service, "silver")
    kept, lost = (wallet_card(service, service.customer(), UUID(gold["id"])) for _ in range(2))
    service.post(f"/v1/cards/{lost.card_id}/revoke", status=200)
    counts = {line["id"]: line["cards"] for line in service.get(PATH)["items"]}
    assert counts == {gold["id"]: 1, silver["id"]: 0}
    assert kept.design_id == UUID(gold["id"])


def test_an_archived_design_gives_no_new_cards_and_keeps_the_old(service: Service) -> None:
    made = make_design(service)
    card = wallet_card(service, service.customer(), UUID(made["id"]))
    archived = service.post(f"{PATH}/{made['id']}/archive", status=200)
    assert archived["archived_at"] == "2027-03-10T11:00:00Z"
    assert archived["cards"] == 1
    again = service.post(f"{PATH}/{made['id']}/archive", status=200)
    assert again == archived
    body = {"customer_id": service.customer(), "design_id": made["id"]}
    assert service.call("POST", "/v1/cards", json=body).status_code == 409
    picture = service.call("GET", f"/v1/cards/{card.card_id}/preview.png")
    assert picture.status_code == 200
    edit(service, made["id"], 1, background="#111111")  # old cards can still be put right
    restored = service.post(f"{PATH}/{made['id']}/restore", status=200)
    assert restored["archived_at"] is None
    assert service.call("POST", "/v1/cards", json=body).status_code == 201
    told = [data["archived_at"] is not None for _, data in events(service, *TOLD)]
    assert told == [False, True, True, False]


def test_archived_designs_are_listed_last(service: Service) -> None:
    for key in ("bronze", "gold", "amber"):
        make_design(service, key)
    first = service.get(PATH)["items"][0]
    service.post(f"{PATH}/{first['id']}/archive", status=200)
    assert [line["key"] for line in service.get(PATH)["items"]] == ["bronze", "gold", "amber"]


CROWDED = [field(f"f{number}", "secondary", "plan") for number in range(4)]
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unreadable text": (
        {"background": "#ffffff", "foreground": "#eeeeee", "label": "#000000"},
        "body.design.foreground",
    ),
    "more than Apple shows": (
        {"fields": [*CROWDED, field("last", "auxiliary", "plan")]},
        "body.design.fields[4]",
    ),
    "a strip on a generic pass": (
        {"kind": "generic", "images": {"strip": "0" * 64}},
        "body.design.images.strip",
    ),
    "a picture that is not there": (
        {"images": {"logo": "0" * 64}},
        "body.design.images.logo",
    ),
    "two fields of one key": ({"fields": [CROWDED[0], CROWDED[0]]}, "body.design"),
    "a colour by name": ({"background": "red"}, "body.design.background"),
    "an unknown language": ({"languages": ["xx"]}, "body.design.languages.0"),
    "no language": ({"languages": []}, "body.design.languages"),
    "a text in an unknown language": ({"title": {"zz": "Card"}}, "body.design.title.zz.[key]"),
    "a control character": ({"title": {"en": "a\x00b"}}, "body.design.title.en"),
    "an unknown part": ({"strip_colour": "#000000"}, "body.design.strip_colour"),
    "a link that is none": (
        {"links": [{"label": {"en": "x"}, "url": "javascript:alert(1)"}]},
        "body.design.links.0.url",
    ),
    "a place off the globe": (
        {"locations": [{"latitude": 91, "longitude": 0}]},
        "body.design.locations.0.latitude",
    ),
    "a code too long for its bars": ({"code": "signed", "symbology": "code128"}, "body.design"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_a_wallet_would_not_show_is_refused_with_its_place(
    service: Service, what: str
) -> None:
    parts, where = WRONG[what]
    made = make_design(service)
    new = {"key": "other", "name": "Other", "design": content(**parts)}
    edited = {"name": "Gold", "design": content(**parts), "version": 1}
    for answer in (
        service.call("POST", PATH, json=new),
        service.call("PUT", f"{PATH}/{made['id']}", json=edited),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == where
    assert [line["version"] for line in service.get(PATH)["items"]] == [1]


def test_what_is_hard_to_read_is_hinted_at(service: Service) -> None:
    made = make_design(service, background="#ffffff", foreground="#000000", label="#888888")
    (hint,) = made["hints"]
    assert (hint["path"], hint["suggestion"]) == ("label", "#767676")
    assert "3.5 to 1" in hint["message"]


def test_the_words_of_a_status_are_edited_and_hinted_at(service: Service) -> None:
    shown = [field("status", "header", "status")]
    made = make_design(service, languages=["en", "cy"], fields=shown)
    (hint,) = made["hints"]
    assert hint["path"] == "status_words.active.cy"
    words = {each.value: {"cy": "Gair"} for each in FaceStatus}
    edited = edit(service, made["id"], 1, languages=["en", "cy"], fields=shown, status_words=words)
    assert (edited["hints"], edited["design"]["status_words"]) == ([], words)
    refused = edit(service, made["id"], 2, status=422, status_words={"welcome": {"en": "Hi"}})
    assert refused["errors"][0]["field"].startswith("body.design.status_words")


KEYS = ["", "Gold", "gold card", "-gold", "gold-", "a/b", "..", "g" * 64, "ä", "gold\n"]


def test_keys_that_no_link_can_hold_are_refused(service: Service) -> None:
    for key in (*KEYS, *RESERVED_SEGMENTS):
        body = {"key": key, "name": "Gold", "design": content()}
        answer = service.call("POST", PATH, json=body)
        assert answer.status_code == 422, key
        assert answer.json()["errors"][0]["field"] == "body.key"


def test_keys_stand_in_install_links(service: Service) -> None:
    for key in ("g", "7", "gold-card-2027", "g" * 63):
        made = make_design(service, key)
        InstallLink("https://club.example", service.tenant.slug, made["key"], uuid4())


def test_another_organizations_designs_are_not_there(service: Service) -> None:
    made = make_design(service)
    edit(service, made["id"], 1, background="#111111")
    other = service.fresh()
    assert other.get(PATH) == {"items": []}
    path = f"{PATH}/{made['id']}"
    calls: list[Callable[[], Any]] = [
        lambda: other.call("GET", path),
        lambda: other.call("GET", f"{path}/versions/1"),
        lambda: other.call("GET", f"{path}/rollout"),
        lambda: other.call("POST", f"{path}/archive"),
        lambda: other.call("PUT", path, json={"name": "Mine", "design": content(), "version": 2}),
    ]
    for call in calls:
        answer = call()
        assert (answer.status_code, answer.json()["code"]) == (404, "design_not_found")


def test_the_standard_design_is_fine() -> None:
    assert check_design(standard_design()) == ()


def test_no_organization_is_called_as_a_path_of_the_service(service: Service) -> None:
    app = new_app(service.settings, service.database)
    firsts = {str(context.path).split("/")[1] for context in iter_route_contexts(app.routes)}
    assert {"v1", "healthz", "readyz", "metrics"} <= firsts
    assert {each for each in firsts if not each.startswith("{")} <= RESERVED_SEGMENTS
    for slug in sorted(RESERVED_SEGMENTS | {"staff", "apple", "openapi.json"}):
        with (
            arranging(service.database) as session,
            pytest.raises(ValueError, match="slug"),
        ):
            bootstrap_organization(
                session, name="Club", slug=slug, time_zone="UTC", currency="EUR", now=NOON
            )


def test_the_example_of_the_documentation_is_taken_as_it_stands(service: Service) -> None:
    page = (ROOT / "docs" / "card-designs.md").read_text(encoding="utf-8")
    _, _, rest = page.partition("$SERVICE/v1/card-designs -d '")
    body, _, _ = rest.partition("'\n```")
    tag = upload(service, "strip", png(1200, 500))["tag"]
    made = service.post(PATH, json.loads(body.replace("5f1c…", tag)))
    assert (made["key"], made["hints"]) == ("gold", [])
    assert len(made["design"]["fields"]) == 5
