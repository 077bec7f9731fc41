"""What becomes of a line depends neither on where batches end nor on whether it is a dry run."""

import pytest

from membership.data.imports.run.worker import ImportWorker
from tests.generated import sampled
from tests.membership.data.imports.test_imports import imported
from tests.membership.support import Service

CUSTOMERS = "number,given_name,family_name,email,phone,birth_date,state,desk_note,card_code\n"
SOLD = "plan,customer,starts_on,last_day,payment_overdue\n"
PAST = "2019-01-01,2019-12-31"

FILES = {
    "customers": CUSTOMERS
    # Doubled.
    + ",Ada,Moreau,ada@x.example,,1990-01-01,,,\n"
    + ",Ada,Moreau,ada@x.example,,1990-01-01,,,\n"
    + ",Ada,Moreau,ada@x.example,,1990-01-01,,Locker 7,\n"
    + ",Ada,,ada@x.example,030 1234567,,active,Locker 7,\n"
    + ",Ada,,ada@x.example,030 1234567,,active,,\n"
    + "9,Ada,Moreau,ada@x.example,,1990-01-01,banned,,F-1\n"
    + ",Ada,Moreau,ada@x.example,,1990-01-01,banned,,F-1\n"
    # There already, and doubled.
    + ",Anna,Berg,anna@x.example,,,,Locker 1,N-1\n"
    + ",Anna,Berg,anna@x.example,,,,Locker 1,N-1\n"
    + ",Anna,Berg,anna@x.example,,,,Locker 2,N-2\n"
    + ",Anna,Berg,anna@x.example,,,,Locker 1,\n"
    + ",Anna,Berg,,,,,,N-2\n"
    # A new card of two people.
    + ",Anna,Berg,anna@x.example,,,,,N-9\n"
    + ",Ben,Ott,ben@x.example,,,,,N-9\n"
    + ",Cleo,,cleo@x.example,,,,,N-9\n"
    # Names only, once there and three times in the file; names and cards.
    + ",Eva,Only,,,,,,\n" * 3
    + ",Ida,,,,,,,K-1\n,Ida,,,,,,,K-1\n,Udo,,,,,,,K-1\n,Ida,,,,,,,K-2\n"
    + ",Anna,,,,,,,OLD-1\n,Udo,,,,,,,OLD-1\n",
    "former numbers": "given_name,family_name,email,former_numbers\n"
    + "Anna,Berg,,M-1\nAnna,Berg,,M-1\nAnna,Berg,anna@x.example,M-2\nAnna,Berg,,m-2\n"
    # Families, and numbers that several have.
    + "Ida,Wolf,w@x.example,M-1\nUdo,Wolf,w@x.example,M-1\nIda,Wolf,w@x.example,12/34\n"
    + "Ida,,,12/34\nIda,Wolf,,M-1\nZoe,,,M-1\nZoe,,,M-1\nZoe,,z@x.example,M-1\n"
    + "Old,Number,,OLD\nOld,Number,o@x.example,OLD\nOld,Number,,OLD\nCara,,cara@x.example,OLD\n",
    "former addresses": "given_name,family_name,email,phone,former_emails,former_phones\n"
    # Of somebody in the database, of a line before, of one behind, and of a file's own people.
    + "Dora,Ott,d@x.example,+49301234567,BEN@x.example,\nDora,Ott,d@x.example,,o@x.example,\n"
    + "Emil,Ott,e@x.example,,d@x.example,+49301234567\nEmil,Ott,e@x.example,,f@x.example,\n"
    + "Fritz,Ott,f@x.example,,,\nGerd,Ott,g@x.example,,f@x.example,\n"
    + "Dora,Ott,o@x.example,,,\nEmil,Ott,e@x.example,,,\n"
    # Who is there already, and others who have their former addresses.
    + "Anna,Berg,anna@x.example,,alt@x.example,+4989123456\nAnna,Berg,alt@x.example,,,\n"
    + "Anna,Berg,anna@x.example,,alt@x.example,\nZoe,Berg,z@x.example,,ALT@x.example,\n",
    "merged numbers": "number,given_name,family_name,email,merged_numbers\n"
    # Those of living people, of lines before and behind, and the own one.
    + "C-20,Dora,Ott,d@x.example,C-2\nC-21,Emil,Ott,e@x.example,C-20\n,Fritz,Ott,,C-30\n"
    + "C-30,Gerd,Ott,,\n,Fritz,Ott,,C-30\nC-31,Hans,Ott,,C-31\n,Ina,Ott,i@x.example,C-30\n"
    + "C-30,Fritz,Ott,,\nC-20,Dora,Ott,d@x.example,C-40\nC-40,Dora,Ott,,\n,Kai,Ott,,C-41\n"
    # Who is there already.
    + "C-1,Anna,Berg,anna@x.example,C-50\n,Anna,Berg,anna@x.example,C-50\n,Zoe,,,C-50\n",
    "companies": "name,billing_name,seat_cap,email_domains\n"
    "New GmbH,Ann,5,n.example\nNew GmbH,Ann,5,n.example\nNew GmbH,Ben,,\nNew GmbH,,,m.example\n"
    "New GmbH,,,m.example n.example\nNorth,Ann,,\nNorth,Ann,,\nNorth,,7,o.example\n"
    "North,,7,o.example\nOther,,,n.example\nOther,,,o.example\nOther,,,p.example\n",
    "links": "company,customer,role\nNorth,1,Chef\nNorth,anna@x.example,Cook\nNorth,2,A\n"
    "North,2,B\nNorth,2,\n",
    "memberships": SOLD
    # One sale with two last days.
    + "Gold,1,2027-05-01,2027-06-30,\nGold,1,2027-05-01,2027-12-31,\n"
    + "Gold,1,2027-05-01,2027-12-31,yes\n"
    # One that runs, and the same without a day.
    + "Gold,2,2027-03-01,2027-06-30,\nGold,2,,,\nGold,2,,2027-12-31,\n"
    # One of the past, and one without a day.
    + f"Gold,3,{PAST},\nGold,3,,,\nGold,3,,,\nGold,3,{PAST},\nGold,3,,2027-12-31,yes\n"
    # One that is there, changed twice.
    + "Silver,1,2027-03-05,2027-12-31,\nSilver,1,2027-03-05,2027-12-31,\n"
    + "Silver,1,2027-03-05,2028-01-31,yes\nSilver,1,2027-03-05,2028-01-31,yes\n",
}


