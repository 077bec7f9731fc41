"""Bounds and spellings of texts that earlier versions took as they came.

Email domains of companies get the spelling that addresses of customers have: no punycode. Tags of
languages that are longer than any, up to the size of a request, are removed: three of them made
an answer larger than a desk reads.
"""

import idna
import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_DOMAINS = sa.table(
    "company_domains",
    sa.column("organization_id", sa.Integer()),
    sa.column("domain", sa.String()),
)

_CUSTOMERS = sa.table("customers", sa.column("language", sa.String()))


def upgrade() -> None:
    """Spell domains, and remove tags that are none."""
    language = _CUSTOMERS.c.language
    op.execute(_CUSTOMERS.update().where(sa.func.length(language) > 35).values(language=None))
    _spell_domains()


def _spell_domains() -> None:
    """Rewrite domains with a part in punycode; what stands for no name stays as it is."""
    connection, rows = op.get_bind(), _DOMAINS.c
    found = connection.execute(
        sa.select(rows.organization_id, rows.domain).where(rows.domain.like("%xn--%"))
    ).all()
    for row in found:
        try:
            spelled = idna.decode(row.domain)
        except (idna.IDNAError, UnicodeError):
            continue
        mine = (rows.organization_id == row.organization_id, rows.domain == row.domain)
        connection.execute(_DOMAINS.update().where(*mine).values(domain=spelled))
