"""Whatever the network does, what staff do happens once, to the person on screen, or not at all.

Real window, keys and mouse; a proxy between kiosk and service delays, drops and repeats answers.
An act is run with each disturbance here, and all of them in the soak.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from api_client.management import ManagementClient
from kiosk.app import ServiceAddress
from kiosk.staff.pages.form import Form
from tests.demo_club import RunningService, start_service, stop_service
from tests.windows import no_other_windows

from .acts import ACTS, Act, Somebody
from .desk import Desk, desk
from .films import cards
from .hands import Hands
from .proxy import Fault, Proxy, proxy
from .test_management import PASSWORD, AtWork, Printer

SEED = 11


@dataclass
class Stage:
    """A desk behind a proxy, with somebody signed in."""

    at: Desk
    hands: Hands
    net: Proxy
    service: RunningService
    client: ManagementClient

    def open_form(self, act: Act, who: Somebody) -> Form:
        """Open the form of an act for somebody, and fill it in."""
        management = self.at.kiosk.management
        management.open(act.place(who))
        management.bring_up()
        self.at.wait_until(lambda: management.panel.page is management.pages.view(act.place(who)))
        self.at.wait_until(lambda: management.panel.page is not management.panel.waiting)
        act.press(self.hands, who)
        form = self.hands.fill(**act.fill(who))
        if act.names_person:
            assert who.name in form.about, f"{act.name}: the form is about {form.about!r}"
            assert who.number in form.about
        return form

    def fail_next(self, fault: Fault) -> None:
        """Let a fault happen to the next change."""
        nothing = ("/v1/scans", "/v1/sales/preview")
        self.net.fail_next(
            fault,
            lambda method, path: method != "GET" and not any(each in path for each in nothing),
        )

    def wait_for_end(self) -> None:
        """Wait until the form is closed."""
        self.at.wait_until(lambda: not self.at.kiosk.management.changes.asking)

    def wait_for_failure(self, form: Form) -> None:
        """Wait until the form says why it was not carried out."""
        self.at.wait_until(lambda: not form.sending and bool(form.failure.text()))


Disturbance = Callable[[Stage, Act, Somebody, Form], None]


def answer_late(stage: Stage, act: Act, who: Somebody, form: Form) -> None:
    stage.fail_next(Fault.LATE)
    stage.hands.send(form)
    stage.at.wait_until(stage.net.held.is_set)
    assert form.sending
    assert form.submit.text() == "Sending …"
    stage.net.let_go()


def answer_lost(stage: Stage, act: Act, who: Somebody, form: Form) -> None:
    stage.fail_next(Fault.ANSWER_LOST)
    stage.hands.send(form)
    stage.wait_for_failure(form)
    assert "It is not known whether it was carried out." in form.failure.text()
    stage.hands.send(form)


def request_lost(stage: Stage, act: Act, who: Somebody, form: Form) -> None:
    stage.fail_next(Fault.REQUEST_LOST)
    stage.hands.send(form)
    stage.wait_for_failure(form)
    assert act.count(who) == 0
    stage.hands.send(form)


def request_repeated(stage: Stage, act: Act, who: Somebody, form: Form) -> None:
    stage.fail_next(Fault.TWICE)
    stage.hands.send(form)


def pressed_twice(stage: Stage, act: Act, who: Somebody, form: Form) -> None:
    stage.hands.send(form)
    form.submit.click()
    stage.hands.press(Qt.Key.Key_Return)


def scan_in_between(stage: Stage, act: Act, who: Somebody, form: Form) -> None:
    """Another member's card is read while the answer waits: their verdict stays on screen."""
    stage.fail_next(Fault.LATE)
    stage.hands.send(form)
    stage.at.wait_until(stage.net.held.is_set)
    shown = len(stage.at.shown)
    stage.hands.scan(stage.service.deck()["Viktor Petrov"])
    stage.at.wait_for(shown + 1)
    assert stage.at.window.showing_verdict
    stage.net.let_go()
    stage.wait_for_end()
    assert stage.at.window.showing_verdict, f"{act.name}: the answer took the verdict away"
    person = stage.at.shown[-1].verdict.person
    assert person is not None
    assert person.name == "Viktor Petrov"
    stage.hands.press(Qt.Key.Key_Escape)
    assert stage.at.window.managing, "the page is there again"


