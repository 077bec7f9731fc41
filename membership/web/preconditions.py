"""Conditional changes (RFC 9110, section 13): ``ETag`` of what can be edited, and ``If-Match``.

Whoever reads a resource gets the ``ETag`` of what can be edited of it. Whoever sends it back with
``If-Match`` changes the resource only if nobody has changed it since; otherwise the answer is 412
``changed_meanwhile``, and nothing is changed. Without the header the last change counts.

Proxies that compress answers make tags weak or add the name of the compression: such a spelling
is the same tag.

The tag is compared in the transaction that makes the change, with the row locked, and only by the
request that is carried out: a repeat under the same idempotency key gets the stored answer.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Response
from pydantic import BaseModel

from membership.web.errors import PreconditionFailed
from membership.web.etag import lists

View = TypeVar("View", bound=BaseModel)


def strong_etag(view: BaseModel, *places: str) -> str:
    """Return a strong ETag of the fields of a view at ``places``, such as ``customer.state``.

    What changes by itself, such as a status or a count of visits, is no part of them.
    """
    content = [_at(view, place) for place in places]
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _at(view: BaseModel, place: str) -> Any:
    """Return a field of a view as JSON."""
    *outer, name = place.split(".")
    for each in outer:
        view = getattr(view, each)
    return view.model_dump(mode="json", include={name})[name]


class Condition:
    """The condition of one request, and the ETag of its answer."""

    def __init__(self, response: Response, if_match: str | None) -> None:
        self._response, self._if_match = response, if_match

    def require(self, current: Callable[[], str]) -> None:
        """Raise PreconditionFailed if the caller saw another state than the current one.

        ``current`` locks the resource in the transaction of the change, and returns its ETag, or
        raises NotFound. Without If-Match it is not called.
        """
        if self._if_match is None:
            return
        etag = current()
        if not lists(self._if_match, etag):
            detail = (
                "This was changed by somebody else since it was loaded; nothing was saved. Load it "
                "again and repeat the change."
            )
            raise PreconditionFailed("changed_meanwhile", detail, headers={"ETag": etag})

    def show(self, view: View, etag: str) -> View:
        """Set the ETag of the answer, and return it. Proxies are asked to leave both alone."""
        self._response.headers["ETag"] = etag
        self._response.headers.setdefault("Cache-Control", "no-transform")
        return view


async def _condition(
    response: Response,
    if_match: Annotated[
        str | None,
        Header(
            max_length=1000,
            description="ETag of the state that was edited: 412 `changed_meanwhile` if there is "
            "another one by now. Left out, the last change counts.",
            examples=['"9f86d081884c7d659a2feaa0c55ad015"'],
        ),
    ] = None,
) -> Condition:
    return Condition(response, if_match)


async def _shown(response: Response) -> Condition:
    return Condition(response, None)


InCondition = Annotated[Condition, Depends(_condition)]
"""The ``Condition`` of a changing request, as a parameter of its route."""

InShown = Annotated[Condition, Depends(_shown)]
"""The same of a reading request, which only gets the ETag."""
