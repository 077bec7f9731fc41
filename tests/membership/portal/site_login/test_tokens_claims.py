"""What tokens of sites must say: times, club, address or number, and an id that is new."""

import threading
from io import StringIO
from typing import Any

from sqlalchemy import func, select

from membership.portal.site_login.purge import TOKEN_PURGE_JOB
from membership.store.background import Work
from membership.store.models import EmbedToken
from tests.membership.portal.site_login.sites import known, new_site, reason, show
from tests.membership.support import Service
from tests.membership.wallet.factories import vault_of


def test_a_token_may_name_a_customers_number(service: Service, log: StringIO) -> None:
    site = known(service, new_site())
    customer = service.customer()
    number = service.get(f"/v1/customers/{customer}")["customer"]["number"]
    bare = int(number.removeprefix("C-"))
    for told in (number, bare, str(bare)):
        answer = show(service, site.token(service, email=None, number=told))
        assert (answer.status_code, answer.json()["customer"]["id"]) == (201, customer)
    for wrong in ("", "x", -1, 1.5, True, "1" * 13, [1], "١"):
        assert reason(service, log, site.token(service, number=wrong)) == "number_wrong"
    assert reason(service, log, site.token(service, number=bare + 1)) == "number_unknown"


def test_a_merged_customer_is_found_by_the_former_number(service: Service) -> None:
    site = known(service, new_site())
    stays, goes = service.customer(), service.customer("Amara B.")
    number = service.get(f"/v1/customers/{goes}")["customer"]["number"]
    service.post(f"/v1/customers/{stays}/merge", {"other_id": goes}, status=200)
    answer = show(service, site.token(service, number=number))
    assert (answer.status_code, answer.json()["customer"]["id"]) == (201, stays)


def test_times(service: Service, log: StringIO) -> None:
    site = known(service, new_site())
    now = int(service.clock().timestamp())

    def why(**changes: Any) -> str:
        return reason(service, log, site.token(service, **changes))

    def good(**changes: Any) -> bool:
        return show(service, site.token(service, **changes)).status_code == 200

    assert why(iat=now - 70, exp=now - 10) == "expired"
    assert good(iat=now - 69, exp=now - 9)
    assert why(iat=now + 11, exp=now + 60) == "not_yet_valid"
    assert good(iat=now + 10, exp=now + 60)
    assert why(nbf=now + 11) == "not_yet_valid"
    assert good(iat=now, exp=now + 300)
    assert why(iat=now, exp=now + 301) == "lasts_too_long"
    assert why(iat=now, exp=now) == "lasts_too_long"
    assert why(exp=None) == why(iat=None) == "claim_missing"
    for wrong in (True, str(now), [now], 1e300, -1, float("nan"), float("inf"), 10**400):
        assert why(iat=wrong) == "time_wrong"


def test_a_token_is_for_one_club(service: Service, log: StringIO) -> None:
    site = known(service, new_site())
    slug = service.tenant.slug
    for wrong in ("walletdesk:join:other", slug, [f"walletdesk:join:{slug}", "other"], 5):
        assert reason(service, log, site.token(service, aud=wrong)) == "audience_wrong"
    for none in (None, ""):
        assert reason(service, log, site.token(service, aud=none)) == "claim_missing"
    other = service.fresh()
    their_site = known(other, new_site("their"))
    assert reason(other, log, site.token(service)) == "kid_unknown"
    assert reason(service, log, their_site.token(service)) == "kid_unknown"
    # The same site may work for both clubs; what it says to one is not for the other.
    known(other, site)
    assert reason(other, log, site.token(service)) == "audience_wrong"


def test_addresses_must_be_some_and_not_unverified(service: Service, log: StringIO) -> None:
    site = known(service, new_site())
    for wrong in (False, "false", "true", 0, 1):
        token = site.token(service, email_verified=wrong)
        assert reason(service, log, token) == "email_not_verified"
        token = site.token(service, email_verified=wrong, number=1)
        assert reason(service, log, token) == "email_not_verified"
    for wrong_address in ("", "amara", 5, ["amara@example.com"], "a@b@c", "x" * 250 + "@b.de"):
        assert reason(service, log, site.token(service, email=wrong_address)) == "email_wrong"
    assert reason(service, log, site.token(service, email=None)) == "email_wrong"
    assert reason(service, log, site.token(service, email_verified=None)) == "email_not_verified"


def test_ids_are_needed_and_good_once(service: Service, log: StringIO) -> None:
    site = known(service, new_site())
    assert reason(service, log, site.token(service, jti=None)) == "claim_missing"
    for wrong in ("", 5, ["x"], "j" * 201):
        assert reason(service, log, site.token(service, jti=wrong)) == "id_wrong"
    token = site.token(service, jti="j" * 200)
    assert show(service, token).status_code == 200
    service.clock.advance(minutes=1)
    assert reason(service, log, token) == "used_before"
    same_id = site.token(service, jti="j" * 200, email="ben@example.com")
    assert reason(service, log, same_id) == "used_before"
    # Two sites do not know each other's ids, nor do two clubs.
    second = known(service, new_site("site-2"))
    assert show(service, second.token(service, jti="j" * 200)).status_code == 200
    other = service.fresh()
    known(other, site)
    assert show(other, site.token(other, jti="j" * 200)).status_code == 200


def test_a_token_that_was_refused_is_not_used_up(service: Service, log: StringIO) -> None:
    site = known(service, new_site())
    token = site.token(service, email=None, number=1)
    assert reason(service, log, token) == "number_unknown"
    customer = service.customer()
    answer = show(service, token)
    assert (answer.status_code, answer.json()["customer"]["id"]) == (201, customer)


def test_several_at_once_get_one_session(service: Service) -> None:
    site = known(service, new_site())
    service.customer(email="amara@example.com")
    token, together, answers = site.token(service), threading.Barrier(4), []

    def get_in() -> None:
        together.wait(10)
        answers.append(show(service, token))

    visitors = [threading.Thread(target=get_in) for _ in range(4)]
    for each in visitors:
        each.start()
    for each in visitors:
        each.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1


def test_ids_are_forgotten_when_their_tokens_are_over(service: Service, log: StringIO) -> None:
    site = known(service, new_site())
    now = int(service.clock().timestamp())
    token = site.token(service, iat=now, exp=now + 300)
    assert show(service, token).status_code == 200

    def kept() -> int:
        work = Work(service.settings, service.database, vault_of(service), service.clock)
        assert TOKEN_PURGE_JOB.run(work) is False
        with service.database.readers.begin() as session:
            ours = select(func.count()).where(EmbedToken.organization_id == service.tenant.id)
            return session.scalar(ours) or 0

    service.clock.advance(seconds=309)
    assert reason(service, log, token) == "used_before"
    assert kept() == 1
    service.clock.advance(seconds=1)
    assert reason(service, log, token) == "expired"
    service.clock.advance(minutes=10)
    assert kept() == 0
