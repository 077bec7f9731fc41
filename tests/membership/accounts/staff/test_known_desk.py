"""A desk is known again after a restart: whoever shares its address cannot lock its staff out."""

from pathlib import Path

import pytest

from kiosk.desk_token import DeskTokenStore
from kiosk.failures import Failure
from kiosk.staff.worker import Credentials, StaffWorker
from tests.membership.accounts.staff.people import PASSWORD, anonymous
from tests.membership.support import Service

EMAIL = "greta@club.example"
NAT = {"X-Forwarded-For": "127.0.0.1"}
"""The address that the desk has, too."""


def signs_in(service: Service, store: DeskTokenStore, *, name: str = "") -> bool:
    """Whether staff sign in at a desk that has just started."""
    worker, failures = StaffWorker(store), list[Failure]()
    worker.sign_in_failed.connect(lambda _typed, failure: failures.append(failure))
    worker.connect_to(service.url, service.key)
    worker.sign_in(Credentials(1, service.tenant.slug, EMAIL, PASSWORD, name))
    worker.close()
    return not failures


def guess(service: Service) -> None:
    """Somebody at the same address tries passwords until that address has to wait."""
    for number in range(30):
        body = {"organization": service.tenant.slug, "email": f"n{number}@club.example"}
        body["password"] = "guess"
        assert anonymous(service, "POST", "/v1/staff/sessions", body, NAT).status_code == 401


@pytest.mark.parametrize("known_by", ["first account", "sign-in"])
def test_neighbours_do_not_lock_out_a_desk_that_was_restarted(
    service: Service, tmp_path: Path, known_by: str
) -> None:
    assert signs_in(service, DeskTokenStore(tmp_path, service.url), name="Greta")
    if known_by == "sign-in":
        (tmp_path / "desk-token.json").unlink()
        assert signs_in(service, DeskTokenStore(tmp_path, service.url))
    guess(service)
    assert not signs_in(service, DeskTokenStore(None, service.url))
    assert signs_in(service, DeskTokenStore(tmp_path, service.url))
