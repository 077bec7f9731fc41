"""Designs and pictures for the tests of their routes."""

import io
from typing import Any

from PIL import Image

from tests.membership.support import Service

PATH = "/v1/card-designs"


def content(**parts: Any) -> dict[str, Any]:
    """A design as it is sent, fine but for ``parts``."""
    return {
        "title": {"en": "Member card"},
        "description": {"en": "Member card"},
        "languages": ["en", "de"],
        "fields": [field("member", "secondary", "customer_name")],
        **parts,
    }


def field(key: str, slot: str, shows: str) -> dict[str, Any]:
    """A field as it is sent."""
    return {"key": key, "slot": slot, "shows": shows, "label": {"en": key.title()}}


def make_design(service: Service, key: str = "gold", **parts: Any) -> Any:
    """Create a design; returns what is answered."""
    return service.post(PATH, {"key": key, "name": key.title(), "design": content(**parts)})


def edit(service: Service, design_id: str, version: int, *, status: int = 200, **parts: Any) -> Any:
    """Edit a design; returns what is answered with ``status``."""
    name = parts.pop("name", "Gold")
    body = {"name": name, "design": content(**parts), "version": version}
    answer = service.call("PUT", f"{PATH}/{design_id}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def png(width: int = 200, height: int = 100, colour: str = "teal", kind: str = "PNG") -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, kind)
    return file.getvalue()


def upload(service: Service, role: str, data: bytes, *, status: int = 201) -> Any:
    """Send a picture; returns what is answered with ``status``."""
    answer = service.call("POST", f"{PATH}/images", params={"role": role}, data=data)
    assert answer.status_code == status, answer.text
    return answer.json()
