"""Who guesses links is slowed down, by address; a good link is opened again after a while."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi import FastAPI

from membership.base.settings import ServiceSettings
from membership.store.database import Database
from tests.membership.application import new_app
from tests.membership.conftest import SQLITE, Databases
from tests.membership.portal.card_page.test_page import signed, visit
from tests.membership.support import Clock, Service, running_service
from tests.membership.wallet.factories import new_design, wallet_card
from tests.membership.web.test_rate_limit import Seconds

GUESSES = 4


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def strict(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, seconds: Seconds
) -> Iterator[Service]:
    """A service that lets a visitor ask a few times, and once a second after that."""

    def build(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
        return new_app(settings, database, clock, monotonic=seconds)

    limits = {"failures_per_second": 1, "phone_failures_burst": GUESSES}
    folder = tmp_path_factory.mktemp("data")
    with running_service(databases.new(SQLITE, folder, **limits), build) as service:
        yield service


def test_guesses_are_slowed_down(strict: Service, seconds: Seconds) -> None:
    card = wallet_card(strict, strict.customer(), new_design(strict))
    good = signed(strict, card)
    seconds.now += 1000
    guesses = [good.replace(str(card.customer_id), str(uuid4())) for _ in range(GUESSES + 2)]
    answers = [visit(strict, guess) for guess in guesses]
    assert [answer.status_code for answer in answers] == [404] * GUESSES + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) == 1
    for below in ("/card.pkpass", "/google"):
        assert visit(strict, good.replace("?", f"{below}?")).status_code == 429
    seconds.now += 1
    assert visit(strict, good).status_code == 200
