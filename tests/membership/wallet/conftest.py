"""The push service and a club with a certificate that it takes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from membership.store.background import Work
from membership.wallet.apple.push import ApplePusher
from passes.apple.development import DevelopmentAuthority, ec_key
from passes.apple.identity import Identity
from tests.fakes.apns import FakeApns, fake_apns
from tests.membership.support import Service
from tests.membership.wallet.clubs import PASS_TYPE, Club, forget_former_clubs, set_identity
from tests.membership.wallet.factories import vault_of


@pytest.fixture(scope="session")
def authority() -> DevelopmentAuthority:
    """Who issues certificates that the push service takes."""
    return DevelopmentAuthority()


@pytest.fixture(scope="session")
def identity(authority: DevelopmentAuthority) -> Identity:
    """The certificate of the club."""
    return authority.issue(PASS_TYPE, "TEAM123456", new_key=ec_key)


@pytest.fixture
def apns(authority: DevelopmentAuthority, tmp_path: Path) -> Iterator[FakeApns]:
    """The push service."""
    with fake_apns(tmp_path, authority.root) as running:
        yield running


@pytest.fixture
def club(service: Service, apns: FakeApns, identity: Identity) -> Iterator[Club]:
    """A club that pushes."""
    vault = vault_of(service)
    forget_former_clubs(service)
    set_identity(service, vault, identity)
    settings = service.settings.model_copy(
        update={"apns_url": apns.url, "apns_ca_file": apns.ca_file}
    )
    work = Work(settings, service.database, vault, service.clock)
    pusher = ApplePusher(jitter=lambda: 0.0)
    yield Club(service, apns, work, pusher)
    pusher.close()
