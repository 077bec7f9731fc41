"""Cards of other makers that carry a product's code: UPC-A is read with or without its first 0."""

from uuid import UUID, uuid4

import pytest

from membership.store.models import Card
from tests.membership.support import NOON, Service, arranging

UPC = "036000291452"


@pytest.mark.parametrize("imported", [UPC, f"0{UPC}"])
@pytest.mark.parametrize("read", [UPC, f"0{UPC}"])
def test_a_upc_code_is_one_code_in_both_spellings(
    service: Service, imported: str, read: str
) -> None:
    member = service.customer("Ada")
    issue(service, member, imported)
    found = service.scan(read)
    assert found["customer"]["id"] == member


@pytest.mark.parametrize(
    ("imported", "read"),
    [("4006381333931", "04006381333931"), ("12345", "012345"), ("A3600029145", "0A3600029145")],
)
def test_other_codes_have_one_spelling(service: Service, imported: str, read: str) -> None:
    issue(service, service.customer("Ada"), imported)
    assert service.scan(read)["outcome"] == "unknown_code"
    assert service.scan(imported)["outcome"] != "unknown_code"


def issue(service: Service, member: str, code: str) -> None:
    """Give a member a card that was imported with its code."""
    with arranging(service.database) as session:
        session.add(
            Card(
                organization_id=service.tenant.id,
                id=uuid4(),
                customer_id=UUID(member),
                code=code,
                label="Fob",
                issued_at=NOON,
                revoked_at=None,
            )
        )
