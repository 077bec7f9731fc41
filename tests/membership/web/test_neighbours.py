"""A neighbour that hangs is nobody else's trouble: 100 callers, and the desk goes on.

The neighbour is a real socket that takes connections and says nothing. What is shown by the order
of things, not by a clock: scans and sign-ins are answered while the callers still wait.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from membership.events.mail.delivery import MailJob
from membership.events.mail.outbox import Mail, queue_mail
from membership.events.webhooks.delivery import deliver
from membership.store.background import Background, Job, Work
from membership.wallet.apple.push import ApplePusher
from membership.web.outbound import Neighbour
from passes.apple.development import DevelopmentAuthority, ec_key
from tests.fakes.google_wallet import google_wallet
from tests.membership.accounts.staff.people import add, try_sign_in
from tests.membership.conftest import SQLITE, Databases
from tests.membership.mute import Mute, mute_neighbour
from tests.membership.portal.card_page.test_page import signed
from tests.membership.support import TIMEOUT, Service, arranging, running_service
from tests.membership.wallet.apple.phones import new_card, phone_with
from tests.membership.wallet.clubs import PASS_TYPE, set_identity, token
from tests.membership.wallet.factories import new_design, vault_of, wallet_card
from tests.membership.wallet.google.google_club import give_account

CALLERS, ITEMS = 100, 20
LONG = 60
"""Seconds that a neighbour is waited for: more than a test takes."""

STRIPE = {"secret_key": "sk_test_" + "a" * 24, "webhook_secret": "whsec_" + "b" * 24}


@dataclass
class Crowd:
    """Callers that ask at once, each in a thread; ``answers`` are those that came so far."""

    ask: Callable[[], requests.Response]
    answers: list[requests.Response] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self, callers: int = CALLERS) -> None:
        """Send all requests."""
        for _ in range(callers):
            thread = threading.Thread(target=lambda: self.answers.append(self.ask()))
            thread.start()
            self.threads.append(thread)

    def wait_for(self, count: int) -> None:
        """Wait until so many answers have come."""
        for _ in range(TIMEOUT * 100):
            if len(self.answers) >= count:
                return
            threading.Event().wait(0.01)
        raise AssertionError(f"{len(self.answers)} answers, not {count}")

    def join(self) -> None:
        """Wait for all answers."""
        for thread in self.threads:
            thread.join()


@pytest.fixture(scope="module")
def mute() -> Iterator[Mute]:
    with mute_neighbour() as mute:
        yield mute


@pytest.fixture(scope="module")
def running(
    databases: Databases, mute: Mute, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service all of whose neighbours hang."""
    settings = databases.new(
        SQLITE,
        tmp_path_factory.mktemp("data"),
        public_url="https://wallet.club.example",
        google_wallet_url=f"http://{mute.place}",
        stripe_url=f"http://{mute.place}",
        apns_url=f"https://{mute.place}",
        smtp_host="127.0.0.1",
        smtp_port=mute.port,
        smtp_tls="none",
        webhook_allowed_private="127.0.0.0/8",
        webhook_timeout_seconds=LONG,
        outbound_timeout_seconds=LONG,
        trusted_proxies="127.0.0.1",
    )
    with running_service(settings) as service:
        yield service


def get(url: str, **options: Any) -> requests.Response:
    return requests.get(url, allow_redirects=False, timeout=2 * LONG, **options)


def google(service: Service) -> Callable[[], requests.Response]:
    """Somebody presses "Add to Google Wallet"."""
    with google_wallet() as wallet:
        # The token server hangs as well.
        hanging = {"token_uri": service.settings.google_wallet_url + "/token"}
        give_account(service, wallet, **hanging)
    card = wallet_card(service, service.customer("Amara"), new_design(service))
    button = signed(service, card).replace("?", "/google?")
    return lambda: get(f"{service.url}{button}&lang=en")


def stripe(service: Service) -> Callable[[], requests.Response]:
    """A manager sets up payments, for which Stripe is asked."""
    headers = {"Authorization": f"Bearer {service.key}"}
    url = f"{service.url}/v1/billing/stripe"
    return lambda: requests.put(url, json=STRIPE, headers=headers, timeout=2 * LONG)


def webhook(service: Service) -> Callable[[], requests.Response]:
    """A manager tries a webhook."""
    url = service.settings.google_wallet_url + "/hook"
    made = service.post("/v1/webhooks", {"url": url, "types": ["plan.created"]})
    headers = {"Authorization": f"Bearer {service.key}"}
    test = f"{service.url}/v1/webhooks/{made['id']}/test"
    return lambda: requests.post(test, headers=headers, timeout=2 * LONG)


