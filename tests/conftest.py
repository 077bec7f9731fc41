"""What all tests share: no display, and a real membership service over loopback."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import gc
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.garbage import collect_due
from tests.demo_club import RunningService, make_demo_club, start_service, stop_service
from tests.generated import SOAK, choose_examples, mark_generated
from tests.made_once import made_once
from tests.patient import PatientBot
from tests.temporary import folder_in_memory

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT.parent / "shared" / "scan-samples"


def pytest_configure(config: pytest.Config) -> None:
    """Generate the same examples in each run, and more and others in each ``make soak``.

    Files are kept in memory, where there is enough of it. Garbage of short tests is small, and is
    collected more seldom than by default.
    """
    if (folder := folder_in_memory(os.environ)) is not None:
        # For this process, and for those that it starts.
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    choose_examples(soak=config.option.markexpr == SOAK)
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(tryfirst=True)  # before marked tests are chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let a soak also run what generates its examples."""
    if config.option.markexpr == SOAK:
        mark_generated(items)


def pytest_collection_finish() -> None:
    """Leave out of later collections of garbage what stays to the end: modules and tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's bot, whose waits take longer before they fail."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def _garbage_of_this_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """From the first window on, free Qt objects in this thread only, as the kiosk does."""
    if "qapp" in request.fixturenames:
        gc.disable()
    yield
    if not gc.isenabled():
        collect_due()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of one run of the tests share."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture(scope="session")
def demo_club(run_folder: Path) -> Path:
    """Data folder of the demo club, made once in a run; nothing may be changed in it."""
    return made_once(run_folder, "demo-club", make_demo_club)


@pytest.fixture
def demo_data(demo_club: Path, tmp_path: Path) -> Path:
    """A data folder with the demo club that only this test uses."""
    return Path(shutil.copytree(demo_club, tmp_path / "demo-data"))


@pytest.fixture(scope="session")
def demo_service(
    demo_club: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningService]:
    """One service of the demo club for all tests that only scan and search."""
    folder = tmp_path_factory.mktemp("service") / "data"
    service = start_service(Path(shutil.copytree(demo_club, folder)))
    yield service
    stop_service(service)
