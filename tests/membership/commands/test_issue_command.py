"""``main.py issue``: a file and what to do with it, or one line that says what is wrong."""

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import func, select
from typer.testing import CliRunner

from main import app
from membership.accounts.organizations import bootstrap_organization
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.commands.issue import issue_command
from membership.members.customers.merge import merge
from membership.members.customers.schemas import CustomerChange, NewCustomer
from membership.members.customers.service import change_customer, create_customer
from membership.store.database import open_database
from membership.store.models import AuditEntry, Card, Customer
from membership.wallet.designs.service import create_standard_design
from membership.web.access import Tenant
from tests.membership.conftest import Databases
from tests.membership.support import arranging


@dataclass
class Club:
    """A database with one organization and two customers, and what the command said."""

    settings: ServiceSettings
    tenant: Tenant
    folder: Path
    told: list[str] = field(default_factory=list)

    def issue(self, customer: str, file: str, design: str = "member", slug: str = "club") -> int:
        """Run the command."""
        return issue_command(
            self.settings,
            customer,
            organization=slug,
            design=design,
            file=self.folder / file,
            write=self.told.append,
            write_error=self.told.append,
        )

    def cards(self) -> int:
        """How many cards there are."""
        database = open_database(self.settings)
        with database.readers.begin() as session:
            count = session.scalar(select(func.count()).select_from(Card))
        database.engine.dispose()
        return count or 0


@pytest.fixture
def club(backend: str, databases: Databases, tmp_path: Path) -> Club:
    """A club with Amara, and two who share an address."""
    settings = databases.new(backend, tmp_path, public_url="https://cards.example")
    database = open_database(settings)
    now = system_clock()
    with arranging(database) as session:
        tenant = bootstrap_organization(
            session, name="Club", slug="club", time_zone="Europe/Berlin", currency="EUR", now=now
        )
        create_standard_design(session, tenant, now)
        for name, email in (
            ("Amara", "a@example.com"),
            ("B", "b@example.com"),
            ("C", "b@example.com"),
        ):
            new = NewCustomer(given_name=name, email=email)
            create_customer(session, tenant, new, now)
    database.engine.dispose()
    (tmp_path / "out").mkdir()
    return Club(settings, tenant, tmp_path / "out")


def test_a_pass_is_written_and_its_development_signature_said_plainly(club: Club) -> None:
    assert club.issue("C-000001", "card.pkpass") == 0
    written, link, warning = club.told
    assert "“Member card” for Amara (C-000001)" in written
    assert "https://cards.example/club/member/" in link
    assert "an iPhone refuses this card" in warning
    with zipfile.ZipFile(club.folder / "card.pkpass") as archive:
        assert "signature" in archive.namelist()
    assert [each.name for each in club.folder.iterdir()] == ["card.pkpass"]
    database = open_database(club.settings)
    with database.readers.begin() as session:
        actions = set(session.scalars(select(AuditEntry.action)))
    database.engine.dispose()
    assert "card.created" in actions


def test_a_card_to_print_for_whoever_is_named(club: Club) -> None:
    for customer in ("1", "c1", "a@example.com", " A@Example.COM "):
        club.told.clear()
        assert club.issue(customer, "card.PDF") == 0, club.told
        assert (club.folder / "card.PDF").read_bytes().startswith(b"%PDF")
        assert len(club.told) == 2
        assert "for Amara (C-000001)" in club.told[0]


def test_whoever_was_merged_into_somebody_names_them_by_their_address(club: Club) -> None:
    database = open_database(club.settings)
    with arranging(database) as session:
        amara, former, _ = session.scalars(select(Customer.id).order_by(Customer.number))
        merge(session, club.tenant, amara, former, system_clock())
    database.engine.dispose()
    # One of the two with the address is left, and comes first.
    assert club.issue("b@example.com", "card.pdf") == 0, club.told
    assert "for C (C-000003)" in club.told[0]
    database = open_database(club.settings)
    with arranging(database) as session:
        change = CustomerChange(email="c@example.com")
        left = session.scalars(select(Customer.id).where(Customer.number == 3)).one()
        change_customer(session, club.tenant, left, change, system_clock())
    database.engine.dispose()
    club.told.clear()
    assert club.issue("B@example.com", "card.pdf") == 0, club.told
    assert "for Amara (C-000001)" in club.told[0]


def test_a_preview(club: Club) -> None:
    assert club.issue("1", "card.png") == 0, club.told
    with Image.open(io.BytesIO((club.folder / "card.png").read_bytes())) as picture:
        assert picture.format == "PNG"


REFUSED = [
    (("nobody", "c.pdf"), "Club has no customer 'nobody'"),
    (("C-000077", "c.pdf"), "Club has no customer 'C-000077'"),
    ((str(uuid4()), "c.pdf"), "Club has no customer"),
    (("x@example.com", "c.pdf"), "Club has no customer 'x@example.com'"),
    (("b@example.com", "c.pdf"), "several customers have the address b@example.com"),
    (("1", "c.pdf", "gold"), "no design 'gold'; there are: member"),
    (("1", "c.pdf", "member", "elsewhere"), "no organization 'elsewhere'"),
    (("1", "c.txt"), "must be one of .pkpass, .pdf, .png"),
    (("1", "no-folder/c.pdf"), "there is no folder"),
]


def test_what_is_wrong_is_named_and_nothing_is_left(club: Club) -> None:
    for given, words in REFUSED:
        club.told.clear()
        assert club.issue(*given) == 2, given
        (line,) = club.told
        assert line.startswith("walletdesk: ")
        assert words in line
    assert list(club.folder.iterdir()) == []
    assert club.cards() == 0


def test_a_file_that_cannot_be_written_leaves_no_card(club: Club) -> None:
    (club.folder / "card.pdf").mkdir()
    too_long = f"{'x' * 260}.pdf"
    assert [club.issue("1", "card.pdf"), club.issue("1", too_long)] == [2, 2]
    assert "card.pdf: this is a folder" in club.told[0]
    assert too_long in club.told[1]
    assert club.cards() == 0


def test_the_command_line_knows_it(club: Club) -> None:
    out = club.folder / "card.pkpass"
    arguments = ["issue", "1", "--out", str(out), "--organization", "club"]
    url = club.settings.database_url
    environment = {} if url is None else {"WALLETDESK_DATABASE_URL": str(url)}
    arguments += ["--data-dir", str(club.settings.data_dir)]
    result = CliRunner().invoke(app, arguments, env=environment)
    assert (result.exit_code, out.exists()) == (0, True), result.output
    assert "no link for phones" in result.output
