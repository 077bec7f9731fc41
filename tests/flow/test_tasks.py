"""The tasks of the desk, each done by mouse, by keys and by the tree of a screen reader, counted.

``docs/tasks.md`` shows what was counted; ``python -m tools.tasks`` writes it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from api_client.management import ManagementClient
from kiosk.app import ServiceAddress
from tests.demo_club import RunningService, start_service, stop_service
from tools.tasks import PAGE, lines_of

from .desk import desk
from .films import cards
from .tasks import TASKS, WAYS, Scene
from .test_management import AtWork, Printer

SMALL = (1024, 768)
"""Pixels of the smallest window that is supported."""


@pytest.fixture
def mailing(demo_data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningService]:
    """A service of the demo club whose mails have links, and are files."""
    monkeypatch.setenv("WALLETDESK_PUBLIC_URL", "https://members.club.example")
    running = start_service(demo_data)
    yield running
    stop_service(running)


# Choices open a popup, which a platform without a screen cannot raise.
@pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)", extend=True)
def test_each_task_by_mouse_by_keys_and_by_screen_reader(
    qtbot: QtBot,
    tmp_path: Path,
    mailing: RunningService,
    record_property: Callable[[str, object], None],
) -> None:
    film, printer = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1), Printer()
    address = ServiceAddress(mailing.url, mailing.key)
    counted: dict[str, list[int]] = {}
    with desk(qtbot, film, address, disk=printer) as at:
        at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
        at.window.resize(*SMALL)
        QAccessible.setActive(True)
        work = AtWork(at)
        work.make_first_account()
        client = ManagementClient(mailing.url, work.management.session.token)
        for make in WAYS:
            for task in TASKS:
                way = make(at)
                with qtbot.waitActive(at.window):
                    at.window.activateWindow()
                scene = Scene(at, client, printer, mailing.data_dir / "mail")
                task.begin(scene)
                task.work(way, scene)
                at.wait_until(lambda task=task, scene=scene: task.done(scene))
                at.wait_until(lambda: not work.management.changes.asking)
                counted.setdefault(task.name, []).append(way.actions)
        client.close()
    shown = lines_of([(task.name, task.starts, task.most, counted[task.name]) for task in TASKS])
    for line in shown:
        record_property("line", line)
    print("\n".join(shown))  # noqa: T201 - the table is what the test is for
    for task in TASKS:
        assert max(counted[task.name]) <= task.most, task.name
    written = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in shown if line not in written] == [], "run python -m tools.tasks"