def escape_in_between(stage: Stage, act: Act, who: Somebody, form: Form) -> None:
    stage.fail_next(Fault.LATE)
    stage.hands.send(form)
    stage.at.wait_until(stage.net.held.is_set)
    stage.hands.press(Qt.Key.Key_Escape)
    assert stage.at.kiosk.management.changes.form is form
    assert form.failure.text() == "It was sent already. This closes when the answer is here."
    stage.net.let_go()


def service_restarted(stage: Stage, act: Act, who: Somebody, form: Form) -> None:
    """The answer is lost with the service, which comes back at another address."""
    stage.fail_next(Fault.ANSWER_LOST)
    stage.hands.send(form)
    stage.wait_for_failure(form)
    stop_service(stage.service)
    again = start_service(stage.service.data_dir)
    stage.service = again
    stage.client.base_url = again.url
    stage.net.target = again.url
    stage.at.kiosk.connect_to.emit(stage.net.url.replace("127.0.0.1", "127.1"), again.key)
    stage.hands.send(form)


def closed_and_opened_again(stage: Stage, act: Act, who: Somebody, form: Form) -> None:
    """The form is cancelled after its answer was lost, and the same thing is asked for again."""
    stage.fail_next(Fault.ANSWER_LOST)
    stage.hands.send(form)
    stage.wait_for_failure(form)
    stage.hands.click(form.cancel)
    assert not stage.at.kiosk.management.changes.asking
    act.press(stage.hands, who)
    again = stage.hands.form()
    assert "It is not known whether it was carried out." in again.failure.text()
    stage.hands.send(again)


DISTURBANCES: tuple[Disturbance, ...] = (
    answer_late,
    answer_lost,
    request_lost,
    request_repeated,
    pressed_twice,
    scan_in_between,
    escape_in_between,
    service_restarted,
    closed_and_opened_again,
)


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path, demo_data: Path) -> Iterator[Stage]:
    service = start_service(demo_data)
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with proxy(service.url) as net:
        address = ServiceAddress(net.url, service.key)
        with desk(qtbot, film, address, disk=Printer(), hand_scanner_pause_s=0.001) as at:
            at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
            with qtbot.waitActive(at.window):
                at.window.activateWindow()
            work = AtWork(at)
            work.make_first_account()
            with_key = ManagementClient(service.url, service.key)
            token = with_key.sign_in("lakeside-club", "greta@club.example", PASSWORD).token
            with_key.close()
            client = ManagementClient(service.url, token)
            made = Stage(at, Hands(at), net, service, client)
            try:
                with no_other_windows():
                    yield made
            finally:
                net.let_go()
                client.close()
                stop_service(made.service)


def run(stage: Stage, disturb: Disturbance, acts: tuple[Act, ...]) -> None:
    for act in acts:
        who, other = Somebody(stage.client), Somebody(stage.client)
        for each in (who, other):
            act.prepare(each)
        form = stage.open_form(act, who)
        disturb(stage, act, who, form)
        stage.wait_for_end()
        case = f"{act.name}, {disturb.__name__}"
        assert act.count(who) == 1, f"{case}: done {act.count(who)} times"
        assert act.count(other) == 0, f"{case}: done to somebody else"


def test_it_happens_once_and_to_who_was_on_screen(stage: Stage) -> None:
    """One act for each disturbance, one after the other at the same desk."""
    for disturb in DISTURBANCES:
        run(stage, disturb, (random.Random(f"{SEED}-{disturb.__name__}").choice(ACTS),))


@pytest.mark.soak
@pytest.mark.parametrize("disturb", DISTURBANCES, ids=lambda each: each.__name__)
def test_every_act_with_every_disturbance(stage: Stage, disturb: Disturbance) -> None:
    run(stage, disturb, ACTS)