def desk_goes_on(service: Service, email: str) -> None:
    """Scans, sign-ins and other requests are answered."""
    customer = service.customer("Ben")
    for _ in range(2):
        assert service.scan(customer)["customer"]["id"] == customer
        assert try_sign_in(service, email).status_code == 201
        assert service.get(f"/v1/customers/{customer}")["customer"]["id"] == customer


@pytest.mark.parametrize(
    ("neighbour", "caller", "refused"),
    [
        (Neighbour.GOOGLE, google, "cannot be reached at the moment"),
        (Neighbour.STRIPE, stripe, "payment_provider_unavailable"),
        (Neighbour.WEBHOOKS, webhook, "tests_busy"),
    ],
    ids=["google", "stripe", "webhooks"],
)
def test_a_hundred_callers_of_a_neighbour_that_hangs(
    running: Service,
    mute: Mute,
    neighbour: Neighbour,
    caller: Callable[[Service], Callable[[], requests.Response]],
    refused: str,
) -> None:
    service, other = running.fresh(), running.fresh()
    email = add(service)["email"]
    crowd, one_of_another_club = Crowd(caller(service)), Crowd(caller(other))
    calls, before = neighbour.calls_of_one, mute.hang()
    crowd.start()
    try:
        mute.wait_for(before + calls)
        # Callers without a place got an error, and nobody else is waiting.
        crowd.wait_for(CALLERS - calls)
        if caller is not google:  # its client gives up after ten seconds without an answer
            assert len(crowd.answers) == CALLERS - calls
            assert len(mute.held) == before + calls
        for answer in crowd.answers:
            assert refused in answer.text
            if answer.headers["Content-Type"].startswith("application/"):
                assert answer.status_code == 503
                assert int(answer.headers["Retry-After"]) > 0
        desk_goes_on(service, email)
        # Nor does one club take the places of another.
        held = len(mute.held)
        one_of_another_club.start(1)
        mute.wait_for(held + 1)
    finally:
        mute.hang_up()
        crowd.join()
        one_of_another_club.join()
    # The places are free again.
    before, again = mute.hang(), Crowd(crowd.ask)
    again.start(calls)
    try:
        mute.wait_for(before + calls)
    finally:
        mute.hang_up()
        again.join()


def test_one_deadline_is_over_the_whole_call(
    databases: Databases, mute: Mute, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = databases.new(
        SQLITE,
        tmp_path_factory.mktemp("data"),
        stripe_url=f"http://{mute.place}",
        outbound_timeout_seconds=0.2,
    )
    mute.hang()
    with running_service(settings) as service:
        answer = stripe(service)()
        assert (answer.status_code, answer.json()["code"]) == (503, "payment_provider_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
    mute.hang_up()


def mails(service: Service) -> Job:
    """Mails wait for the mail server."""
    with arranging(service.database) as session:
        for number in range(ITEMS):
            mail = Mail("ada@example.com", f"Card {number}", "text\n")
            queue_mail(session, vault_of(service), service.tenant.id, mail, now=service.clock())
    return Job("mail", MailJob().run, 0.01)


def deliveries(service: Service) -> Job:
    """Events wait for the receiver of a webhook."""
    url = service.settings.google_wallet_url + "/hook"
    service.post("/v1/webhooks", {"url": url, "types": ["plan.created"]})
    for number in range(ITEMS):
        service.plan(f"Plan {number}")
    return Job("webhooks-1", deliver, 0.01)


def pushes(service: Service) -> Job:
    """Phones are to be pushed by Apple's service."""
    identity = DevelopmentAuthority().issue(PASS_TYPE, "TEAM123456", new_key=ec_key)
    set_identity(service, vault_of(service), identity)
    card = new_card(service)
    for number in range(ITEMS):
        assert phone_with(service, card, f"device-{number}").register(token(number)) == 201
    service.clock.advance(seconds=10)
    return Job("apple-push", ApplePusher().run, 0.01)


@pytest.mark.parametrize("queued", [mails, deliveries, pushes])
def test_a_job_whose_neighbour_hangs(
    running: Service, mute: Mute, queued: Callable[[Service], Job]
) -> None:
    service = running.fresh()
    email = add(service)["email"]
    work = Work(service.settings, service.database, vault_of(service), service.clock)
    before = mute.hang()
    background = Background(work, [queued(service)])
    background.start()
    try:
        mute.wait_for(before + 1)
        desk_goes_on(service, email)
        assert len(mute.held) == before + 1
    finally:
        work.stopping.set()
        mute.hang_up()
        background.stop(TIMEOUT)