KINDS = {
    "former numbers": "customers",
    "former addresses": "customers",
    "merged numbers": "customers",
}
"""The kinds of files that are not called by theirs."""


def furnished(service: Service) -> Service:
    """A new club with two customers, a company, two plans, a card and a membership."""
    club = service.fresh()
    anna = club.customer("Anna", family_name="Berg", email="anna@x.example")
    club.customer("Ben", family_name="Ott", email="ben@x.example")
    club.customer("Cara", email="cara@x.example")
    club.customer("Old", family_name="Number", former_numbers=["OLD"])
    club.post("/v1/cards/foreign", {"customer_id": anna, "code": "OLD-1"})
    club.company("North")
    club.plan("Gold")
    club.plan("Silver")
    imported(club, "given_name,family_name\nEva,Only\n")
    imported(club, SOLD + "Silver,1,2027-03-05,2027-06-30,\n", "memberships")
    return club


@pytest.mark.parametrize(
    ("kind", "action"), sampled(FILES, ["skip", "update", "create"], both_databases=1)
)
def test_a_line_ends_the_same_in_every_batch_and_in_a_dry_run(
    service: Service, kind: str, action: str
) -> None:
    ended: dict[str, list[tuple[int, str, str | None]]] = {}

    def run(name: str, club: Service, sizes: tuple[int, int], *, dry_run: bool) -> None:
        shown, report = imported(
            club, FILES[kind], KINDS.get(kind, kind), dry_run=dry_run,
            duplicates={"action": action}, worker=ImportWorker(sizes=sizes),
        )  # fmt: skip
        assert shown["lines_done"] == len(report)
        ended[name] = [(each["line"], each["outcome"], each["note"]) for each in report]

    first, second = furnished(service), furnished(service)
    run("tried line by line", first, (1, 1), dry_run=True)
    run("tried at once", first, (400, 4000), dry_run=True)
    run("at once", first, (400, 4000), dry_run=False)
    run("line by line", second, (1, 1), dry_run=False)
    for name, lines in ended.items():
        assert lines == ended["at once"], name
