"""A browser for the pages of the public."""

from collections.abc import Iterator

import pytest

from tests.membership.browsing import Browser, open_browser


@pytest.fixture(scope="package")
def shared_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser as most people have it, shared by all tests of pages: to start one costs as much as
    a whole test. Whoever uses it lets it start over.
    """
    with open_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser
