"""A service that the public reaches, and visitors with a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.membership.browsing import DESKTOP, Browser
from tests.membership.conftest import Databases
from tests.membership.portal.signup.browser_site import BrowserSite, Page, running_browser_site
from tests.membership.public import public_service
from tests.membership.support import Service


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A running service, shared by the tests of a module."""
    with public_service(backend, databases, tmp_path_factory.mktemp("data")) as service:
        yield service


@pytest.fixture
def page(shared_browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The browser's page, at its usual size; nothing of earlier tests is on it."""
    shared_browser.folder = tmp_path
    shared_browser.start_over(DESKTOP)
    yield Page(shared_browser)
    shared_browser.get("about:blank")  # pages go on by themselves


@pytest.fixture(scope="module")
def module_browser_site(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserSite]:
    """A service and a web site that shows it, shared by the tests of a module."""
    with running_browser_site(databases, tmp_path_factory.mktemp("data")) as browser_site:
        yield browser_site


@pytest.fixture
def browser_site(module_browser_site: BrowserSite) -> BrowserSite:
    """The same with a club that only this test knows."""
    return module_browser_site.fresh()
