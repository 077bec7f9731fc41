"""A desk's list of 100,000 members: loading it, a change of 1 %, looking up, and its size.

``python -m bench.offline [--members N]``. The rows are given as the service sends them, in pages;
what a network takes is not in the figures.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from api_client.desk_sync import PAGE_ROWS
from api_client.messages.roster import RosterCard, RosterCode, RosterPage, RosterRow, RosterSegment
from api_client.messages.scan import (
    CustomerState,
    CustomerView,
    MembershipView,
    NamedBy,
    Outcome,
    ScanRequest,
    Status,
)
from bench.desk import percentile
from bench.figures import Metric, save
from kiosk.offline.answer import Desk, answer_of, found_in, readings_of
from kiosk.offline.stock import Stock, open_stock

LOOK_UPS = 5_000
LOOK_UP_MS = 2.0
"""The bar: p99 at most."""
EPOCH = UUID(int=1)
NOW = datetime.now(UTC)


def row(number: int) -> RosterRow:
    """A member with a card, a number and an id, whose membership ends within the time."""
    person, card = UUID(int=number), UUID(int=1_000_000 + number)
    held = MembershipView(
        id=person,
        plan="Gold Membership",
        status=Status.ACTIVE,
        starts_at=NOW - timedelta(days=90),
        ends_at=NOW + timedelta(days=1),
    )
    ends = NOW + timedelta(days=1)
    times = (
        (NOW - timedelta(hours=1), ends, Outcome.ACTIVE),
        (ends, NOW + timedelta(days=3), Outcome.EXPIRED),
    )
    return RosterRow(
        id=person,
        revision=number,
        customer=CustomerView(
            id=person,
            number=f"C-{number:06d}",
            name=f"Given{number % 997} Family{number}",
            state=CustomerState.ACTIVE,
        ),
        codes=(
            RosterCode(kind=NamedBy.CARD, text=f"MC1{number:026d}", card=card),
            RosterCode(kind=NamedBy.NUMBER, text=f"C-{number:06d}", proves=False),
            RosterCode(kind=NamedBy.CUSTOMER_ID, text=str(person), proves=False),
        ),
        cards=(RosterCard(id=card, label="Member card", issued_at=NOW),),
        current_card=card,
        segments=tuple(
            RosterSegment(
                starts_at=begins,
                ends_at=until,
                outcome=outcome,
                revoked_outcome=Outcome.CARD_REVOKED,
                membership=held,
                memberships=(held,),
            )
            for begins, until, outcome in times
        ),
    )


def pages(numbers: Sequence[int]) -> Iterator[bytes]:
    """The pages of these members, as they come over the network."""
    for first in range(0, len(numbers), PAGE_ROWS):
        part = numbers[first : first + PAGE_ROWS]
        yield (
            RosterPage(
                epoch=EPOCH,
                items=tuple(row(each) for each in part),
                next_cursor=str(first),
                complete=first + PAGE_ROWS >= len(numbers),
                as_of=NOW,
                horizon=NOW + timedelta(days=3),
                time_zone="Europe/Berlin",
                total=len(numbers),
            )
            .model_dump_json()
            .encode()
        )


def load(stock: Stock, numbers: Sequence[int]) -> float:
    """Store these members. Returns the seconds, with reading the pages."""
    taken = 0.0
    for page in pages(numbers):
        begun = time.perf_counter()
        stock.roster.put(RosterPage.model_validate_json(page))
        taken += time.perf_counter() - begun
    return taken


def look_up_ms(stock: Stock, number: int) -> float:
    """Milliseconds from a scanned text to the answer of the list, without the visit."""
    scan = ScanRequest(visit_id=uuid4(), text=f"MC1{number:026d}")
    begun = time.perf_counter()
    (reading,) = readings_of(scan)
    (text,) = reading.texts
    found = found_in(stock.roster.find(text), text, reading.code)
    assert stock.roster.state is not None
    answer = answer_of(scan, found, Desk(stock.roster.state, NOW, stock.oldest))
    taken = (time.perf_counter() - begun) * 1000
    if answer.customer is None or answer.customer.id.int != number:
        raise RuntimeError(f"member {number} was not found")
    return taken


def write_ms(stock: Stock) -> float:
    """Milliseconds of writing one visit to the disk."""
    scan = ScanRequest(visit_id=uuid4(), text="MC1" + "1" * 26)
    begun = time.perf_counter()
    stock.queue.begin(scan, NOW)
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    chance = random.Random(17)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stock = open_stock(folder, deadline_s=0.4, oldest=timedelta(hours=24))
        full_s = load(stock, range(1, options.members + 1))
        changed = chance.sample(range(1, options.members + 1), max(1, options.members // 100))
        delta_s = load(stock, changed)
        asked = [chance.randint(1, options.members) for _ in range(LOOK_UPS)]
        look_ups = [look_up_ms(stock, each) for each in asked]
        writes = [write_ms(stock) for _ in range(500)]
        stock.close()
        megabytes = sum(each.stat().st_size for each in folder.iterdir()) / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    metrics = {
        "load": Metric(full_s, "s"),
        "change of 1 %": Metric(delta_s, "s"),
        "look-up p50": Metric(percentile(look_ups, 50), "ms"),
        "look-up p99": Metric(percentile(look_ups, 99), "ms"),
        "visit written p99": Metric(percentile(writes, 99), "ms"),
        "size on disk": Metric(megabytes, "MB"),
        "memory of the process": Metric(memory, "MB"),
    }
    print(f"| a list of {options.members:,} members | |")
    print("|---|---|")
    for title, metric in metrics.items():
        bar = f" (bar: {LOOK_UP_MS} ms)" if title == "look-up p99" else ""
        print(f"| {title} | {metric.value:.2f} {metric.unit}{bar} |")
    save(options.json, metrics)


if __name__ == "__main__":
    main()
