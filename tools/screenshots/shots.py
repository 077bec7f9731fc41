"""What a page registers: its name, and how each of its states is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from kiosk.staff.page import MEMBERS, Place
from tools.screenshots.studio import Make, Studio

FULL = "full"


@dataclass(frozen=True)
class Shots:
    """A page. ``states`` has ``full``, which is drawn in every look; others in the base look."""

    name: str
    states: Mapping[str, Make]

    def __post_init__(self) -> None:
        if FULL not in self.states:
            raise ValueError(f"the page {self.name!r} lacks the state {FULL!r}")


def staff_page(
    name: str,
    place: Place,
    answer: Callable[[], object],
    *,
    empty: Callable[[], object] | None = None,
    **more: Make,
) -> Shots:
    """Return a page of the staff side in its states: full, loading, error, and empty if it has it.

    ``answer`` makes what the page loads. ``more`` are states that begin with the full page, such
    as a form over it.
    """

    def full(studio: Studio) -> None:
        studio.open(place, answer())

    def loading(studio: Studio) -> None:
        studio.open(place)
        studio.staff.panel.show_outline()

    def error(studio: Studio) -> None:
        studio.open(place)
        studio.fail(place.name)

    def also(then: Make, studio: Studio) -> None:
        full(studio)
        then(studio)

    states: dict[str, Make] = {FULL: full}
    if empty is not None:
        states["empty"] = lambda studio: studio.open(place, empty())
    states |= {"loading": loading, "error": error}
    states |= {each: partial(also, then) for each, then in more.items()}
    return Shots(name, states)


def page_of(studio: Studio, place: Place = MEMBERS) -> Any:
    """Return the widget of a page, to press its buttons."""
    return studio.staff.pages.view(place)
