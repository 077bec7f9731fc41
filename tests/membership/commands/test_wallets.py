"""The commands that import certificates and service accounts, on a real database."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from api_client.messages.management import ActorKind
from api_client.messages.scan import CustomerState
from membership.accounts.organizations import first_tenant
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.base.vault import open_vault
from membership.commands.cli import app
from membership.data.demo.bootstrap import bootstrap_database
from membership.store.database import Database, open_database
from membership.store.models import AuditEntry, CardDesign, Customer
from membership.wallet.cards.schemas import NewCard
from membership.wallet.cards.service import CardMaker, issue_card
from membership.wallet.state import wallet_keys
from tests.membership.conftest import SQLITE, Databases
from tests.membership.wallet.issuers.files import (
    ACCOUNT,
    ISSUER,
    P12_PASSWORD,
    PASS_TYPE,
    TEAM,
    identity,
    key_file,
    p12,
)


@pytest.fixture
def club(databases: Databases, tmp_path: Path) -> Database:
    """An empty club in the folder ``tmp_path``, as a first start leaves it."""
    settings = databases.new(SQLITE, tmp_path)
    database = open_database(settings)
    bootstrap_database(settings, database, system_clock(), demo=False)
    database.engine.dispose()
    return open_database(ServiceSettings(data_dir=tmp_path))


def wallets(folder: Path, *arguments: str | Path) -> Result:
    """Run one command."""
    given = [str(each) for each in arguments]
    return CliRunner().invoke(app, ["wallets", *given, "--data-dir", str(folder)])


def test_import_and_show(club: Database, tmp_path: Path) -> None:
    now = system_clock()
    end = now + timedelta(days=200)
    one = identity(begins=now - timedelta(days=1), ends=end)
    (tmp_path / "pass.p12").write_bytes(p12(one))
    (tmp_path / "password").write_text(f"{P12_PASSWORD}\r\n", encoding="utf-8")
    (tmp_path / "google.json").write_text(json.dumps(key_file()), encoding="utf-8")
    shown = wallets(tmp_path, "show")
    assert shown.exit_code == 0, shown.stderr
    assert "self-made certificate for pass.walletdesk.development.my-club" in shown.stdout
    assert "every iPhone refuses these cards" in shown.stdout
    done = wallets(
        tmp_path, "apple", "--file", tmp_path / "pass.p12", "--password-file", tmp_path / "password"
    )
    assert done.exit_code == 0, done.stderr
    line = f"apple\tcertificate for {PASS_TYPE}, team {TEAM}, good until {end:%Y-%m-%d}"
    assert done.stdout.splitlines()[0] == line
    done = wallets(tmp_path, "google", "--file", tmp_path / "google.json", "--issuer-id", ISSUER)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[1] == f"google\t{ACCOUNT} for the issuer {ISSUER}"
    assert wallets(tmp_path, "show").stdout == done.stdout
    with club.readers.begin() as session:
        entries = session.scalars(select(AuditEntry)).all()
        assert {entry.actor_kind for entry in entries} == {ActorKind.SERVICE}
        assert [entry.action for entry in entries] == ["wallet.configured"] * 2


def test_pem_in_several_files(club: Database, tmp_path: Path) -> None:
    now = system_clock()
    one = identity(begins=now - timedelta(days=1), ends=now + timedelta(days=200))
    key, certificate, intermediate = one.pem().split(b"-----BEGIN CERTIFICATE")
    for name, part in (("key", key), ("cert", certificate), ("wwdr", intermediate)):
        begin = b"" if name == "key" else b"-----BEGIN CERTIFICATE"
        (tmp_path / f"{name}.pem").write_bytes(begin + part)
    both = ("--file", tmp_path / "cert.pem", "--file", tmp_path / "key.pem")
    done = wallets(tmp_path, "apple", *both)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "wwdr: the certificate that issued it is missing" in done.stderr
    done = wallets(tmp_path, "apple", *both, "--wwdr", tmp_path / "wwdr.pem")
    assert done.exit_code == 0, done.stderr


def test_what_is_refused_is_told_in_one_line(club: Database, tmp_path: Path) -> None:
    now = system_clock()
    old = identity(begins=now - timedelta(days=9), ends=now - timedelta(days=2))
    files = {
        "old.pem": old.pem(),
        "new.p12": p12(old),
        "huge": b"x" * 70_000,
        "empty": b"",
        "no.json": b"[",
        "odd.json": json.dumps(key_file(private_key="x")).encode(),
        "bytes": b"\xff\xfe",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    at = tmp_path
    for arguments, told in (
        (("apple", "--file", at / "old.pem"), "certificate.notAfter: expired on"),
        (("apple", "--file", at / "new.p12"), "password: does not open the file"),
        (("apple", "--file", at / "new.p12", "--file", at / "old.pem"), "is not PEM"),
        (("apple", "--file", at / "none"), "No such file"),
        (("apple", "--file", at / "huge"), "more than 65536 bytes"),
        (("apple", "--file", at / "empty"), "certificate: "),
        (("apple", "--file", at / "old.pem", "--password-file", at / "bytes"), "decode"),
        (("google", "--file", at / "no.json", "--issuer-id", ISSUER), "is not JSON"),
        (("google", "--file", at / "odd.json", "--issuer-id", ISSUER), "cannot be read"),
        (("google", "--file", at / "odd.json", "--issuer-id", "x"), "issuer_id: "),
        (("show", "--organization", "none-such"), "has no organization 'none-such'"),
    ):
        done = wallets(tmp_path, *arguments)
        assert (done.exit_code, done.stdout) == (2, ""), arguments
        assert done.stderr.startswith("walletdesk: ")
        assert done.stderr.count("\n") == 1
        assert told in done.stderr, (arguments, done.stderr)
    with club.readers.begin() as session:
        assert session.scalars(select(AuditEntry)).all() == []


def test_all_links_of_a_club_are_withdrawn_and_that_is_audited(
    club: Database, tmp_path: Path
) -> None:
    design = club_design(club)
    settings = ServiceSettings(data_dir=tmp_path)
    with club.writing(SERVICE, system_clock, audited=False) as (session, now):
        tenant = first_tenant(session)
        assert tenant is not None
        customer = UUID(int=1)
        session.add(
            Customer(
                organization_id=tenant.id,
                id=customer,
                number=1,
                given_name="Amara",
                family_name="",
                state=CustomerState.ACTIVE,
                search_text="",
                created_at=now,
            )
        )
        session.flush()
        new = NewCard(customer_id=customer, design_id=design)
        issue_card(session, tenant, new, now, maker=CardMaker(open_vault(settings)))
    before = link_key(club, tmp_path)
    done = wallets(tmp_path, "withdraw-links")
    assert done.exit_code == 0, done.stderr
    assert "cards that get a new one: 1" in done.stdout
    assert link_key(club, tmp_path) != before
    with club.readers.begin() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "organization.links_withdrawn")
        ).one()
        assert (entry.actor_kind, (entry.after or {})["cards"]) == (ActorKind.SERVICE, 1)
    wrong = wallets(tmp_path, "withdraw-links", "--organization", "nobody")
    assert wrong.exit_code == 2


def club_design(club: Database) -> UUID:
    """The design of the club."""
    with club.readers.begin() as session:
        return session.scalars(select(CardDesign.id)).one()


def link_key(club: Database, folder: Path) -> bytes:
    """The key that signs the club's links."""
    with club.readers.begin() as session:
        tenant = first_tenant(session)
        assert tenant is not None
        vault = open_vault(ServiceSettings(data_dir=folder))
        keys = wallet_keys(session, vault, tenant.id)
    assert keys is not None
    return keys.link_key
