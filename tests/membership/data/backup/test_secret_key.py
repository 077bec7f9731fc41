"""The secret key and the database belong together: at starts, in backups, and when it is lost."""

import contextlib
import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import LargeBinary, delete, select, update

from api_client.messages.management import ActorKind
from membership.accounts.organizations import first_tenant
from membership.base.private_files import private_draft, remove_dead_drafts
from membership.base.settings import ServiceSettings
from membership.base.vault import KEY_FILE, KeyMissing, WrongKey, open_vault
from membership.commands.backup import CommandError, backup_command, restore_command
from membership.commands.issue import issue_to
from membership.commands.new_keys import new_keys
from membership.data.backup.create import create_backup
from membership.data.demo.bootstrap import bootstrap_database
from membership.events.audit.recorder import audit_changes
from membership.events.mail.outbox import Mail, queue_mail
from membership.serve import START_FAILED
from membership.store.database import Database
from membership.store.models import (
    AuditEntry,
    Card,
    CardWallet,
    OutgoingMail,
    SecretKeyCheck,
    WalletState,
)
from membership.store.secret_key import SEALED, checked_vault, open_checked_vault
from membership.wallet.state import ensure_wallet_state, wallet_keys
from tests.membership.conftest import SQLITE, Databases
from tests.membership.data.backup.club import TABLES, empty_settings, opened
from tests.membership.rows import organization_row
from tests.membership.service_process import service_process
from tests.membership.support import NOON, arranging

database_of = contextlib.contextmanager(opened)

NOT_ENCRYPTED = {
    "card_wallets.code_signature",
    "customer_photos.data",
    "idempotency_keys.request_digest",
    "import_chunks.data",
    "secret_key_checks.sealed",
    "visits.text_digest",
    "wallet_images.data",
}


def club(settings: ServiceSettings, database: Database) -> None:
    """A club with wallet keys and a mail, encrypted with the key of the settings."""
    vault = open_vault(settings)
    with arranging(database) as session:
        session.add(row := organization_row())
        session.flush()
        ensure_wallet_state(session, vault, row.id, NOON)
        queue_mail(session, vault, row.id, Mail("ada@club.example", "Hello", "text"), now=NOON)


def new_settings(databases: Databases, kind: str, folder: Path) -> ServiceSettings:
    """Settings of a new database, with its data in a folder that is made."""
    folder.mkdir()
    return databases.new(kind, folder)


def other_key(settings: ServiceSettings) -> None:
    """Put another key into the data folder."""
    (settings.data_dir / KEY_FILE).write_bytes(Fernet.generate_key())


def test_every_encrypted_column_is_known() -> None:
    stored = {
        f"{table.name}.{column.name}"
        for table in TABLES
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    known = {f"{each.class_.__tablename__}.{each.key}" for each in SEALED}
    assert stored - NOT_ENCRYPTED == known


@pytest.mark.parametrize("checked", [True, False], ids=["check value", "of before"])
def test_a_key_fits_or_is_refused(
    databases: Databases, backend: str, tmp_path: Path, *, checked: bool
) -> None:
    settings = databases.new(backend, tmp_path)
    with database_of(settings) as database:
        club(settings, database)
        if checked:
            open_checked_vault(settings, database, NOON)
        right = (tmp_path / KEY_FILE).read_text()
        (tmp_path / KEY_FILE).unlink()
        with pytest.raises(KeyMissing, match=str(tmp_path / KEY_FILE)):
            open_checked_vault(settings, database, NOON)
        assert not (tmp_path / KEY_FILE).exists()
        other_key(settings)
        with pytest.raises(WrongKey, match=str(tmp_path / KEY_FILE)):
            open_checked_vault(settings, database, NOON)
        by_setting = settings.model_copy(update={"secret_key": SecretStr(right)})
        open_checked_vault(by_setting, database, NOON)
        (tmp_path / KEY_FILE).write_text(right)
        open_checked_vault(settings, database, NOON)
        with database.engine.connect() as connection:
            assert len(connection.execute(select(SecretKeyCheck.id)).all()) == 1


def test_a_second_service_with_a_key_of_its_own_is_refused(
    databases: Databases, backend: str, tmp_path: Path
) -> None:
    settings = new_settings(databases, backend, tmp_path / "one")
    second = settings.model_copy(update={"data_dir": tmp_path / "two"})
    if backend == SQLITE:
        second = second.model_copy(update={"database_url": str(settings.url())})
    with database_of(settings) as database:
        open_checked_vault(settings, database, NOON)
        with pytest.raises(KeyMissing):
            open_checked_vault(second, database, NOON)
        second.data_dir.mkdir()
        other_key(second)
        with pytest.raises(WrongKey):
            open_checked_vault(second, database, NOON)


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("secret_key_missing", None),
        ("secret_key_wrong", Fernet.generate_key()),
        ("secret_key_invalid", b"not a key"),
    ],
    ids=["missing", "wrong", "invalid"],
)
def test_a_start_ends_with_the_name_of_the_key(
    databases: Databases, tmp_path: Path, code: str, key: bytes | None
) -> None:
    settings = databases.new(SQLITE, tmp_path)
    with database_of(settings) as database:
        open_checked_vault(settings, database, NOON)
    (tmp_path / KEY_FILE).unlink()
    if key is not None:
        (tmp_path / KEY_FILE).write_bytes(key)
    with service_process(tmp_path) as service:
        assert (service.event["event"], service.event["code"]) == ("failed", code)
        assert str(tmp_path / KEY_FILE) in service.event["message"]
        exit_code, log = service.end()
    assert exit_code == START_FAILED
    assert str(tmp_path / KEY_FILE) in log
    assert "Traceback" not in log


