"""How many examples tests generate: a few that stay the same in ``make test``, many in a soak.

``make soak`` runs every test that generates its examples, with others each time.
"""

from typing import Any

import hypothesis
import pytest

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


def examples(many: int) -> int:
    """For a test that needs another number: ``many`` in a soak, and at most 20 else."""
    soak = hypothesis.settings.get_current_profile_name() == SOAK
    return many if soak else min(many, FEW)


def mark_generated(items: list[pytest.Item]) -> None:
    """Mark every test that generates its examples as one of the soak."""
    for item in items:
        if isinstance(item, pytest.Function) and hypothesis.is_hypothesis_test(item.obj):
            item.add_marker(pytest.mark.soak)
