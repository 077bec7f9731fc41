"""Lists: newest first, by page, within a time."""

from tests.fakes.stripe.forms import Form
from tests.fakes.stripe.refusals import Refused, missing
from tests.fakes.stripe.shapes import Thing, listed

PAGING = {"limit", "starting_after", "ending_before", "created"}
"""The parameters that every list has, as far as its type knows them."""


def page(things: list[Thing], form: Form, url: str) -> Thing:
    """Return a page of ``things``, which are given oldest first.

    Raises Refused for a limit outside 1..100, or a cursor that is not in the list.
    """
    limit: int = form.get("limit", 10)
    if not 1 <= limit <= 100:
        bound = "less than or equal to 100" if limit > 100 else "greater than or equal to 1"
        told = f"This value must be {bound}."
        raise Refused(told, "parameter_invalid_integer", "limit")
    newest = [each for each in reversed(things) if _within(each, form.get("created"))]
    ids = [each["id"] for each in newest]
    for name in ("starting_after", "ending_before"):
        if name in form and form[name] not in ids:
            raise missing("object", form[name], name, 400)
    if "ending_before" in form:
        before = newest[: ids.index(form["ending_before"])]
        return listed(url, before[-limit:], more=len(before) > limit)
    if "starting_after" in form:
        newest = newest[ids.index(form["starting_after"]) + 1 :]
    return listed(url, newest[:limit], more=len(newest) > limit)


def _within(one: Thing, created: int | dict[str, int] | None) -> bool:
    at: int = one["created"]
    if created is None:
        return True
    if isinstance(created, int):
        return at == created
    return (
        at > created.get("gt", at - 1)
        and at >= created.get("gte", at)
        and at < created.get("lt", at + 1)
        and at <= created.get("lte", at)
    )
