"""A service that freezes while people queue: all are named, and each visit counts once."""

import os
import signal
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pytestqt.qtbot import QtBot

from api_client.client import MembershipClient
from api_client.desk_sync import DeskSyncClient
from api_client.messages.roster import RosterCard, RosterCode, RosterPage, RosterRow, RosterSegment
from api_client.messages.scan import NamedBy, ScanMethod, ScanRequest
from api_client.messages.visit_batch import BatchAnswer, BatchItem, BatchState, OfflineVisit
from kiosk.app import ServiceAddress
from kiosk.offline.queue import Counts
from kiosk.offline.stock import Stock, open_stock
from kiosk.offline.sync import Sync
from kiosk.roster_answer import RosterAnswer
from kiosk.status import Health
from tests.demo_club import RunningService, start_service, stop_service
from tests.kiosk.offline.rosters import EPOCH

from .desk import desk
from .films import cards
from .hands import Hands

QUEUE = 20
AT_ONCE_S = 0.5
"""How long a verdict of the list may take on a machine that is busy with other tests."""


def stock(folder: Path) -> Stock:
    return open_stock(folder / "offline", deadline_s=0.4, oldest=timedelta(hours=24))


def row_of(client: MembershipClient, name: str, code: str, number: int) -> RosterRow:
    """A row of the list, from what the service says of a person now."""
    (hit, *_) = client.search_customers(name).items
    said = client.preview_scan(hit.customer.id, ScanMethod.SEARCH)
    card = RosterCard(id=hit.customer.id, label="Card", issued_at=said.server_time)
    segment = RosterSegment(
        starts_at=said.server_time - timedelta(hours=1),
        ends_at=said.server_time + timedelta(hours=72),
        outcome=said.outcome,
        revoked_outcome=said.outcome,
        membership=said.membership,
        memberships=said.memberships,
        permissions=said.permissions,
        attention=said.attention,
        named_attention=said.attention,
    )
    return RosterRow(
        id=hit.customer.id,
        revision=number,
        customer=hit.customer,
        codes=(RosterCode(kind=NamedBy.CARD, text=code, card=card.id),),
        cards=(card,),
        current_card=card.id,
        segments=(segment,),
    )


def fill(folder: Path, service: RunningService) -> dict[str, str]:
    """Load a list of those with cards at the desk. Returns their codes by name."""
    client = MembershipClient(service.url, service.key)
    found, rows = {}, []
    for number, (name, code) in enumerate(service.deck().items()):
        if not client.search_customers(name).items or len(code) != len("MC1") + 26:
            continue
        row = row_of(client, name, code, number)
        if row.customer is not None and row.customer.name == name:
            rows.append(row)
            found[name] = code
    client.close()
    page = RosterPage(
        epoch=EPOCH,
        items=tuple(rows),
        next_cursor="c",
        complete=True,
        as_of=datetime.now(UTC),
        horizon=datetime.now(UTC) + timedelta(hours=72),
        time_zone="Europe/Berlin",
        total=len(rows),
    )
    held = stock(folder)
    held.roster.put(page)
    held.close()
    return found


class ByScans(DeskSyncClient):
    """Hands visits in one by one, as scans."""

    def hand_in(self, visits: Sequence[OfflineVisit]) -> BatchAnswer:
        items = []
        for each in visits:
            self.record_scan(ScanRequest(visit_id=each.visit_id, text=each.text), deadline_s=20)
            items.append(BatchItem(visit_id=each.visit_id, state=BatchState.TAKEN))
        return BatchAnswer(items=tuple(items))


def test_a_queue_during_an_outage_is_named_and_each_visit_counts_once(
    qtbot: QtBot, tmp_path: Path, demo_data: Path
) -> None:
    service = start_service(demo_data)
    folder = tmp_path / "desk"
    codes = fill(folder, service)
    assert len(codes) >= 5
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    names = [list(codes)[each % len(codes)] for each in range(QUEUE)]
    frozen = False
    took: list[float] = []
    try:
        with desk(
            qtbot,
            film,
            ServiceAddress(service.url, service.key),
            state_dir=folder,
            hand_scanner_pause_s=0.01,
            poll_s=600,
        ) as at:
            at.wait_until(lambda: bool(at.window.bar.club.text))
            hands, bar = Hands(at), at.window.bar
            os.kill(service.process.pid, signal.SIGSTOP)
            frozen = True
            for count, name in enumerate(names, 1):
                begun = time.monotonic()
                hands.scan(codes[name])
                at.wait_for(count)
                took.append(time.monotonic() - begun)
            shown = [each for each in at.shown if isinstance(each.answer, RosterAnswer)]
            assert [each.verdict.person.name for each in shown if each.verdict.person] == names
            assert max(took[1:]) < AT_ONCE_S
            at.wait_until(lambda: bar.service.label.text().startswith("Offline since"))
            at.wait_until(lambda: bar.service.label.text().endswith(f"· {QUEUE}"))
            os.kill(service.process.pid, signal.SIGCONT)
            frozen = False
            at.wait_until(lambda: bar.service.health is Health.GOOD)
        ids = {each.scan.request.visit_id for each in shown}
        held = stock(folder)
        client = ByScans(service.url, service.key, deadline_s=20)
        Sync(held, client).step()
        visits = [each.id for each in client.recent_visits(limit=100).items]
        client.close()
        assert held.queue.counts == Counts()
        held.close()
        assert sorted(each for each in visits if each in ids) == sorted(ids)
        assert len(ids) == QUEUE
        for file in (each for each in folder.rglob("*") if each.is_file()):
            raw = file.read_bytes()
            for word in (*codes, *codes.values()):
                assert word.encode() not in raw, f"{file.name} shows {word}"
    finally:
        if frozen:
            os.kill(service.process.pid, signal.SIGCONT)
        stop_service(service)
