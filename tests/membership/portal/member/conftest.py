"""A service at which customers have a page of their own, and a browser before it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.membership.browsing import PHONE, Browser
from tests.membership.conftest import SQLITE, Databases
from tests.membership.portal.login.conftest import opened
from tests.membership.portal.login.visitors import EMAIL
from tests.membership.portal.member.visitor import OwnPage
from tests.membership.support import Service, running_service
from tests.membership.wallet.factories import new_design


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A running service, shared by the tests of a module."""
    told = {"trusted_proxies": "127.0.0.1", "public_url": "https://club.example/desk/"}
    settings = databases.new(backend, tmp_path_factory.mktemp("data"), **told)
    with running_service(settings) as service:
        yield service


@pytest.fixture
def club(service: Service) -> Service:
    """An organization of this test's own, open for signup."""
    return opened(service)


@pytest.fixture(scope="module")
def local_service(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A running service whose page a browser on this machine opens, unencrypted."""
    settings = databases.new(SQLITE, tmp_path_factory.mktemp("data"))
    with running_service(settings) as service:
        yield service


@pytest.fixture
def browser(shared_browser: Browser, local_service: Service, tmp_path: Path) -> Iterator[Browser]:
    """A browser of the size of a phone, with network, that has kept nothing."""
    shared_browser.folder = tmp_path
    shared_browser.start_over(PHONE)
    everything = {"origin": local_service.url, "storageTypes": "all"}
    shared_browser.execute_cdp_cmd("Storage.clearDataForOrigin", everything)
    yield shared_browser
    shared_browser.get("about:blank")  # pages go on by themselves


@pytest.fixture
def near_club(local_service: Service) -> Service:
    """A club of this test's own with a design, open for signup."""
    service = opened(local_service.fresh())
    new_design(service)
    return service


@pytest.fixture
def amara_here(near_club: Service) -> str:
    """A member with a membership of her own, one of her company, an old one, and a payment."""
    customer = near_club.customer("Amara", family_name="Okafor", email=EMAIL)
    gold = near_club.plan("Gold", "area.pool", price_minor=4900, length={"unit": "year"})
    sold = near_club.member(gold, customer_id=customer)
    near_club.post(f"/v1/memberships/{sold}/payments", {"method": "cash"})
    company = near_club.company("Northwind")
    near_club.link(company, customer)
    near_club.member(near_club.plan("Company sport", "area.gym"), company_id=company)
    old = near_club.member(near_club.plan("Trial week"), customer_id=customer)
    near_club.post(f"/v1/memberships/{old}/end", {"why": "It was a trial"}, status=200)
    return customer


@pytest.fixture
def page(browser: Browser, near_club: Service) -> OwnPage:
    """The page of the club in a browser."""
    return OwnPage(browser, near_club)