def test_a_restore_without_the_key_says_what_is_lost_and_goes_on_with_new_keys(
    databases: Databases, backend: str, tmp_path: Path
) -> None:
    settings = new_settings(databases, backend, tmp_path / "old")
    file = tmp_path / "club.zip"
    with database_of(settings) as database:
        club(settings, database)
        open_checked_vault(settings, database, NOON)
    told = backup_command(settings, file, with_key=False, replace=False, verify=False)
    assert str(settings.data_dir / KEY_FILE) in told
    other = empty_settings(databases, backend, tmp_path / "new")
    told = restore_command(other, file)
    for part in (
        KEY_FILE,
        "wallets new-keys",
        "Links to cards",
        "/v1/desk/code-key",
        "1 organizations",
        "Mails",
    ):
        assert part in told
    assert not (other.data_dir / KEY_FILE).exists()
    with database_of(other) as database:
        with database.readers.begin() as session:
            before = session.scalars(select(OutgoingMail)).one().body
        said = new_keys(other, accept=False)
        with pytest.raises(KeyMissing):
            open_checked_vault(other, database, NOON)
        assert new_keys(other, accept=True) == said
        vault = open_checked_vault(other, database, NOON)
        assert new_keys(other, accept=True) == []
        with database.readers.begin() as session:
            tenant = first_tenant(session)
            assert tenant is not None
            assert wallet_keys(session, vault, tenant.id) is not None
            mail = session.scalars(select(OutgoingMail)).one()
            assert (mail.body, mail.next_attempt_at) == (before, None)
            assert mail.last_error is not None
            actions = session.scalars(select(AuditEntry.action)).all()
        assert "organization.wallet_keys_renewed" in actions
        assert "organization.secret_key_replaced" in actions


def test_new_keys_are_in_the_audit_of_a_club_without_cards(
    databases: Databases, tmp_path: Path
) -> None:
    settings = databases.new(SQLITE, tmp_path)
    with database_of(settings) as database:
        bootstrap_database(settings, database, NOON, demo=False)
        vault = open_checked_vault(settings, database, NOON)
        with arranging(database) as session:
            tenant = first_tenant(session)
            assert tenant is not None
            mail = Mail("ada@example.com", "Card", "text\n")
            queue_mail(session, vault, tenant.id, mail, now=NOON)
        (settings.data_dir / KEY_FILE).unlink()
        new_keys(settings, accept=True)
        with database.readers.begin() as session:
            entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_kind) == (
        "organization.secret_key_replaced",
        ActorKind.SERVICE,
    )
    assert (entry.after or {})["mails"] == 1


