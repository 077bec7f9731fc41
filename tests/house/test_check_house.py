"""The rules of the house fire, and only where they are meant to."""

import pytest

from tools.check_house import MIGRATIONS, MOST_LINES, OWN_CLASSES, WRITING_MODULE, main, violations

TESTS = {"tests/membership/billing/desk/test_desk.py": '"""Tests."""\n'}


def places(sources: dict[str, str]) -> list[tuple[str, int]]:
    """Where rules are broken: paths and lines."""
    found = violations(sources)
    assert all(str(each).startswith(each.path) and each.message in str(each) for each in found)
    return [(each.path, each.line) for each in found]


@pytest.mark.parametrize(
    ("path", "code", "lines"),
    [
        ("membership/jobs.py", "with db.writers.begin() as session:\n    pass", [1]),
        ("membership/jobs.py", "x = 1\nsession = self._work.database.writers()", [2]),
        ("membership/jobs.py", "(db.writers if writes else db.readers).begin()", [1]),
        ("membership/jobs.py", "make = db.writers\nmake.begin()", [1]),
        ("membership/jobs.py", "let_go(db.writers)", [1]),
        ("bench/club.py", "db.writers.begin()", [1]),
        ("main.py", "db.writers.begin()\ndb.writers.begin()", [1, 2]),
        ("membership/jobs.py", "with db.writing(SERVICE, clock) as (session, now):\n    pass", []),
        ("membership/jobs.py", "audit_changes(db.writers)", []),
        ("membership/jobs.py", "db.readers.begin()\nself._writers.waiting", []),
        ("membership/jobs.py", '"""Never call ``db.writers.begin()``."""', []),
        (WRITING_MODULE, "self.writers()", []),
        ("tests/membership/rows.py", "db.writers.begin()", []),
    ],
)
def test_a_writing_transaction_has_an_actor(path: str, code: str, lines: list[int]) -> None:
    assert places({path: code}) == [(path, line) for line in lines]


@pytest.mark.parametrize(
    ("path", "lines", "is_too_long"),
    [
        ("kiosk/app.py", MOST_LINES, False),
        ("kiosk/app.py", MOST_LINES + 1, True),
        ("tests/kiosk/test_app.py", MOST_LINES + 1, True),
        ("resources/web/me/app.js", MOST_LINES + 1, True),
        ("resources/web/me/vendor/qrcode.mjs", MOST_LINES + 1, False),
        ("requirements.txt", MOST_LINES + 1, False),
    ],
)
def test_files_are_short(path: str, lines: int, is_too_long: bool) -> None:
    assert places({path: "#\n" * lines}) == ([(path, 0)] if is_too_long else [])


@pytest.mark.parametrize(
    ("paths", "untested"),
    [
        (["membership/billing/desk/service.py"], ["membership/billing/desk"]),
        (["membership/billing/desk/a/deep.py"], ["membership/billing/desk"]),
        (
            ["membership/billing/desk/service.py", "tests/membership/billing/desk/club.py"],
            ["membership/billing/desk"],
        ),
        (
            ["membership/billing/desk/service.py", "tests/membership/billing/test_desk.py"],
            ["membership/billing/desk"],
        ),
        (["membership/billing/desk/service.py", *TESTS], []),
        (
            [
                "membership/billing/desk/service.py",
                "tests/membership/billing/desk/deep/test_deep.py",
            ],
            [],
        ),
        (["membership/billing/views.py", "membership/serve.py", "kiosk/a/b/c.py"], []),
        (["membership/store/models/people.py"], []),
    ],
)
def test_every_feature_has_its_tests(paths: list[str], untested: list[str]) -> None:
    assert places(dict.fromkeys(paths, "")) == [(path, 0) for path in untested]


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        (["__init__.py", "0001_initial.py", "0002_cards.py", "0003_plans.py"], []),
        (["0001_initial.py", "0002_cards.py", "0002_plans.py"], ["0002_plans.py"]),
        (["0001_initial.py", "0003_plans.py"], ["0003_plans.py"]),
    ],
)
def test_migrations_follow_each_other(names: list[str], wrong: list[str]) -> None:
    sources = {f"{MIGRATIONS}/{name}": "" for name in names}
    # The folder is no feature of its own.
    assert places(sources) == [(f"{MIGRATIONS}/{name}", 0) for name in wrong]


@pytest.mark.parametrize(
    ("path", "code", "lines"),
    [
        ("kiosk/views/chips.py", "label = QLabel()", [1]),
        ("kiosk/views/chips.py", "x = 1\nadd(QtWidgets.QLabel('Hello'))", [2]),
        ("kiosk/views/chips.py", "class Chip(QLabel):\n    pass", [1]),
        ("kiosk/views/chips.py", "label = PlainLabel()\nfound: QLabel = label", []),
        (OWN_CLASSES["QLabel"], "class PlainLabel(QLabel):\n    pass", []),
        ("kiosk/staff/pages/card.py", "choice = QComboBox()", [1]),
        ("kiosk/staff/pages/card.py", "day = QDateEdit()", [1]),
        ("kiosk/views/chips.py", "self.setToolTip(name)", [1]),
        ("tests/kiosk/test_views.py", "QLabel()", []),
    ],
)
def test_labels_of_the_kiosk(path: str, code: str, lines: list[int]) -> None:
    assert places({path: code}) == [(path, line) for line in lines]


@pytest.mark.parametrize(("code", "status"), [("db.writers.begin()", 1), ("db.readers", 0)])
def test_a_broken_rule_fails_the_check(
    code: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(lambda: {"membership/jobs.py": code}) == status
    told = capsys.readouterr().out
    assert ("membership/jobs.py:1: " in told) == (status == 1)
    assert told.endswith(f"rules of the house checked in 1 files, {status} broken\n")
