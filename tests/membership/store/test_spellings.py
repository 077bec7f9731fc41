"""What a migration makes of domains in two spellings, and of tags of languages without an end."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from membership.store.migrate import migrate
from membership.store.models import CompanyDomain, Customer
from tests.membership.conftest import SQLITE, Databases
from tests.membership.store.test_migrate import _fill, _upgraded_to, add_club
from tests.membership.support import NOON, arranging


@pytest.mark.parametrize("kind", [SQLITE, "postgresql"])
def test_domains_get_one_spelling_and_books_are_no_languages(
    databases: Databases, tmp_path: Path, kind: str
) -> None:
    database, connection = _upgraded_to(databases, tmp_path, kind, "0010")
    with arranging(database) as session:
        add_club(session)
    languages = ["de", "zh-cmn-Hant-HK", None]
    languages += ["de" + "-abcdefgh" * 1000] if kind == SQLITE else []  # else the column is short
    with connection, connection.begin():
        for language in languages:
            number = len(languages) - languages.index(language)
            _fill(connection, "customers", language=language, number=number)
        company = uuid4()
        at = NOON.strftime("%Y-%m-%d %H:%M:%S.%f") if kind == SQLITE else NOON
        connection.execute(
            text(
                "INSERT INTO companies (organization_id, id, name, created_at) "
                "VALUES (1, :id, 'Books', :at)"
            ),
            {"id": company.hex, "at": at},
        )
        for domain in ("xn--bcher-kva.example", "plain.example", "xn--a.example"):
            connection.execute(
                text(
                    "INSERT INTO company_domains (organization_id, domain, company_id) "
                    "VALUES (1, :domain, :company)"
                ),
                {"domain": domain, "company": company.hex},
            )
    migrate(database)
    with database.readers.begin() as session:
        domains = set(session.scalars(select(CompanyDomain.domain)))
        stored = set(session.scalars(select(Customer.language)))
    database.engine.dispose()
    assert domains == {"bücher.example", "plain.example", "xn--a.example"}
    assert stored == {"de", "zh-cmn-Hant-HK", None}