def test_cards_are_issued_again_with_new_keys(
    databases: Databases, backend: str, tmp_path: Path
) -> None:
    settings = new_settings(databases, backend, tmp_path / "club")
    with database_of(settings) as database:
        audit_changes(database.writers)
        bootstrap_database(settings, database, NOON, demo=True)
        with arranging(database) as session:
            card = session.scalars(select(Card).where(Card.revoked_at.is_(None)).limit(1)).one()
            owner = str(card.customer_id)
        issue_to(
            settings, owner, organization="lakeside-club", design="member", file=tmp_path / "1.png"
        )
        other_key(settings)
        with pytest.raises(WrongKey):
            issue_to(
                settings,
                owner,
                organization="lakeside-club",
                design="member",
                file=tmp_path / "2.png",
            )
        assert any("Cards in wallets" in each for each in new_keys(settings, accept=True))
        vault = open_vault(settings)
        with database.readers.begin() as session:
            wallets = session.scalars(select(CardWallet)).all()
            assert wallets
            for each in wallets:
                vault.open(each.apple_token)
                assert each.rotating_key is None or vault.open(each.rotating_key)
        file = tmp_path / "3.pkpass"
        issue_to(settings, owner, organization="lakeside-club", design="member", file=file)
        assert file.stat().st_size


def test_a_restore_beside_another_key_changes_nothing(
    databases: Databases, backend: str, tmp_path: Path
) -> None:
    settings = new_settings(databases, backend, tmp_path / "old")
    file = tmp_path / "club.zip"
    with database_of(settings) as database:
        club(settings, database)
    create_backup(settings, file, now=NOON)
    other = empty_settings(databases, backend, tmp_path / "new")
    other_key(other)
    with pytest.raises(CommandError, match="not the one"):
        restore_command(other, file)
    (other.data_dir / KEY_FILE).write_bytes((settings.data_dir / KEY_FILE).read_bytes())
    assert "Without it" not in restore_command(other, file)
    with database_of(other) as database, database.engine.connect() as connection:
        assert checked_vault(other, connection) is not None


def test_a_key_that_does_not_fit_is_not_backed_up(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(SQLITE, tmp_path)
    with database_of(settings) as database:
        club(settings, database)
    other_key(settings)
    with pytest.raises(CommandError, match="leave out --with-key"):
        backup_command(settings, tmp_path / "club.zip", with_key=True, replace=False, verify=False)
    assert not (tmp_path / "club.zip").exists()


def test_what_is_left_out_is_named(databases: Databases, tmp_path: Path) -> None:
    settings = new_settings(databases, SQLITE, tmp_path / "data")
    with database_of(settings) as database:
        club(settings, database)
    (settings.data_dir / "mail").mkdir()
    (settings.data_dir / "hand-scanner-1.json").write_text("{}")
    file = tmp_path / "club.zip"
    told = backup_command(settings, file, with_key=False, replace=False, verify=False)
    for part in (KEY_FILE, "WALLETDESK_", "mail", "hand-scanner-1.json"):
        assert part in told.partition("Not in it:")[2]
    told = backup_command(settings, file, with_key=True, replace=True, verify=False)
    assert KEY_FILE not in told
    told = backup_command(settings, file, with_key=False, replace=False, verify=True)
    assert "with the secret key" in told


def test_drafts_of_killed_backups_are_removed_at_the_next_start(
    databases: Databases, tmp_path: Path
) -> None:
    settings = new_settings(databases, SQLITE, tmp_path / "data")
    folder = tmp_path / "backups [1]"
    folder.mkdir()
    file = folder / "club.zip"
    dead, others = folder / ".club.zip.99999999.draft", folder / ".else.zip.99999999.draft"
    for each in (dead, others):
        each.write_bytes(b"half")
    note = settings.data_dir / ".walletdesk-backup.99999999.note"
    note.write_bytes(os.fsencode(file))
    with private_draft(file) as living:
        assert remove_dead_drafts(settings.data_dir) == [dead]
        assert Path(living.name).exists()
        assert note.exists()
    note.write_bytes(os.fsencode(file))
    dead.write_bytes(b"half")
    with service_process(settings.data_dir, "--stdin") as service:
        assert service.event["event"] == "ready"
    assert not dead.exists()
    assert not note.exists()
    assert others.exists()
    assert file.exists()


def test_a_check_value_is_stored_once_for_a_database_of_before(
    databases: Databases, backend: str, tmp_path: Path
) -> None:
    settings = databases.new(backend, tmp_path)
    with database_of(settings) as database:
        club(settings, database)
        open_checked_vault(settings, database, NOON)
        with arranging(database) as session:
            session.execute(delete(OutgoingMail))
            session.execute(update(WalletState).values(link_key=b"x", code_key=b"x"))
        # By now the check value decides, and nothing else.
        open_checked_vault(settings, database, NOON)
