"""How many examples tests generate: a few that stay the same in ``make test``, many in a soak.

``make soak`` runs every test that generates its examples, with others each time.
"""

from collections.abc import Collection
from itertools import product
from typing import Any

import hypothesis
import pytest
from _pytest.mark.structures import ParameterSet

FEW, MANY = 20, 100
SOAK = "soak"


def choose_examples(*, soak: bool) -> None:
    """Generate the same few examples in each run, or many others.

    How long that takes depends on what else the machine does, and is no failure.
    """
    anyhow: dict[str, Any] = {
        "database": None,
        "deadline": None,
        "suppress_health_check": [hypothesis.HealthCheck.too_slow],
    }
    hypothesis.settings.register_profile("fixed", max_examples=FEW, derandomize=True, **anyhow)
    hypothesis.settings.register_profile(SOAK, max_examples=MANY, **anyhow)
    hypothesis.settings.load_profile(SOAK if soak else "fixed")


def examples(many: int, *, few: int = FEW) -> int:
    """For a test that needs another number: ``many`` in a soak, and at most ``few`` else.

    ``few`` is less than 20 where each example takes a second.
    """
    soak = hypothesis.settings.get_current_profile_name() == SOAK
    return many if soak else min(many, few)


def sampled(*dimensions: Collection[Any], both_databases: int = 0) -> list[ParameterSet]:
    """Returns every combination of the values of ``dimensions``, as parameters of a test.

    In ``make test`` only a sample of them runs: as many as the longest dimension has values, with
    each value of each dimension at least once. The others have the mark of the soak. The first
    ``both_databases`` of the sample run on both databases wherever they are.
    """
    longest = max(len(values) for values in dimensions)
    columns = [list(values) for values in dimensions]
    chosen = [tuple(each[at % len(each)] for each in columns) for at in range(longest)]
    return [
        pytest.param(
            *case, marks=_marks_of(case, chosen, both_databases), id="-".join(map(str, case))
        )
        for case in product(*columns)
    ]


def _marks_of(
    case: tuple[Any, ...], chosen: list[tuple[Any, ...]], both_databases: int
) -> list[pytest.MarkDecorator]:
    """The marks of one combination."""
    if case not in chosen:
        return [pytest.mark.soak]
    if chosen.index(case) < both_databases:
        return [pytest.mark.both_databases(reason="one of the sample")]
    return []


def mark_generated(items: list[pytest.Item]) -> None:
    """Mark every test that generates its examples as one of the soak."""
    for item in items:
        if isinstance(item, pytest.Function) and hypothesis.is_hypothesis_test(item.obj):
            item.add_marker(pytest.mark.soak)
