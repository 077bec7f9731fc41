"""The staff commands, on a real database; one of them as a real process."""

from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

import main
from api_client.messages.management import ActorKind
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.commands.staff import app
from membership.data.demo.bootstrap import bootstrap_database
from membership.store.database import Database, open_database
from membership.store.models import AuditEntry, OutgoingMail, StaffAccount, StaffFactor
from membership.web.passwords import Passwords
from tests.forkserver import run as run_process
from tests.membership.conftest import SQLITE, Databases

FIRST, SECOND = "four quiet herons", "five loud magpies"


@pytest.fixture
def club(databases: Databases, tmp_path: Path) -> Database:
    """An empty club in the folder ``tmp_path``, as a first start leaves it."""
    settings = databases.new(SQLITE, tmp_path)
    database = open_database(settings)
    bootstrap_database(settings, database, system_clock(), demo=False)
    database.engine.dispose()
    return open_database(ServiceSettings(data_dir=tmp_path))


def staff(folder: Path, *arguments: str, password: str | None = None) -> Result:
    """Run one command, its password on standard input."""
    given = "" if password is None else password + "\n"
    return CliRunner().invoke(app, [*arguments, "--data-dir", str(folder)], input=given)


def accounts(database: Database) -> list[StaffAccount]:
    """The accounts, oldest first."""
    with database.readers.begin() as session:
        return list(session.scalars(select(StaffAccount).order_by(StaffAccount.created_at)))


def test_add_list_reset_and_disable(club: Database, tmp_path: Path) -> None:
    added = staff(tmp_path, "add", "Ada", "ada@example.com", "--role", "admin", password=FIRST)
    assert (added.exit_code, added.stdout, added.stderr) == (0, "", "")
    assert staff(tmp_path, "add", "Bo", "bo@example.com", "--invite").exit_code == 0
    listed = staff(tmp_path, "list")
    assert listed.stdout.splitlines() == [
        "ada@example.com\tadmin\tactive\tAda",
        "bo@example.com\treception\tinvited\tBo",
    ]
    reset = staff(tmp_path, "reset-password", "ADA@example.com", password=SECOND)
    assert reset.exit_code == 0, reset.stderr
    assert Passwords().verify(accounts(club)[0].password_hash, SECOND)
    assert staff(tmp_path, "disable", "bo@example.com").exit_code == 0
    assert accounts(club)[1].disabled_at is not None
    with club.readers.begin() as session:
        mails = session.scalars(select(OutgoingMail).order_by(OutgoingMail.recipient)).all()
        entries = session.scalars(select(AuditEntry)).all()
    assert [mail.recipient for mail in mails] == ["ada@example.com", "bo@example.com"]
    assert "password" in mails[0].subject
    assert {entry.actor_kind for entry in entries} == {ActorKind.SERVICE}
    assert sorted(entry.action for entry in entries) == [
        "staff.changed",
        "staff.created",
        "staff.created",
        "staff.invited",
        "staff.password_reset",
    ]


def test_what_is_refused_is_told_in_one_line(club: Database, tmp_path: Path) -> None:
    assert staff(
        tmp_path, "add", "Ada", "ada@example.com", "--role", "admin", password=FIRST
    ).exit_code == 0  # fmt: skip
    for arguments, password, told in (
        (("add", "B", "ada@example.com"), SECOND, "There is an account with this email address."),
        (("add", "B", "b@example.com"), "short", "at least 10 characters are needed"),
        (("add", "B", "no address", "--role", "king"), SECOND, "email: "),
        (("disable", "ada@example.com"), None, "This is the last admin who can sign in"),
        (("disable", "b@example.com"), None, "My Club has no account 'b@example.com'"),
        (("list", "--organization", "none-such"), None, "has no organization 'none-such'"),
    ):
        done = staff(tmp_path, *arguments, password=password)
        assert (done.exit_code, done.stdout) == (2, ""), arguments
        assert done.stderr.startswith("walletdesk: ")
        assert told in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert SECOND not in done.stderr
    assert [account.name for account in accounts(club)] == ["Ada"]


def test_a_real_process(club: Database, tmp_path: Path) -> None:
    done = run_process(main.run, "staff", "disable", "a@b.de", "--data-dir", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "walletdesk: My Club has no account 'a@b.de'\n"


def test_a_lost_second_factor_is_reset(club: Database, tmp_path: Path) -> None:
    staff(tmp_path, "add", "Ada", "ada@example.com", "--role", "admin", password=FIRST)
    none = staff(tmp_path, "reset-second-factor", "ada@example.com")
    assert (none.exit_code, "has no second factor" in none.stderr) == (2, True)
    (ada,) = accounts(club)
    with club.writing(SERVICE, system_clock) as (session, now):
        session.add(
            StaffFactor(
                organization_id=1,
                staff_id=ada.id,
                sealed=b"sealed",
                recovery_digests=[],
                last_step=0,
                created_at=now,
                confirmed_at=now,
            )
        )
    done = staff(tmp_path, "reset-second-factor", "ada@example.com")
    assert (done.exit_code, done.stderr) == (0, "")
    with club.readers.begin() as session:
        assert session.scalars(select(StaffFactor)).all() == []
        removed = AuditEntry.action == "staff.second_factor_removed"
        (entry,) = session.scalars(select(AuditEntry).where(removed))
        assert (entry.subject_id, entry.actor_name) == (str(ada.id), "service")
        subjects = session.scalars(select(OutgoingMail.subject)).all()
    assert any("second factor" in subject for subject in subjects)


def test_sign_out_ends_all_sessions(club: Database, tmp_path: Path) -> None:
    staff(tmp_path, "add", "Ada", "ada@example.com", "--role", "admin", password=FIRST)
    assert staff(tmp_path, "sign-out", "ada@example.com").exit_code == 0
    with club.readers.begin() as session:
        ended = AuditEntry.action == "staff.sessions_ended"
        (entry,) = session.scalars(select(AuditEntry).where(ended))
    assert entry.after == {"sessions": 0}
